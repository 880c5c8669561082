#pragma once

// The standard normal density and distribution,
//
//   phi(t) = exp(-t^2/2) / sqrt(2 pi),   Phi(t) = integral of phi from minus infinity to t,
//
// as one branch-free evaluation that gives both, since every gradient needs both.
//
// Method. With h the rounded t^2, phi = 2^y, y = -h log2(e)/2: y is split into an integer n and |f| <= 1/2, 2^f is a
// polynomial, 2^n is made of exponent bits. In double what h and log2(e)/2 lack is added to f, since t may be so large that
// it matters; in float, up to |t| = 8, it is no more than 1.4e-6 of phi. The lower tail is Phi(-x) = phi(x) M(x), with Mills'
// ratio M a rational function; the upper is 1 - Phi(-t). So the lower tail keeps its relative accuracy down to underflow.
// The ratio is divided out before it meets the density, so that the division does not wait for the exponential.
//
// Accuracy (tested against 50 digits): relative error of phi and Phi <= 2e-6 in float for |t| <= 8, <= 6e-6 beyond; <= 1e-14
// in double for |t| <= 25. phi is exactly zero beyond |t| = 12.82 (float) and 37.50 (double): it passes from normal numbers
// to zero with no denormals between, which are slow on some machines and flushed on others.
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

/// phi(t) from h, the rounded t^2; where t is known, also from what h lacks, in the precision in which it matters.
template <bool t_is_known, class T>
DEADCONE_HD_INLINE T density_of_square(T h, T t) {
  using C = NormalCoefficients<scalar_t<T>>;

  // n and f with n + f = -t^2 log2(e)/2.
  const T rounded = fused(h, T(C::rate_high), T(C::round_to_exponent));
  const T n = rounded - T(C::round_to_exponent);
  T f = fused_difference(h, T(C::rate_high), n);
  if constexpr (C::has_low_parts && t_is_known) {
    const T l = fused_difference(t, t, h);
    f = fused(l, T(C::rate_high), fused(h, T(C::rate_low), f));
  } else if constexpr (C::has_low_parts) {
    f = fused(h, T(C::rate_low), f);
  }
  return scaled_by_low_bits(C::exp2(f, f * f), rounded);
}

/// phi(t) from t^2 alone, for sums of many densities. What t^2 has lost by rounding is h/2 times as much in phi, relative;
/// over the greatest phi that is less than one unit in the last place. Not-a-number counts as infinity.
template <class T>
DEADCONE_HD_INLINE T density_of_square(T h) {
  constexpr scalar_t<T> largest =
      NormalCoefficients<scalar_t<T>>::largest_t * NormalCoefficients<scalar_t<T>>::largest_t;
  const T limited = smaller(h, T(largest));
  return density_of_square<false>(limited, limited);
}

/// exp(z) for z <= 0, as phi is made; exactly zero where phi is.
template <class T>
DEADCONE_HD_INLINE T exp_of_negative(T z) {
  constexpr double root_two_pi = 2.5066282746310002;
  return T(static_cast<scalar_t<T>>(root_two_pi)) * density_of_square(T(scalar_t<T>(-2)) * z);
}

/// phi(x) and Phi(-x), x = limited_argument(t).
template <class T>
DEADCONE_HD_INLINE Normal<T> lower_tail(T x) {
  using C = NormalCoefficients<scalar_t<T>>;
  const T h = x * x;
  const T density = density_of_square<true>(h, x);
  return {density, density * moderate_quotient(C::mills_numerator(x, h), C::mills_denominator(x, h))};
}

/// phi and Phi at t, given as x = limited_argument(t) and whether t > 0.
template <class T>
DEADCONE_HD_INLINE Normal<T> normal(T x, mask_t<T> above_zero) {
  const Normal<T> below = lower_tail(x);
  return {below.density, select(above_zero, T(1) - below.distribution, below.distribution)};
}

/// |t|, no larger than where the density has become zero.
template <class T>
DEADCONE_HD_INLINE T limited_argument(T t) {
  return limited_magnitude(t, T(NormalCoefficients<scalar_t<T>>::largest_t));
}

/// phi and Phi at t. Infinities are allowed; not-a-number counts as minus infinity (phi = Phi = 0), which is
/// what the constant unit relu(0) needs: see preactivation() in unit/model.hpp.
template <class T>
DEADCONE_HD_INLINE Normal<T> normal(T t) {
  return normal(limited_argument(t), t > T(0));
}

}  // namespace deadcone::numeric
