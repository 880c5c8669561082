#pragma once

// One trajectory of any unit under any optimiser: the general form of trajectory.hpp, whose stop protocol and fates these
// share. There the rectifier under momentum has a loop of its own, which looks at most updates sixteen at a time; here each is
// looked at.
//
//   g_k = grad L(theta_k),   d_k = what the optimiser makes of it at the rate e_k,   theta_{k+1} = theta_k + d_k
//
// It ends when two consecutive updates meet the stop rule, when it has diverged, or at max_updates:
//
//   stationary   |d_k| < tol   and   e_k |g_k + decay theta_k| < tol      (no decay in the gradient where it is decoupled)
//   update       |d_k| < tol
//
// The fate at rest is the first of these that holds: converged, within rho |Theta_0| of the minimum of least loss, Theta_0;
// other_minimum, within rho |Theta_i| of another minimum; dead, active with a probability below epsilon; stalled.
//
// In float theta is a sum of two numbers, the second of which is what the first lacks (Kahan's compensation): near its end a
// trajectory moves by some ten ulp an update.
//
// `Activation` is a unit of unit/activation/, by its rules in unit/activation/activation.hpp.

#include <cstdint>
#include <type_traits>

#include "deadcone/fate.hpp"
#include "deadcone/kinds.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/optimizer/coordinates.hpp"
#include "deadcone/optimizer/momentum.hpp"
#include "deadcone/optimizer/schedule.hpp"
#include "deadcone/optimizer/step.hpp"
#include "deadcone/optimizer_kinds.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone::unit {

/// The most minima of a loss that are told apart: no unit was seen to have more than three.
inline constexpr int most_minima = 4;

/// Where a loss has a minimum, r = 0. One that is not there has a radius that nothing is within.
template <class T>
struct MinimumPlace {
  T w;
  T b;
  T slope;           ///< of a unit that learns its own
  T radius_squared;  ///< (rho |theta|)^2: a stop nearer than this is at the minimum
};

/// The constants of a trajectory that depend on its point, computed in double on the host and rounded once.
template <class T>
struct GeneralConstants {
  Target<T> target;
  T activation[2];  ///< the numbers of the unit
  OptimizerConstants<T> optimizer;
  T tolerance_squared;  ///< of an update that counts as none
  T target_norm;        ///< |Theta*|
  MinimumPlace<T> minima[most_minima];
};

/// Calls use(each.constant...) for every constant that an update needs. This is the only list of them.
template <class Use, class... Each>
DEADCONE_HD inline void for_each_update_constant(const Use& use, Each&... each) {
  use(each.target.gamma...);
  use(each.target.delta...);
  use(each.activation[0]...);
  use(each.activation[1]...);
  for_each_optimizer_constant(use, each.optimizer...);
  use(each.tolerance_squared...);
}

/// What the trajectories of a sweep share.
template <class Real>
struct GeneralRules {
  Optimizer optimizer;
  ScheduleTable<Real> schedule;
  bool has_schedule;  ///< whether the factor of some update is not 1
  StopRule stop;
  Real epsilon;              ///< a unit active with less than this probability counts as dead
  Real divergence;           ///< divergence_factor
  std::int32_t max_updates;  ///< at least 1
};

/// One trajectory between two updates.
template <class T, int n>
struct GeneralState {
  Coordinates<T, n> theta;
  Coordinates<T, n> low;  ///< what theta lacks, in float
  OptimizerState<T, n> optimizer;
};

/// The state at rest at `start`.
template <class T, int n>
DEADCONE_HD inline GeneralState<T, n> general_at_rest(const Coordinates<T, n>& start) {
  return {start, all_coordinates<n>(T(scalar_t<T>(0))), fresh_optimizer<T, n>()};
}

/// What an update did.
template <class T>
struct GeneralUpdate {
  T length_squared;         ///< |d|^2
  T pull_squared;           ///< (e |g + decay theta|)^2
};

/// Adds `change` to one coordinate.
template <class T>
DEADCONE_HD inline void move(T& theta, T& low, const T& change) {
  if constexpr (sums_with_compensation<T>) {
    const T whole = change + low;
    const T sum = theta + whole;
    low = whole - (sum - theta);
    theta = sum;
  } else {
    theta = theta + change;
  }
}

/// Makes one update of `state`, at `factor` times the learning rate. The numbers of `of` are T, or its scalar where all lanes
/// have the same.
template <class Activation, class T, class Constant, class Real>
DEADCONE_HD inline GeneralUpdate<T> advance(const GeneralRules<Real>& rules, const GeneralConstants<Constant>& of,
                                            const T& factor, GeneralState<T, Activation::coordinates>& state) {
  constexpr int n = Activation::coordinates;
  const Target<T> target = {T(of.target.gamma), T(of.target.delta)};
  const auto activation = Activation::template make<T>(T(of.activation[0]), T(of.activation[1]));
  const Coordinates<T, n> gradient = coordinate_gradient(activation, state.theta, target);
  const T rate = T(of.optimizer.learning_rate) * factor;
  const Coordinates<T, n> change = step(rules.optimizer, of.optimizer, rate, state.theta, gradient, state.optimizer);
  Coordinates<T, n> pull = gradient;
  if (couples_decay(rules.optimizer.kind)) {
    for (int i = 0; i < n; ++i) pull[i] = fused(T(of.optimizer.decay), state.theta[i], pull[i]);
  }
  for (int i = 0; i < n; ++i) move(state.theta[i], state.low[i], change[i]);
  return {squared_norm(change), (rate * rate) * squared_norm(pull)};
}

/// Whether an update meets the stop rule.
template <class T, class Constant, class Real>
DEADCONE_HD inline mask_t<T> is_at_rest(const GeneralRules<Real>& rules, const GeneralConstants<Constant>& of,
                                        const GeneralUpdate<T>& update) {
  const T limit(of.tolerance_squared);
  const mask_t<T> slow = update.length_squared < limit;
  return rules.stop == StopRule::update ? slow : both(slow, update.pull_squared < limit);
}

/// The square of the norm of theta beyond which a trajectory from `start` has diverged.
template <class Real, int n>
DEADCONE_HD inline Real divergence_limit(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of,
                                         const Coordinates<Real, n>& start) {
  const Real limit = rules.divergence * (square_root(squared_norm(start)) + of.target_norm);
  return limit * limit;
}

/// Whether theta has left the region of that limit, or is no number.
template <class T, int n>
DEADCONE_HD inline mask_t<T> has_diverged(const Coordinates<T, n>& theta, const T& limit_squared) {
  return negation(squared_norm(theta) <= limit_squared);
}

/// The number of the minimum that theta is at; -1 for none.
template <class Real, int n>
DEADCONE_HD inline std::int8_t minimum_at(const GeneralConstants<Real>& of, const Coordinates<Real, n>& theta) {
  for (int i = 0; i < most_minima; ++i) {
    const MinimumPlace<Real>& minimum = of.minima[i];
    Coordinates<Real, n> apart = theta;
    apart[1] = theta[1] - minimum.w;
    apart[2] = theta[2] - minimum.b;
    if constexpr (n > 3) apart[3] = theta[3] - minimum.slope;
    if (squared_norm(apart) <= minimum.radius_squared) return static_cast<std::int8_t>(i);
  }
  return -1;
}

/// How a trajectory ended.
template <class Real, int n>
struct GeneralOutcome {
  Fate fate;
  std::int32_t updates;          ///< made until the end
  Coordinates<Real, n> theta;    ///< after the last update
  std::int8_t minimum;           ///< that it is at, by number; -1: none
};

/// The outcome of a trajectory that ends at `theta`, at rest or diverged (`ended`) or with its last update.
template <class Activation, class Real>
DEADCONE_HD inline GeneralOutcome<Real, Activation::coordinates> end_of(
    const GeneralRules<Real>& rules, const GeneralConstants<Real>& of, const Real& limit_squared,
    const Coordinates<Real, Activation::coordinates>& theta, std::int32_t updates, bool ended) {
  GeneralOutcome<Real, Activation::coordinates> outcome = {Fate::unfinished, updates, theta, -1};
  if (!ended) return outcome;
  if (has_diverged(theta, limit_squared)) {
    outcome.fate = Fate::diverged;
    return outcome;
  }
  outcome.minimum = minimum_at(of, theta);
  const auto activation = Activation::template make<Real>(of.activation[0], of.activation[1]);
  if (outcome.minimum == 0) {
    outcome.fate = Fate::converged;
  } else if (outcome.minimum > 0) {
    outcome.fate = Fate::other_minimum;
  } else {
    outcome.fate = coordinate_activity(activation, theta) < rules.epsilon ? Fate::dead : Fate::stalled;
  }
  return outcome;
}

}  // namespace deadcone::unit
