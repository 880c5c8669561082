#pragma once

// One update of gradient descent with momentum (the exponential moving average form):
//
//   m' = beta m + (1 - beta) grad,   theta' = theta - eta m',   m = 0 at the start.
//
// Near its end a trajectory moves by some ten ulp of a float per update, and rounding theta each time would bend the
// last thousands of updates. In float theta is therefore summed with compensation (Kahan): what rounding took from the
// last sum is carried into the next. bench/results/summation.md shows both sums against double on 15 maps.

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
  T one_minus_beta;  ///< 1 - beta, rounded on its own
  T minus_eta;       ///< the learning rate, negated
};

/// The coefficients of momentum `beta` in [0, 1) and learning rate `eta` > 0, each computed in double and rounded once: so
/// beta and 1 - beta are rounded apart, which proofs near beta = 1 have to know (proof/rounding.hpp).
template <class Real>
MomentumDescent<Real> rounded_descent(double beta, double eta) {
  return {static_cast<Real>(beta), static_cast<Real>(1.0 - beta), static_cast<Real>(-eta)};
}

/// One trajectory between two updates.
template <class T>
struct State {
  Parameters<T> theta;
  Parameters<T> momentum;
  Parameters<T> carry;  ///< what rounding took from theta; stays zero without compensation
};

/// The state at rest at `start`.
template <class T>
DEADCONE_HD inline State<T> at_rest(const Parameters<T>& start) {
  const Parameters<T> zero = {T(0), T(0), T(0)};
  return {start, zero, zero};
}

/// The update of one coordinate.
template <class T>
DEADCONE_HD inline void update_coordinate(const MomentumDescent<T>& descent, const T& gradient, T& theta, T& momentum,
                                          T& carry) {
  momentum = fused(descent.beta, momentum, descent.one_minus_beta * gradient);
  if constexpr (sums_with_compensation<T>) {
    const T change = fused(descent.minus_eta, momentum, carry);
    const T sum = theta + change;
    carry = change - (sum - theta);
    theta = sum;
  } else {
    theta = fused(descent.minus_eta, momentum, theta);
  }
}

/// Makes one update of `state` with the gradient at state.theta.
template <Geometry geometry, class T>
DEADCONE_HD inline void update(const MomentumDescent<T>& descent, const Parameters<T>& gradient, State<T>& state) {
  update_coordinate(descent, gradient.w, state.theta.w, state.momentum.w, state.carry.w);
  update_coordinate(descent, gradient.b, state.theta.b, state.momentum.b, state.carry.b);
  if constexpr (geometry == Geometry::general) {
    update_coordinate(descent, gradient.r, state.theta.r, state.momentum.r, state.carry.r);
  }
}

}  // namespace deadcone::unit

namespace deadcone {
using unit::MomentumDescent;
using unit::rounded_descent;
using unit::State;
}  // namespace deadcone
