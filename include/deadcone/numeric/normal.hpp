#pragma once

// The standard normal density and distribution,
//
//   phi(t) = exp(-t^2/2) / sqrt(2 pi),   Phi(t) = integral of phi from minus infinity to t,
//
// as one branch-free evaluation that gives both, since every gradient needs both.
//
// Method. With h + l = t^2 exactly (l from an fma), phi = 2^y, y = -(h + l) log2(e)/2: y is split into an integer n and
// |f| <= 1/2, 2^f is a polynomial, 2^n is made of exponent bits. The lower tail is Phi(-x) = phi(x) M(x), with Mills'
// ratio M a rational function; the upper is 1 - Phi(-t). So the lower tail keeps its relative accuracy down to underflow.
// The ratio is divided out before it meets the density, so that the division does not wait for the exponential.
//
// Accuracy (tested against 50 digits): relative error of phi and Phi <= 2e-6 in float for |t| <= 8, <= 1e-14 in double
// for |t| <= 25. phi is exactly zero beyond |t| = 12.82 (float) and 37.50 (double): it passes from normal numbers to
// zero with no denormals between, which are slow on some machines and flushed on others.
//
// Coefficients: scripts/generate/fit_normal.py.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/normal_coefficients.hpp"

namespace deadcone::numeric {

template <class T>
struct Normal {
  T density;       ///< phi(t)
  T distribution;  ///< Phi(t)
};

/// phi and Phi at t. Infinities are allowed; not-a-number counts as minus infinity (phi = Phi = 0), which is
/// what the constant unit relu(0) needs: see preactivation() in unit/model.hpp.
template <class T>
DEADCONE_HD inline Normal<T> normal(T t) {
  using C = NormalCoefficients<scalar_t<T>>;

  // |t|, no larger than where the density has become zero.
  const T x = smaller(magnitude(t), T(C::largest_t));

  // n and f with n + f = -x^2 log2(e)/2.
  const T h = x * x;
  const T l = fused_difference(x, x, h);
  const T rounded = fused(h, T(C::rate_high), T(C::round_to_exponent));
  const T n = rounded - T(C::round_to_exponent);
  const T leading = fused_difference(h, T(C::rate_high), n);
  const T f = fused(l, T(C::rate_high), fused(h, T(C::rate_low), leading));

  const T density = C::exp2(f, f * f) * exponent_from_low_bits(rounded);
  const T tail = density * moderate_quotient(C::mills_numerator(x, h), C::mills_denominator(x, h));
  return {density, select(t > T(0), T(1) - tail, tail)};
}

}  // namespace deadcone::numeric
