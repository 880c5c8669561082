#pragma once

// Mills' ratio M(x) = Phi(-x)/phi(x) for every x >= 0, with 1 - x M(x), which would cancel if it were computed from it.
//
// Averages of exp(k z) over a half-line are phi(t) M(t + k s): the density may be far from zero where the argument of M is
// far out, so that, unlike normal(), this must hold beyond the point where phi(x) becomes zero.
//
// Relative error of both (tested against 50 digits): <= 5e-7 in float, <= 1e-15 in double, up to the largest x.
//
// Coefficients: scripts/generate/fit_mills.py.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/mills_coefficients.hpp"

namespace deadcone::numeric {

template <class T>
struct Mills {
  T ratio;   ///< M(x)
  T moment;  ///< 1 - x M(x)
};

/// At |x|, no larger than where a polynomial overflows; not-a-number counts as that.
template <class T>
DEADCONE_HD_INLINE Mills<T> mills(T argument) {
  using C = MillsCoefficients<scalar_t<T>>;
  const T x = limited_magnitude(argument, T(C::largest_x));
  const T h = x * x;
  const T over_denominator = T(1) / C::denominator(x, h);
  return {C::ratio(x, h) * over_denominator, C::moment(x, h) * over_denominator};
}

}  // namespace deadcone::numeric
