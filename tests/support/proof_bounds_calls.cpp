// tests/CMakeLists.txt tells the linker to call the function here in place of proof_bounds().

#include "support/proof_bounds_calls.hpp"

#include <atomic>

#include "deadcone/proof/bounds.hpp"

namespace {
std::atomic<int> calls = 0;
}

extern "C" {
deadcone::ProofConditions<double> __real__ZN8deadcone12proof_boundsERKNS_5PointERKNS_8CriteriaENS_9PrecisionE(
    const deadcone::Point& point, const deadcone::Criteria& criteria, deadcone::Precision precision);

deadcone::ProofConditions<double> __wrap__ZN8deadcone12proof_boundsERKNS_5PointERKNS_8CriteriaENS_9PrecisionE(
    const deadcone::Point& point, const deadcone::Criteria& criteria, deadcone::Precision precision) {
  ++calls;
  return __real__ZN8deadcone12proof_boundsERKNS_5PointERKNS_8CriteriaENS_9PrecisionE(point, criteria, precision);
}
}

int deadcone::test::proof_bounds_calls() {
  return calls;
}
