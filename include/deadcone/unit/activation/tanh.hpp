#pragma once

// tanh(z) = 2 S(2z) - 1, S the logistic function. With D_k of logistic_mixture.hpp at 2s and 2b, and tanh^2 = 1 - tanh',
//
//   H = 2 D_0 - 1    B = 4 D_1    2 Q = 1 - B    A = -(dB/db)/2 = -4 D_2
//
// and every further derivative by b has one more factor 2, which with that of s makes 2s.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/unit/activation/logistic_mixture.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

struct Tanh {};

template <int order = 1, class T>
DEADCONE_HD_INLINE Moments<T, order> moments(const Tanh& /*activation*/, T s, T b) {
  using Real = scalar_t<T>;
  const T s2 = s + s;
  const auto d = logistic<2 * order + 1, MixtureParts::densities>(s2, b + b);
  Moments<T, order> m;
  m.b[0] = T(Real(4)) * d.of[1];
  scale_derivatives<2 * order + 1, 1>(d, T(Real(8)), s2, m.b);
  m.a[0] = T(Real(-4)) * d.of[2];
  scale_derivatives<2 * order, 2>(d, T(Real(-8)), s2, m.a);
  return m;
}

template <class T>
DEADCONE_HD_INLINE Averages<T> averages(const Tanh& /*activation*/, T s, T b) {
  using Real = scalar_t<T>;
  const auto d = logistic<1, MixtureParts::distributions>(s + s, b + b);
  const T slope = T(Real(4)) * d.of[1];
  return {fused(T(Real(2)), d.of[0], T(Real(-1))), fused(T(Real(-0.5)), slope, T(Real(0.5))), slope, slope};
}

}  // namespace deadcone::unit
