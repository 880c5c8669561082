#pragma once

// Loss, gradient and Hessian of a unit sigma(w.x + b) with any activation sigma, from averages over its preactivation.
//
// The input is x ~ N(0, I), the target y = Gamma.x + Delta with |Gamma| = gamma, and the loss L = E[(sigma(z) - y)^2] / 2.
// z = w.x + b is N(b, s^2), s = |w|, so with
//
//   H(s, b) = E[sigma(z)],   Q(s, b) = E[sigma(z)^2] / 2,   B = dH/db = E[sigma'(z)],   A = dQ/db = E[sigma'(z) sigma(z)]
//
// and w the component of the weight along Gamma, r the one across,
//
//   L = Q - Delta H - gamma w B + (gamma^2 + Delta^2) / 2.
//
// Every average over z obeys dF/d(s^2) = (d2F/db2) / 2, so that dF/dw = w d2F/db2: derivatives by b are all that is needed. With
// k = d2L/db2,
//
//   dL/dr = r k    dL/dw = w k - gamma B    dL/db = A - Delta B - gamma w dB/db
//
// and all of it is regular where the weight vanishes, if sigma is smooth. Where sigma has a kink, derivatives of B grow as phi/s;
// there the unit without a weight is the constant sigma(b), and they are 0.
//
// An activation is a struct template of its constants, such as Leaky<Real>, with these functions for every number type T:
//
//   Moments<T, order> moments<order>(activation, T s, T b)    what the gradient (order 1) and the Hessian (order 2) need
//   Averages<T> averages(activation, T s, T b)                what the loss and the question whether a unit is dead need
//
// s >= 0 is |w|. Beyond |z| = 2^29 nothing is promised but the same bits everywhere. docs/units.md derives the formulas.

#include "deadcone/kinds.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone::unit {

/// Derivatives of A and B by b. Those after the first are scaled: every one but the first comes with s, so that kinks divide by
/// s only once.
template <class T, int order = 1>
struct Moments {
  T a[2 * order];      ///< A, dA/db, s d2A/db2, s^2 d3A/db3: s^(n-1) times the n-th
  T b[2 * order + 1];  ///< B, dB/db, s d2B/db2, s^2 d3B/db3, s^3 d4B/db4
};

/// What an activation is on average.
template <class T>
struct Averages {
  T mean;         ///< H
  T half_square;  ///< Q
  T slope;        ///< B
  T activity;     ///< E[|sigma'(z)|] over the greatest |sigma'|: 0 where the unit is dead, at most 1
};

/// Length and direction of the weight.
template <class T>
struct Direction {
  T s;  ///< |w|
  T u;  ///< r/s, zero in the plane
  T v;  ///< w/s, +-1 in the plane and where there is no weight
};

template <Geometry geometry, class T>
DEADCONE_HD_INLINE Direction<T> direction(const Parameters<T>& theta) {
  if constexpr (geometry == Geometry::planar) {
    return {magnitude(theta.w), T(0), with_sign_of(T(1), theta.w)};
  } else {
    // In the plane as above: the root of w^2 is |w| only where w^2 is a normal number.
    const mask_t<T> is_off = magnitude(theta.r) > T(0);
    const T s = select(is_off, square_root(fused(theta.w, theta.w, theta.r * theta.r)), magnitude(theta.w));
    const mask_t<T> has_direction = both(is_off, s > T(0));
    return {s, select(has_direction, theta.r / s, T(0)),
            select(has_direction, theta.w / s, with_sign_of(T(1), theta.w))};
  }
}

/// d2L/db2, which is the curvature across the plane, too, where r = 0.
template <int order, class T>
DEADCONE_HD_INLINE T bias_curvature(const Moments<T, order>& m, const Direction<T>& along, const Target<T>& target) {
  return m.a[1] - fused(target.gamma * along.v, m.b[2], target.delta * m.b[1]);
}

/// The gradient of the loss. In the plane the general form has the bits of the planar one.
template <Geometry geometry, int order, class T>
DEADCONE_HD_INLINE Parameters<T> gradient(const Moments<T, order>& m, const Parameters<T>& theta,
                                          const Direction<T>& along, const Target<T>& target) {
  const T k = bias_curvature(m, along, target);
  const T across = geometry == Geometry::planar ? T(0) : select(magnitude(theta.r) > T(0), theta.r * k, T(0));
  return {across, fused_difference(theta.w, k, target.gamma * m.b[0]),
          m.a[0] - fused(target.gamma * theta.w, m.b[1], target.delta * m.b[0])};
}

/// The gradient of the loss of a unit with the given activation.
template <Geometry geometry, class Activation, class T>
DEADCONE_HD_INLINE Parameters<T> loss_gradient(const Activation& activation, const Parameters<T>& theta,
                                               const Target<T>& target) {
  const Direction<T> along = direction<geometry>(theta);
  return gradient<geometry>(moments<1>(activation, along.s, theta.b), theta, along, target);
}

/// The loss.
template <class T>
DEADCONE_HD_INLINE T loss(const Averages<T>& averages, const Parameters<T>& theta, const Target<T>& target) {
  const T constant = T(scalar_t<T>(0.5)) * fused(target.gamma, target.gamma, target.delta * target.delta);
  return averages.half_square - fused(target.gamma * theta.w, averages.slope, target.delta * averages.mean) + constant;
}

/// Second derivatives of the loss.
template <class T>
struct Hessian {
  T rr, rw, rb, ww, wb, bb;
};

template <class T>
DEADCONE_HD_INLINE Hessian<T> hessian(const Moments<T, 2>& m, const Direction<T>& along, const Target<T>& target) {
  const T g = target.gamma * along.v;
  const T k = bias_curvature(m, along, target);
  // s dk/db and s^2 d2k/db2.
  const T k1 = m.a[2] - fused(g, m.b[3], target.delta * m.b[2]);
  const T k2 = m.a[3] - fused(g, m.b[4], target.delta * m.b[3]);
  const T turn = target.gamma * m.b[2];
  const T by_w = fused_difference(along.v, k2, turn);
  return {fused(along.u * along.u, k2, k),
          along.u * by_w,
          along.u * k1,
          k + along.v * (by_w - turn),
          fused_difference(along.v, k1, target.gamma * m.b[1]),
          k};
}

}  // namespace deadcone::unit
