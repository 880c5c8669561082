#pragma once

// The rectified unit and its loss.
//
// The input is x ~ N(0, I), the unit relu(w.x + b), the target y = Gamma.x + Delta with |Gamma| = gamma, and the loss
// L = E[(relu(w.x + b) - y)^2] / 2. With s = |w|, t = b/s, v = the component of w/s along Gamma, g = gamma v, phi and Phi
// at t, and Theta* = (Gamma, Delta),
//
//   dL/dw = Phi (w - Gamma) + phi (t g - Delta) w/s
//   dL/db = Phi (b - Delta) + phi (s - g)
//   L     = Phi |theta - Theta*|^2 / 2 + (1 - Phi) (gamma^2 + Delta^2) / 2 + phi s (b/2 - Delta)
//
// Momentum descent from rest never leaves the span of its start and Gamma, so two components of w serve every input
// dimension: r orthogonal to Gamma (signed) and w along it. r = 0 is an invariant plane, and the hot case: s = |w| and
// v = 1 or -1. There the general form gives the same bits as the planar one, as long as w^2 does not underflow.
//
// Where s = 0 the unit is the constant relu(b): Phi = 1 if b > 0, else 0, and every phi term is 0.
//
// Source: Arnekvist et al., "The Effect of Target Normalization and Momentum on Dying ReLU", arXiv 2005.06195,
// section 3.

#include "deadcone/kinds.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/normal.hpp"

namespace deadcone::unit {

using namespace numeric;  // the operations on float and double; those of other number types come by their arguments

/// A point of the reduced parameter space; gradients and momenta live there too. `r` is zero in the plane.
template <class T>
struct Parameters {
  T r;  ///< weight orthogonal to Gamma
  T w;  ///< weight along Gamma
  T b;  ///< bias
};

/// The best parameters, Theta*: r = 0, w = gamma > 0 (the target's standard deviation), b = delta (its mean).
template <class T>
struct Target {
  T gamma;
  T delta;
};

/// |a|^2.
template <Geometry geometry, class T>
DEADCONE_HD_INLINE T squared_norm(const Parameters<T>& a) {
  const T plane = fused(a.w, a.w, a.b * a.b);
  if constexpr (geometry == Geometry::planar) {
    return plane;
  } else {
    return fused(a.r, a.r, plane);
  }
}

/// |theta - Theta*|^2.
template <Geometry geometry, class T>
DEADCONE_HD inline T squared_distance(const Parameters<T>& theta, const Target<T>& target) {
  return squared_norm<geometry>(Parameters<T>{theta.r, theta.w - target.gamma, theta.b - target.delta});
}

/// What loss and gradient need of w.x + b, which is N(b, s^2).
template <class T>
struct Preactivation {
  T s;             ///< its standard deviation, |w|
  T t;             ///< b/s, clamped to where phi is zero; so it is finite
  T u;             ///< r/s, zero in the plane
  T v;             ///< w/s, +-1 in the plane
  Normal<T> norm;  ///< phi and Phi at b/s: Phi is the probability that the unit is active
};

template <Geometry geometry, Numbers numbers = Numbers::any, class T>
DEADCONE_HD_INLINE Preactivation<T> preactivation(const Parameters<T>& theta) {
  Preactivation<T> a;
  if constexpr (geometry == Geometry::planar) {
    a.s = magnitude(theta.w);
    a.u = T(0);
    a.v = with_sign_of(T(1), theta.w);
  } else {
    a.s = square_root(fused(theta.w, theta.w, theta.r * theta.r));
    const mask_t<T> has_direction = a.s > T(0);
    a.u = select(has_direction, theta.r / a.s, T(0));
    a.v = select(has_direction, theta.w / a.s, T(1));
  }
  // |t| is infinite where s = 0, and not a number where b = 0 too. Limited, it keeps phi t from becoming 0 times infinity.
  // The sign of t is that of b: of a not-a-number it depends on the machine; and the constant unit is active for b > 0.
  const T x = limited_argument(quotient<numbers>(theta.b, geometry == Geometry::planar ? theta.w : a.s));
  a.norm = normal(x, is_positive<numbers>(theta.b));
  a.t = times_sign_of(x, theta.b);
  return a;
}

/// The gradient of the loss.
template <Geometry geometry, Numbers numbers = Numbers::any, class T>
DEADCONE_HD_INLINE Parameters<T> loss_gradient(const Parameters<T>& theta, const Target<T>& target) {
  const Preactivation<T> a = preactivation<geometry, numbers>(theta);
  const T phi = a.norm.density;
  const T Phi = a.norm.distribution;
  if constexpr (geometry == Geometry::planar) {
    // v is the sign of w, and multiplying by it is exact: the same bits as below.
    const T to_go = theta.w - target.gamma;
    const T phi_v = times_sign_of(phi, theta.w);
    const T edge = phi_v * fused_difference(times_sign_of(a.t, theta.w), target.gamma, target.delta);
    return {T(0), fused(Phi, to_go, edge), fused(Phi, theta.b - target.delta, phi_v * to_go)};
  } else {
    const T g = target.gamma * a.v;
    const T edge = phi * fused_difference(a.t, g, target.delta);
    return {fused(Phi, theta.r, edge * a.u), fused(Phi, theta.w - target.gamma, edge * a.v),
            fused(Phi, theta.b - target.delta, phi * (a.s - g))};
  }
}

/// The loss.
template <Geometry geometry, class T>
DEADCONE_HD inline T loss(const Parameters<T>& theta, const Target<T>& target) {
  const Preactivation<T> a = preactivation<geometry>(theta);
  const T Phi = a.norm.distribution;
  const T active = Phi * squared_distance<geometry>(theta, target);
  const T silent = (T(1) - Phi) * fused(target.gamma, target.gamma, target.delta * target.delta);
  const T edge = a.norm.density * a.s * fused_difference(T(0.5), theta.b, target.delta);
  return fused(T(0.5), active + silent, edge);
}

/// The probability that the unit is active, Phi(b/s).
template <Geometry geometry, class T>
DEADCONE_HD inline T active_probability(const Parameters<T>& theta) {
  return preactivation<geometry>(theta).norm.distribution;
}

}  // namespace deadcone::unit

namespace deadcone {
using unit::Parameters;
using unit::Target;
}  // namespace deadcone
