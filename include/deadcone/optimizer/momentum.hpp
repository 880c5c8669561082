#pragma once

// One update of gradient descent with momentum (the exponential moving average form):
//
//   m' = beta m + (1 - beta) grad,   theta' = theta - eta m',   m = 0 at the start.
//
// It is computed with the sum M = m/(1 - beta), which takes a multiplication less:
//
//   M' = beta M + grad,   theta' = theta - eta (1 - beta) M'.
//
// Near its end a trajectory moves by some ten ulp of a float per update, and rounding theta each time would bend the
// last thousands of updates. In float theta is therefore the rounded sum of an anchor and of the shift from it, which is
// small and so finely rounded; after every fourth update the anchor moves to theta, and the shift becomes what theta lacks
// (Kahan's compensation, once in four updates). bench/results/summation.md has plain sums and these against double.

#include <cstdint>
#include <type_traits>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone::unit {

/// Whether theta is summed with compensation, for a number type.
template <class T>
inline constexpr bool sums_with_compensation = std::is_same_v<scalar_t<T>, float>;

/// The coefficients of one update, computed in double on the host and rounded once.
template <class T>
struct MomentumDescent {
  T beta;            ///< momentum
  T one_minus_beta;  ///< 1 - beta, rounded on its own: m = (1 - beta) M
  T minus_step;      ///< -eta (1 - beta)
};

/// The coefficients of momentum `beta` in [0, 1) and learning rate `eta` > 0, each computed in double and rounded once: so
/// beta and 1 - beta are rounded apart, which proofs near beta = 1 have to know (proof/rounding.hpp).
template <class Real>
MomentumDescent<Real> rounded_descent(double beta, double eta) {
  return {static_cast<Real>(beta), static_cast<Real>(1.0 - beta), static_cast<Real>(-eta * (1.0 - beta))};
}

/// One trajectory between two updates.
template <class T>
struct State {
  Parameters<T> theta;
  Parameters<T> momentum;  ///< M, the sum of beta^i times the gradient of i updates ago
  Parameters<T> anchor;    ///< theta = anchor + shift, rounded; neither is used without compensation
  Parameters<T> shift;
};

/// The state at rest at `start`.
template <class T>
DEADCONE_HD inline State<T> at_rest(const Parameters<T>& start) {
  const Parameters<T> zero = {T(0), T(0), T(0)};
  return {start, zero, start, zero};
}

/// The same state with the moving average m in place of M: what the theorems of proof/conditions.hpp are about.
template <class T>
DEADCONE_HD inline State<T> with_averaged_momentum(State<T> state, const T& one_minus_beta) {
  auto& [r, w, b] = state.momentum;
  r = one_minus_beta * r;
  w = one_minus_beta * w;
  b = one_minus_beta * b;
  return state;
}

/// The update of one coordinate.
template <class T>
DEADCONE_HD_INLINE void update_coordinate(const MomentumDescent<T>& descent, T Parameters<T>::*coordinate,
                                          const Parameters<T>& gradient, State<T>& state) {
  T& momentum = state.momentum.*coordinate;
  T& theta = state.theta.*coordinate;
  momentum = fused(descent.beta, momentum, gradient.*coordinate);
  if constexpr (sums_with_compensation<T>) {
    T& shift = state.shift.*coordinate;
    shift = fused(descent.minus_step, momentum, shift);
    theta = state.anchor.*coordinate + shift;
  } else {
    theta = fused(descent.minus_step, momentum, theta);
  }
}

/// Makes one update of `state` with the gradient at state.theta.
template <Geometry geometry, class T>
DEADCONE_HD_INLINE void update(const MomentumDescent<T>& descent, const Parameters<T>& gradient, State<T>& state) {
  update_coordinate(descent, &Parameters<T>::w, gradient, state);
  update_coordinate(descent, &Parameters<T>::b, gradient, state);
  if constexpr (geometry == Geometry::general) update_coordinate(descent, &Parameters<T>::r, gradient, state);
}

/// The updates after which the anchor moves. Fewer take more instructions; more would leave a vector's lanes waiting longer
/// for the update with which all of them may begin (host/cpu/simd_lanes.hpp).
inline constexpr std::int32_t updates_between_anchors = 4;

template <class T>
DEADCONE_HD_INLINE void move_anchor(T Parameters<T>::*coordinate, State<T>& state) {
  T& anchor = state.anchor.*coordinate;
  T& shift = state.shift.*coordinate;
  const T& theta = state.theta.*coordinate;
  shift = shift - (theta - anchor);
  anchor = theta;
}

/// Moves the anchor to theta: after every `updates_between_anchors` updates.
template <Geometry geometry, class T>
DEADCONE_HD_INLINE void move_anchor(State<T>& state) {
  if constexpr (sums_with_compensation<T>) {
    move_anchor(&Parameters<T>::w, state);
    move_anchor(&Parameters<T>::b, state);
    if constexpr (geometry == Geometry::general) move_anchor(&Parameters<T>::r, state);
  }
}

}  // namespace deadcone::unit

namespace deadcone {
using unit::MomentumDescent;
using unit::rounded_descent;
using unit::State;
using unit::updates_between_anchors;
}  // namespace deadcone
