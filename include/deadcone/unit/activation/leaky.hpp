#pragma once

// The leaky rectifier, z for z > 0 and a z below, for any real a: 0 is the rectifier, 1 the affine unit. With t = b/s,
//
//   B = a + (1 - a) Phi        A = a^2 b + (1 - a^2) (b Phi + s phi)
//   H = a b + (1 - a) (b Phi + s phi)      2 Q = a^2 (b^2 + s^2) + (1 - a^2) ((b^2 + s^2) Phi + b s phi)
//
// and their derivatives by b are those of Phi.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/unit/activation/edge.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

template <class Constant>
struct Leaky {
  Constant leak;  ///< a
};

/// The leaky rectifier whose leak is trained with the weights.
template <class Constant>
struct Prelu : Leaky<Constant> {};

template <int order = 1, class Constant, class T>
DEADCONE_HD_INLINE Moments<T, order> moments(const Leaky<Constant>& activation, T s, T b) {
  const T a = T(activation.leak);
  const T step = T(1) - a;
  const T square_step = fused_difference(T(0) - a, a, T(scalar_t<T>(-1)));  // 1 - a^2
  const T over_s = reciprocal_width(s);
  const Edge<T> e = edge(b, over_s);
  Moments<T, order> m;
  m.b[0] = fused(step, e.above, a);
  m.b[1] = step * (e.density * over_s);
  m.b[2] = T(0) - e.t * m.b[1];
  const T square_slope = fused(square_step, e.above, a * a);
  m.a[0] = fused(square_slope, b, square_step * (s * e.density));
  m.a[1] = square_slope;
  if constexpr (order > 1) {
    m.a[2] = square_step * e.density;
    m.a[3] = T(0) - e.t * m.a[2];
    m.b[3] = hermite<2>(e.t) * m.b[1];
    m.b[4] = T(0) - hermite<3>(e.t) * m.b[1];
  }
  return m;
}

template <class Constant, class T>
DEADCONE_HD_INLINE Averages<T> averages(const Leaky<Constant>& activation, T s, T b) {
  const T a = T(activation.leak);
  const Edge<T> e = edge(b, reciprocal_width(s));
  const T edge_mean = s * e.density;
  const T square = fused(s, s, b * b);
  const T positive = fused(b, e.above, edge_mean);  // E[z; z > 0]
  const T negative = fused_difference(b, e.below, edge_mean);
  const T positive_square = fused(square, e.above, b * edge_mean);
  const T negative_square = fused_difference(square, e.below, b * edge_mean);
  const T size = magnitude(a);
  const T greatest = select(size > T(1), size, T(1));
  return {fused(a, negative, positive), T(scalar_t<T>(0.5)) * fused(a * a, negative_square, positive_square),
          fused(a, e.below, e.above), fused(size, e.below, e.above) / greatest};
}

/// The derivative of the loss by the leak: E[(sigma(z) - y) z; z < 0].
template <class Constant, class T>
DEADCONE_HD_INLINE T leak_gradient(const Leaky<Constant>& activation, const Parameters<T>& theta, T s,
                                   const Target<T>& target) {
  const Edge<T> e = edge(theta.b, reciprocal_width(s));
  const T edge_mean = s * e.density;
  const T negative = fused_difference(theta.b, e.below, edge_mean);
  const T negative_square = fused_difference(fused(s, s, theta.b * theta.b), e.below, theta.b * edge_mean);
  // E[y z; z < 0] = Delta E[z; z < 0] + gamma w Phi(-t).
  const T with_target = fused(target.delta, negative, (target.gamma * theta.w) * e.below);
  return fused_difference(T(activation.leak), negative_square, with_target);
}

}  // namespace deadcone::unit
