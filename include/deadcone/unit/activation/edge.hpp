#pragma once

// What a kink of an activation, at z = edge, contributes to averages over z ~ N(b, s^2): densities and distributions at
// t = (b - edge)/s.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/normal.hpp"

namespace deadcone::unit {

using namespace numeric;

/// 1/s; 0 for s < 2^-60, which counts as no weight.
template <class T>
DEADCONE_HD_INLINE T reciprocal_width(T s) {
  constexpr auto least = scalar_t<T>(0x1p-60F);
  const T limited = smaller(s, T(scalar_t<T>(0x1p+60F)));
  return select(limited > T(least), moderate_quotient(T(1), limited), T(0));
}

template <class T>
struct Edge {
  T t;        ///< (b - edge)/s, clamped to where phi is zero; that with the sign of b - edge where there is no weight
  T density;  ///< phi(t)
  T above;    ///< Phi(t), the probability of z > edge; where there is no weight, 1 or 0, and 0 at the edge
  T below;    ///< Phi(-t), as accurate
};

/// From b - edge and 1/s.
template <class T>
DEADCONE_HD_INLINE Edge<T> edge(T distance, T over_s) {
  const T largest = T(NormalCoefficients<scalar_t<T>>::largest_t);
  const T x = select(over_s > T(0), limited_argument(distance * over_s), largest);
  const Normal<T> lower = lower_tail(x);
  const T upper = T(1) - lower.distribution;
  const mask_t<T> is_above = distance > T(0);
  return {times_sign_of(x, distance), lower.density, select(is_above, upper, lower.distribution),
          select(is_above, lower.distribution, upper)};
}

/// He_n(t), n <= 4: d^n phi/dt^n = (-1)^n He_n phi.
template <int n, class T>
DEADCONE_HD_INLINE T hermite(T t) {
  if constexpr (n == 0) {
    return T(1);
  } else if constexpr (n == 1) {
    return t;
  } else {
    return fused_difference(t, hermite<n - 1>(t), T(scalar_t<T>(n - 1)) * hermite<n - 2>(t));
  }
}

}  // namespace deadcone::unit
