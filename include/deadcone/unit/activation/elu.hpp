#pragma once

// ELU, scale z for z > 0 and scale alpha (exp(z) - 1) below; SELU by its scale. With t = b/s, d_k = (b + k s^2)/s, Mills' ratio
// M = Phi(-d)/phi(d), and phi, Phi at t, scale 1:
//
//   X_k = E[exp(k z); z < 0] = exp(k b + k^2 s^2/2) Phi(-d_k)                          for d_k < 0
//                            = phi M(d_k), as phi = exp(k b + k^2 s^2/2) phi(d_k)      for d_k > 0
//   B = Phi + alpha X_1              A = b Phi + s phi + alpha^2 (X_2 - X_1)
//   H = b Phi + s phi + alpha (X_1 - Phi(-t))
//   2 Q = (b^2 + s^2) Phi + b s phi + alpha^2 (X_2 - 2 X_1 + Phi(-t))
//
// Derivatives, each with a factor s: X[n] = s^n d^nX_k/db^n obeys X[n+1] = k s X[n] - (-1)^n He_n(t) phi. For d > 0 both terms
// grow with s while their difference does not, so there X[n] = (-1)^n phi sum over i of C(n, i) He_i(t) M_(n-i)(d), by Leibniz's
// rule, with (-1)^n M_n the n-th derivative of M: M_1 = 1 - d M, M_(n+1) = n M_(n-1) - d M_n.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/mills.hpp"
#include "deadcone/unit/activation/edge.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

template <class Constant>
struct Elu {
  Constant alpha;
  Constant scale;
};

/// X_k and its derivatives by b as Moments has them: those from the first on over s.
template <class T, int count>
struct HalfExponential {
  T of[count + 1];
};

template <int k, int count, class T>
DEADCONE_HD_INLINE HalfExponential<T, count> half_exponential(T s, T b, const Edge<T>& e, T over_s) {
  using Real = scalar_t<T>;
  const T ks = T(Real(k)) * s;
  const T distance = fused(ks, s, b);
  const T d = distance * over_s;
  const mask_t<T> is_far = distance > T(0);
  const T exponent = T(Real(k)) * fused(T(Real(0.5)) * ks, s, b);
  T exponential = T(0);
  if (!holds_everywhere(is_far)) exponential = select(is_far, T(0), exp_of_negative(select(is_far, T(0), exponent)));
  const auto [ratio, moment] = mills(d);
  const T edge = over_s * e.density;

  HalfExponential<T, count> x;
  x.of[0] = select(is_far, e.density * ratio, fused(T(0) - e.density, ratio, exponential));
  if constexpr (count >= 1) {
    const T by_ratio = fused(ks, ratio, T(1));
    const T by_moment = fused(e.t, ratio, moment);
    x.of[1] = fused(T(Real(k)), exponential, T(0) - edge * select(is_far, by_moment, by_ratio));
  }
  if constexpr (count >= 2) {
    const T far = edge * fused(e.t * e.t, ratio, (e.t - ks) * moment);
    x.of[2] = select(is_far, far, fused(ks, x.of[1], e.t * edge));
  }
  if constexpr (count >= 3) {
    const T far_d = limited_magnitude(d, T(MillsCoefficients<Real>::largest_x));
    const T second = fused(T(0) - far_d, moment, ratio);
    const T third = fused_difference(T(Real(2)), moment, far_d * second);
    const T he2 = hermite<2>(e.t);
    const T he3 = hermite<3>(e.t);
    const T three = T(Real(3));
    const T far = third + fused(three * e.t, second, fused(three * he2, moment, he3 * ratio));
    x.of[3] = select(is_far, T(0) - edge * far, fused_difference(ks, x.of[2], he2 * edge));
    if constexpr (count >= 4) {
      const T fourth = fused_difference(three, second, far_d * third);
      const T he4 = hermite<4>(e.t);
      const T four = T(Real(4));
      const T further =
          fused(four * e.t, third, fourth) + fused(T(Real(6)) * he2, second, fused(four * he3, moment, he4 * ratio));
      x.of[4] = select(is_far, edge * further, fused(ks, x.of[3], he3 * edge));
    }
  }
  return x;
}

template <int order = 1, class Constant, class T>
DEADCONE_HD_INLINE Moments<T, order> moments(const Elu<Constant>& activation, T s, T b) {
  const T alpha = T(activation.alpha);
  const T scale = T(activation.scale);
  const T scale2 = scale * scale;
  const T alpha2 = alpha * alpha;
  const T over_s = reciprocal_width(s);
  const Edge<T> e = edge(b, over_s);
  const T edge = over_s * e.density;
  const auto one = half_exponential<1, 2 * order>(s, b, e, over_s);
  const auto two = half_exponential<2, 2 * order - 2>(s, b, e, over_s);
  const auto twice = [](const T& a) { return a + a; };
  Moments<T, order> m;
  m.b[0] = scale * fused(alpha, one.of[0], e.above);
  m.b[1] = scale * fused(alpha, one.of[1], edge);
  m.b[2] = scale * fused_difference(alpha, one.of[2], e.t * edge);
  m.a[0] = scale2 * fused(alpha2, two.of[0] - one.of[0], fused(b, e.above, s * e.density));
  m.a[1] = scale2 * fused(alpha2, twice(two.of[0]) - one.of[0], e.above);
  if constexpr (order > 1) {
    m.b[3] = scale * fused(alpha, one.of[3], hermite<2>(e.t) * edge);
    m.b[4] = scale * fused_difference(alpha, one.of[4], hermite<3>(e.t) * edge);
    m.a[2] = scale2 * fused(alpha2 * s, twice(two.of[1]) - one.of[1], e.density);
    m.a[3] = scale2 * fused_difference(alpha2 * s, twice(two.of[2]) - one.of[2], e.t * e.density);
  }
  return m;
}

template <class Constant, class T>
DEADCONE_HD_INLINE Averages<T> averages(const Elu<Constant>& activation, T s, T b) {
  using Real = scalar_t<T>;
  const T alpha = T(activation.alpha);
  const T scale = T(activation.scale);
  const T over_s = reciprocal_width(s);
  const Edge<T> e = edge(b, over_s);
  const T one = half_exponential<1, 0>(s, b, e, over_s).of[0];
  const T two = half_exponential<2, 0>(s, b, e, over_s).of[0];
  const T edge_mean = s * e.density;
  const T mean = fused(alpha, one - e.below, fused(b, e.above, edge_mean));
  const T positive_square = fused(fused(s, s, b * b), e.above, b * edge_mean);
  const T negative_square = (alpha * alpha) * ((two - one) - (one - e.below));
  const T size = magnitude(alpha);
  const T greatest = select(size > T(1), size, T(1));
  return {scale * mean, (T(Real(0.5)) * (scale * scale)) * (positive_square + negative_square),
          scale * fused(alpha, one, e.above), fused(size, one, e.above) / greatest};
}

}  // namespace deadcone::unit
