#include "network/network_loop.hpp"

#include "base/fma.hpp"
#include "deadcone/network/one_network.hpp"
#include "network/run_block.hpp"

namespace deadcone::network {
namespace {

template <class Real>
inline void run_in_scalars(const Plan<Real>& plan, std::int64_t first, std::int64_t count,
                           const std::atomic<bool>& stop, BlockTally& tally) {
  run_block<OneNetwork<Real>>(plan, first, count, stop, tally,
                              [&](std::int64_t network) { return OneNetwork<Real>(plan, network); });
}

template <class Real>
void scalar_loop(const Plan<Real>& plan, std::int64_t first, std::int64_t count, const std::atomic<bool>& stop,
                 BlockTally& tally) {
  run_in_scalars(plan, first, count, stop, tally);
}
template <class Real>
DEADCONE_WITH_FMA void scalar_loop_with_fma(const Plan<Real>& plan, std::int64_t first, std::int64_t count,
                                            const std::atomic<bool>& stop, BlockTally& tally) {
  run_in_scalars(plan, first, count, stop, tally);
}

KnownLoop<float> loop_of(const KnownLoop<float>& loop, const KnownLoop<double>&, float) {
  return loop;
}
KnownLoop<double> loop_of(const KnownLoop<float>&, const KnownLoop<double>& loop, double) {
  return loop;
}

}  // namespace

template <class Real>
KnownLoop<Real> network_loop(InstructionSet set, std::int64_t points) {
#define DEADCONE_NETWORK_LOOP(name, target) \
  if (set == InstructionSet::name)          \
    return loop_of(name##_network_loop(float(), points), name##_network_loop(double(), points), Real());
  DEADCONE_SIMD_TARGETS(DEADCONE_NETWORK_LOOP)
#undef DEADCONE_NETWORK_LOOP
  return {has_fma() ? scalar_loop_with_fma<Real> : scalar_loop<Real>, points, 1};
}

template KnownLoop<float> network_loop(InstructionSet, std::int64_t);
template KnownLoop<double> network_loop(InstructionSet, std::int64_t);

}  // namespace deadcone::network
