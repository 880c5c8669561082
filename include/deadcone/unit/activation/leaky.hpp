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

/// The gradient of the loss, in fewer operations than from moments. With P = E[u u'; z > 0], u = (x, 1), it is
///
///   a (a theta - Theta*) + P ((1 - a^2) theta - (1 - a) Theta*)
///   P (v_w, v_b) = (Phi v_w + phi w/s (v_b - t v_s), Phi v_b + phi v_s),   v_s = v_w.w/s
template <Geometry geometry, class Constant, class T>
DEADCONE_HD_INLINE Parameters<T> loss_gradient(const Leaky<Constant>& activation, const Parameters<T>& theta,
                                               const Target<T>& target) {
  const T a = T(activation.leak);
  const T step = T(1) - a;
  const T square_step = fused_difference(T(0) - a, a, T(scalar_t<T>(-1)));  // 1 - a^2
  const T square = a * a;
  const Direction<T> along = direction<geometry>(theta);
  const T x = limited_argument(theta.b / along.s);
  const Normal<T> norm = normal(x, theta.b > T(0));
  const T w = fused_difference(square_step, theta.w, step * target.gamma);
  const T b = fused_difference(square_step, theta.b, step * target.delta);
  const T by_w = fused_difference(square, theta.w, a * target.gamma);
  const T by_b = fused_difference(square, theta.b, a * target.delta);
  if constexpr (geometry == Geometry::planar) {
    const T along_s = along.v * w;
    const T edge = norm.density * (b - times_sign_of(x, theta.b) * along_s);
    return {T(0), fused(norm.distribution, w, fused(along.v, edge, by_w)),
            fused(norm.distribution, b, fused(norm.density, along_s, by_b))};
  } else {
    const T r = square_step * theta.r;
    const T along_s = fused(along.u, r, along.v * w);
    const T edge = norm.density * (b - times_sign_of(x, theta.b) * along_s);
    const T across = fused(norm.distribution, r, fused(along.u, edge, square * theta.r));
    return {select(magnitude(theta.r) > T(0), across, T(0)), fused(norm.distribution, w, fused(along.v, edge, by_w)),
            fused(norm.distribution, b, fused(norm.density, along_s, by_b))};
  }
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
