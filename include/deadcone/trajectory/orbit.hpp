#pragma once

// What a trajectory does after its end: whether it comes back to itself, and how fast neighbours part from it.
//
// Its state is what the next update depends on: theta and what the optimiser remembers.
//
//   period     Of a trajectory that reached max_updates: the least p <= longest_cycle after which theta and the momentum are
//              where they were, within the tolerance, and are so again after 2p. Momentum counts times the learning rate, as
//              a length of an update.
//   exponent   The largest Lyapunov exponent, per update, as long as the linear map of an update, J, is followed:
//              (1/K) sum log |J_k e_k|, e_(k+1) = J_k e_k / |J_k e_k|, over K = lyapunov_updates updates. J is that of the whole
//              state: the Hessian of the loss gives the derivative of the gradient, dual numbers that of the optimiser. A
//              trajectory in the plane r = 0 has the exponent in that plane.
//
// Source of the method: Benettin, Galgani, Giorgilli, Strelcyn, Meccanica 15 (1980).

#include <cmath>
#include <cstdint>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/dual.hpp"
#include "deadcone/numeric/logarithm.hpp"
#include "deadcone/trajectory/general.hpp"

namespace deadcone::unit {

/// Whether a state is another one within the tolerance, at a learning rate.
template <class Real, int n>
DEADCONE_HD inline bool is_same_state(const GeneralConstants<Real>& of, Real rate, const GeneralState<Real, n>& one,
                                      const GeneralState<Real, n>& other) {
  Coordinates<Real, n> apart;
  Coordinates<Real, n> momentum;
  for (int i = 0; i < n; ++i) {
    apart[i] = one.theta[i] - other.theta[i];
    momentum[i] = rate * (one.optimizer.m[i] - other.optimizer.m[i]);
  }
  return squared_norm(apart) < of.tolerance_squared && squared_norm(momentum) < of.tolerance_squared;
}

/// The period of the trajectory that is in `state` after `updates` updates; 0: it has none that is found.
template <class Family, class Real>
DEADCONE_HD inline std::int32_t find_period(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of,
                                            GeneralState<Real, Family::coordinates> state, std::int32_t updates,
                                            Real limit_squared) {
  const GeneralState<Real, Family::coordinates> reference = state;
  std::int32_t first = 0;  // after so many updates it was back for the first time; 0: not yet
  for (std::int32_t k = 1; k <= 2 * rules.longest_cycle; ++k) {
    const Real factor = factor_of(rules, of.optimizer, updates + k - 1);
    advance<Family>(rules, of, factor, state);
    if (has_diverged(state.theta, limit_squared)) return 0;
    if (k > 2 * first) first = 0;  // it was not back for the second time
    if (!is_same_state(of, of.optimizer.learning_rate * factor, state, reference)) continue;
    if (first != 0 && k == 2 * first) return first;
    if (first == 0 && k <= rules.longest_cycle) first = k;
  }
  return 0;
}

/// The gradient of the loss at theta, and its derivative in the direction of theta's slopes.
template <class Family, class Real>
DEADCONE_HD inline Coordinates<Dual<Real>, 3> gradient_and_slope(const GeneralConstants<Real>& of,
                                                                 const Coordinates<Dual<Real>, 3>& theta) {
  const Coordinates<Real, 3> values = {{theta[0].value, theta[1].value, theta[2].value}};
  const auto activation = Family::activation(of.unit, values);
  const Parameters<Real> place = parameters_of(values);
  const Direction<Real> along = direction<Geometry::general>(place);
  const auto m = moments<2>(activation, along.s, place.b);
  const Parameters<Real> g = loss_gradient<Geometry::general>(activation, place, of.target);
  const Hessian<Real> h = hessian(m, along, of.target);
  const Real r = theta[0].slope;
  const Real w = theta[1].slope;
  const Real b = theta[2].slope;
  return {{Dual<Real>(g.r, fused(h.rr, r, fused(h.rw, w, h.rb * b))),
           Dual<Real>(g.w, fused(h.rw, r, fused(h.ww, w, h.wb * b))),
           Dual<Real>(g.b, fused(h.rb, r, fused(h.wb, w, h.bb * b)))}};
}

/// A state with its slopes; new ones have none.
template <class Real, int n>
struct TangentState {
  Coordinates<Dual<Real>, n> theta;
  Coordinates<Real, n> low;  ///< as in GeneralState
  OptimizerState<Dual<Real>, n> optimizer;
};

template <class Real, int n>
DEADCONE_HD inline Coordinates<Dual<Real>, n> as_dual(const Coordinates<Real, n>& values) {
  Coordinates<Dual<Real>, n> result;
  for (int i = 0; i < n; ++i) result[i] = Dual<Real>(values[i]);
  return result;
}

template <class Real, int n>
DEADCONE_HD inline TangentState<Real, n> as_dual(const GeneralState<Real, n>& state) {
  const OptimizerState<Real, n>& of = state.optimizer;
  return {
      as_dual(state.theta),
      state.low,
      {as_dual(of.m), as_dual(of.v), as_dual(of.largest_v), Dual<Real>(of.beta_power), Dual<Real>(of.square_power)}};
}

/// Calls use(slope) for every slope of a state.
template <class Real, int n, class Use>
DEADCONE_HD inline void for_each_slope(TangentState<Real, n>& state, const Use& use) {
  for (int i = 0; i < n; ++i) {
    use(state.theta[i].slope);
    use(state.optimizer.m[i].slope);
    use(state.optimizer.v[i].slope);
    use(state.optimizer.largest_v[i].slope);
  }
}

/// Makes the slopes a vector of length 1 and returns the square of the length that they had. Does nothing where that is 0 or no
/// number.
template <class Real, int n>
DEADCONE_HD inline double normalize_slopes(TangentState<Real, n>& state) {
  double squared = 0.0;
  for_each_slope(state, [&squared](Real& slope) {
    const auto wide = static_cast<double>(slope);
    squared = fused(wide, wide, squared);
  });
  if (!(squared > 0.0) || !(squared <= 1e300)) return squared;
  const double scale = 1.0 / square_root(squared);
  for_each_slope(state, [scale](Real& slope) { slope = static_cast<Real>(static_cast<double>(slope) * scale); });
  return squared;
}

/// Makes one update of a state, at `factor` times the learning rate, and of its slopes.
template <class Family, class Real>
DEADCONE_HD inline void advance_tangent(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of, Real factor,
                                        TangentState<Real, 3>& state) {
  const Dual<Real> rate(of.optimizer.learning_rate * factor);
  const auto gradient = gradient_and_slope<Family>(of, state.theta);
  const auto change = step(rules.optimizer, of.optimizer, rate, state.theta, gradient, state.optimizer);
  for (int i = 0; i < 3; ++i) {
    move(state.theta[i].value, state.low[i], change[i].value);
    state.theta[i].slope = state.theta[i].slope + change[i].slope;
  }
}

/// The largest Lyapunov exponent of the trajectory that is in `state` after `updates` updates: -infinity where an update forgets
/// all, not a number where it overflows.
template <class Family, class Real>
DEADCONE_HD inline Real lyapunov_exponent(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of,
                                          const GeneralState<Real, Family::coordinates>& from, std::int32_t updates) {
  static_assert(Family::coordinates == 3, "the Hessian has no derivatives by a learnt slope");
  TangentState<Real, 3> state = as_dual(from);
  for (int i = from.theta[0] == Real(0) ? 1 : 0; i < 3; ++i) state.theta[i].slope = Real(1);
  normalize_slopes(state);
  double sum = 0.0;
  for (std::int32_t k = 0; k < rules.lyapunov_updates; ++k) {
    advance_tangent<Family>(rules, of, factor_of(rules, of.optimizer, updates + k), state);
    const double squared = normalize_slopes(state);
    if (squared == 0.0) return -static_cast<Real>(INFINITY);
    if (!(squared > 1e-300 && squared <= 1e300)) return static_cast<Real>(NAN);
    sum += 0.5 * natural_logarithm(squared);
  }
  return static_cast<Real>(sum / static_cast<double>(rules.lyapunov_updates));
}

/// Measures what a trajectory that has ended so in `state` does then, as far as the rules ask for it. One that has diverged
/// does nothing.
template <class Family, class Real>
DEADCONE_HD inline void measure_orbit(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of,
                                      const GeneralState<Real, Family::coordinates>& state, Real limit_squared,
                                      GeneralOutcome<Real, Family::coordinates>& outcome) {
  if (outcome.fate == Fate::diverged) return;
  if (rules.longest_cycle > 0 && outcome.fate == Fate::unfinished) {
    outcome.period = find_period<Family>(rules, of, state, outcome.updates, limit_squared);
    if (outcome.period > 0) outcome.fate = Fate::cycling;
  }
  if constexpr (Family::coordinates == 3) {
    if (rules.lyapunov_updates > 0) outcome.exponent = lyapunov_exponent<Family>(rules, of, state, outcome.updates);
  }
}

}  // namespace deadcone::unit
