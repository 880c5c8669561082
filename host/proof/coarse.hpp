#pragma once

// Numbers on the safe side, so few that the points of a sweep share what is computed for them.

#include <bit>
#include <cstdint>

namespace deadcone {

/// The share of 2/eta that curvature is kept below.
inline constexpr double curvature_share = 0.999;

/// The nearest positive number towards zero with no more than `bits` significant bits. Constants that take long are
/// computed for such numbers, on the safe side, so that the points of a sweep share them; which they are depends on the
/// point alone.
template <int bits>
double coarsely_below(double x) {
  constexpr std::uint64_t dropped = (std::uint64_t{1} << (53 - bits)) - 1;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & ~dropped);
}
/// The same away from zero.
template <int bits>
double coarsely_above(double x) {
  constexpr std::uint64_t dropped = (std::uint64_t{1} << (53 - bits)) - 1;
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(x) + dropped) & ~dropped);
}

}  // namespace deadcone
