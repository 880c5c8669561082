#pragma once

// Random numbers in the lanes of each instruction set, for tests that compare them with the scalar ones.

#include <cstdint>
#include <vector>

#include "cpu/simd_loop.hpp"
#include "cpu/simd_targets.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/philox.hpp"

namespace deadcone::test {

/// How two_bits() and two_bits_in_order() lay the numbers of the calls.
enum class Layout { by_lane, in_order };
enum class Kind { fraction, uniform, normal };

/// Counters of many calls, of which all four words change.
inline numeric::PhiloxBlock<std::uint64_t> counter_of(std::uint32_t call) {
  return {{call, 7 + (call << 3), 5 ^ (call << 11), ~(call << 29)}};
}
constexpr std::uint64_t sample_key = 0x0123456789ABCDEFU;

/// What one instruction set computes. All counts are multiples of twice the number of lanes.
template <class Real>
struct RandomLanes {
  using Bits = numeric::bits_t<Real>;

  std::int64_t lanes;
  /// The bits of the calls 0, 1, ..., two for each.
  void (*bits)(Layout layout, Bits* to, std::int64_t calls);
  /// Bits of floats from pairs of calls, packs of half as many calls.
  void (*half_packs)(std::uint32_t* to, std::int64_t calls);
  /// Numbers from bits, one pack at a time or two.
  void (*numbers)(Kind kind, bool two, const Bits* bits, Real* to, std::int64_t count);
  void (*quantiles)(const Real* c, Real* to, std::int64_t count);
  /// Adds the normal numbers of many calls to bins of equal probability.
  void (*count_normals)(std::int64_t calls, std::uint64_t (&bins)[1024]);
};

#define DEADCONE_DECLARE_RANDOM_LANES(set, target) \
  RandomLanes<float> set##_random_lanes(float);    \
  RandomLanes<double> set##_random_lanes(double);
DEADCONE_SIMD_TARGETS(DEADCONE_DECLARE_RANDOM_LANES)
#undef DEADCONE_DECLARE_RANDOM_LANES

/// Those that this machine has, the best last.
template <class Real>
std::vector<RandomLanes<Real>> random_lanes() {
  std::vector<RandomLanes<Real>> all;
#define DEADCONE_LIST_RANDOM_LANES(set, target) \
  if (has_instruction_set(InstructionSet::set)) all.push_back(set##_random_lanes(Real()));
  DEADCONE_SIMD_TARGETS(DEADCONE_LIST_RANDOM_LANES)
#undef DEADCONE_LIST_RANDOM_LANES
  return all;
}

}  // namespace deadcone::test
