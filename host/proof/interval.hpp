#pragma once

// Intervals that hold the exact result: every operation rounds to nearest and then takes one more number outwards. For
// rigorous bounds; docs/proofs.md says where.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "deadcone/numeric/normal.hpp"

namespace deadcone::numeric {

struct Interval {
  double lo;
  double hi;
};

/// The next greater number, as std::nextafter() gives it, but inline: bounds are made of millions of these.
inline double above(double x) {
  if (!(x < std::numeric_limits<double>::infinity())) return x;
  const auto bits = std::bit_cast<std::int64_t>(x + 0.0);  // of zeros, that without a sign
  return std::bit_cast<double>(bits + (bits >= 0 ? 1 : -1));
}
inline double below(double x) {
  return -above(-x);
}

/// The interval of one number.
inline Interval exactly(double x) {
  return {x, x};
}

inline Interval operator+(Interval a, Interval b) {
  return {below(a.lo + b.lo), above(a.hi + b.hi)};
}
inline Interval operator-(Interval a, Interval b) {
  return {below(a.lo - b.hi), above(a.hi - b.lo)};
}
inline Interval operator*(Interval a, Interval b) {
  const auto [lo, hi] = std::minmax({a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi});
  return {below(lo), above(hi)};
}
/// `b` must not contain zero.
inline Interval operator/(Interval a, Interval b) {
  const auto [lo, hi] = std::minmax({a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi});
  return {below(lo), above(hi)};
}

/// The numbers of `a` that are not negative.
inline Interval positive_part(Interval a) {
  return {std::max(a.lo, 0.0), std::max(a.hi, 0.0)};
}
/// x^2, which unlike x * x knows that both factors are the same.
inline Interval squared(Interval a) {
  const Interval product = a * a;
  if (a.lo > 0.0 || a.hi < 0.0) return product;
  return {0.0, product.hi};
}
/// The square root of the numbers that are not negative.
inline Interval square_root(Interval a) {
  const Interval root = {below(std::sqrt(std::max(a.lo, 0.0))), above(std::sqrt(std::max(a.hi, 0.0)))};
  return positive_part(root);
}

/// phi and Phi at all t of the interval, which lies within [-25, 25], where normal() is good to 1e-14.
inline Normal<Interval> normal(Interval t) {
  constexpr double error = 2e-14;
  const Normal<double> low = normal(t.lo);
  const Normal<double> high = normal(t.hi);
  const double peak = t.lo <= 0.0 && t.hi >= 0.0 ? normal(0.0).density : std::max(low.density, high.density);
  return {.density = {std::min(low.density, high.density) * (1.0 - error), peak * (1.0 + error)},
          .distribution = {low.distribution * (1.0 - error), high.distribution * (1.0 + error)}};
}

}  // namespace deadcone::numeric
