// tests/CMakeLists.txt tells the linker to call the function here in place of ProofBounds::of().

#include "support/proof_bounds_calls.hpp"

#include <atomic>

#include "deadcone/proof/bounds.hpp"

namespace {
std::atomic<int> calls = 0;
}

extern "C" {
deadcone::ProofConditions<double> __real__ZN8deadcone11ProofBounds2ofERKNS_5PointE(deadcone::ProofBounds* bounds,
                                                                                   const deadcone::Point& point);

deadcone::ProofConditions<double> __wrap__ZN8deadcone11ProofBounds2ofERKNS_5PointE(deadcone::ProofBounds* bounds,
                                                                                   const deadcone::Point& point) {
  ++calls;
  return __real__ZN8deadcone11ProofBounds2ofERKNS_5PointE(bounds, point);
}
}

int deadcone::test::proof_bounds_calls() {
  return calls;
}
