#pragma once

// The logistic function S(z) = 1/(1 + exp(-z)). With D_k of logistic_mixture.hpp, and S^2 = S - S',
//
//   H = D_0    B = D_1    2 Q = D_0 - D_1    2 A = D_1 - D_2

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/unit/activation/logistic_mixture.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

struct Sigmoid {};

template <int order = 1, class T>
DEADCONE_HD_INLINE Moments<T, order> moments(const Sigmoid& /*activation*/, T s, T b) {
  const T half = T(scalar_t<T>(0.5));
  const auto d = logistic<2 * order + 1, MixtureParts::densities>(s, b);
  Moments<T, order> m;
  m.b[0] = d.of[1];
  scale_derivatives<2 * order + 1, 1>(d, T(1), s, m.b);
  m.a[0] = half * (d.of[1] - d.of[2]);
  T factor = half;
  for (int n = 1; n < 2 * order; ++n) {
    m.a[n] = factor * (d.of[n + 1] - d.of[n + 2]);
    factor = factor * s;
  }
  return m;
}

template <class T>
DEADCONE_HD_INLINE Averages<T> averages(const Sigmoid& /*activation*/, T s, T b) {
  const auto d = logistic<1, MixtureParts::distributions>(s, b);
  return {d.of[0], T(scalar_t<T>(0.5)) * (d.of[0] - d.of[1]), d.of[1], T(scalar_t<T>(4)) * d.of[1]};
}

}  // namespace deadcone::unit
