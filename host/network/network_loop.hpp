#pragma once

// The loops that run a block of networks on one thread, in scalars or in vectors of one instruction set.

#include <atomic>
#include <cstdint>

#include "cpu/simd_loop.hpp"
#include "cpu/simd_targets.hpp"
#include "deadcone/network/forward.hpp"
#include "network/block_tally.hpp"

namespace deadcone::network {

/// Runs `count` networks from number `first` on, which are a block. Throws Interrupted where `stop` is set.
template <class Real>
using NetworkLoop = void (*)(const Plan<Real>& plan, std::int64_t first, std::int64_t count,
                             const std::atomic<bool>& stop, BlockTally& tally);

/// What a loop runs, and the memory that a thread needs for it.
template <class Real>
struct KnownLoop {
  NetworkLoop<Real> run;
  std::int64_t values;  ///< that hold one number of each point
  std::int64_t lanes;   ///< numbers of a value
};

/// The loop for networks of so many points, in an instruction set that is there. Where they have many, a vector holds points of
/// one network, else one point of several. Defined for float and double.
template <class Real>
KnownLoop<Real> network_loop(InstructionSet set, std::int64_t points);

#define DEADCONE_DECLARE_NETWORK_LOOPS(set, target)                \
  KnownLoop<float> set##_network_loop(float, std::int64_t points); \
  KnownLoop<double> set##_network_loop(double, std::int64_t points);
DEADCONE_SIMD_TARGETS(DEADCONE_DECLARE_NETWORK_LOOPS)
#undef DEADCONE_DECLARE_NETWORK_LOOPS

}  // namespace deadcone::network

/// What the file of an instruction set has in it, after network/network_lanes.hpp.
#define DEADCONE_DEFINE_NETWORK_LOOPS(set, target)                                                 \
  static_assert(HWY_TARGET == (target),                                                            \
                "the compile options of this file do not give Highway all that the target needs"); \
  namespace deadcone::network {                                                                    \
  KnownLoop<float> set##_network_loop(float, std::int64_t points) {                                \
    return simd::HWY_NAMESPACE::network_loop_for<float>(points);                                   \
  }                                                                                                \
  KnownLoop<double> set##_network_loop(double, std::int64_t points) {                              \
    return simd::HWY_NAMESPACE::network_loop_for<double>(points);                                  \
  }                                                                                                \
  }
