#pragma once

// SiLU, z S(z) with the logistic function S: gated.hpp, with D_k of logistic_mixture.hpp and, as S^2 = S - S', G_k = D_k - D_(k+1).

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/unit/activation/gated.hpp"
#include "deadcone/unit/activation/logistic_mixture.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

struct Silu {};

template <int order = 1, class T>
DEADCONE_HD_INLINE Moments<T, order> moments(const Silu& /*activation*/, T s, T b) {
  const auto d = logistic<2 * order + 3, MixtureParts::distributions>(s, b);
  T g[2 * order + 3];
  for (int k = 0; k < 2 * order + 3; ++k) g[k] = d.of[k] - d.of[k + 1];
  return gated_moments<order>(d.of, g, s, b);
}

template <class T>
DEADCONE_HD_INLINE Averages<T> averages(const Silu& /*activation*/, T s, T b) {
  using Real = scalar_t<T>;
  const auto d = logistic<3, MixtureParts::distributions>(s, b);
  const T g[] = {d.of[0] - d.of[1], d.of[1] - d.of[2], d.of[2] - d.of[3]};
  const T s2 = s * s;
  const T slope = mean_derivative<1>(d.of, s2, b);
  const auto slope_at = [](const T& z) {  // S + z S S(-z), S = e/(1 + e), for z < 0
    const T e = exp_of_negative(z);
    const T one_and_e = T(1) + e;
    return (e * (one_and_e + z)) / (one_and_e * one_and_e);
  };
  constexpr double width = sizeof(Real) == sizeof(float) ? 20.0 : 40.0;
  const T absolute = absolute_slope(slope, s, b, silu_slope_zero, width, slope_at);
  return {mean_derivative<0>(d.of, s2, b), half_square_derivative<0>(g, s2, b), slope,
          absolute * T(static_cast<Real>(1.0 / silu_greatest_slope))};
}

}  // namespace deadcone::unit
