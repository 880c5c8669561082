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
// Where fates are to be proved, every sixteenth update is followed by a look whether the trajectory is in a well (proof/well.hpp), which
// ends it: its fate is that of the well's minimum. The energy is
//
//   E = L + decay |theta|^2 / 2 + K |m|^2 / 2
//
// In float theta is a sum of two numbers, the second of which is what the first lacks (Kahan's compensation): near its end a
// trajectory moves by some ten ulp an update.
//
// `Family` is one of unit/families.hpp.

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "deadcone/fate.hpp"
#include "deadcone/kinds.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/optimizer/momentum.hpp"
#include "deadcone/optimizer/schedule.hpp"
#include "deadcone/optimizer/step.hpp"
#include "deadcone/optimizer_kinds.hpp"
#include "deadcone/proof/well.hpp"
#include "deadcone/trajectory/pixels.hpp"
#include "deadcone/unit/coordinates.hpp"
#include "deadcone/unit/families.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone::unit {

/// The most minima of a loss that are told apart: no unit was seen to have more than three.
inline constexpr int most_minima = 4;

/// Where a loss has a minimum, r = 0. One that is not there has a radius that nothing is within.
template <class T>
struct MinimumPlace {
  T w;
  T b;
  T leak;            ///< of a unit that learns its own
  T radius_squared;  ///< (rho |theta|)^2: a stop nearer than this is at the minimum
};

/// The constants of a trajectory that depend on its point, computed in double on the host and rounded once.
template <class T>
struct GeneralConstants {
  Target<T> target;
  FamilyConstants<T> unit;
  OptimizerConstants<T> optimizer;
  T tolerance_squared;  ///< of an update that counts as none
  T target_norm;        ///< |Theta*|
  MinimumPlace<T> minima[most_minima];
  T half_reach;                ///< K/2
  T greatest_energy;           ///< of a well; negative where there is none
  Well<T> wells[most_minima];  ///< that of each minimum
};

/// Calls use(each.constant...) for every constant that an update needs. This is the only list of them.
template <class Use, class... Each>
DEADCONE_HD inline void for_each_update_constant(const Use& use, Each&... each) {
  use(each.target.gamma...);
  use(each.target.delta...);
  use(each.unit.of[0]...);
  use(each.unit.of[1]...);
  for_each_optimizer_constant(use, each.optimizer...);
  use(each.tolerance_squared...);
}

/// Those that a look for wells needs besides.
template <class Use, class... Each>
DEADCONE_HD inline void for_each_energy_constant(const Use& use, Each&... each) {
  use(each.half_reach...);
  use(each.greatest_energy...);
}

/// What the trajectories of a sweep share.
template <class Real>
struct GeneralRules {
  Optimizer optimizer;
  ScheduleTable<Real> schedule;
  bool has_schedule;  ///< whether the factor of some update is not 1
  StopRule stop;
  Real epsilon;                   ///< a unit active with less than this probability counts as dead
  Real divergence;                ///< divergence_factor
  std::int32_t max_updates;       ///< at least 1
  std::int32_t longest_cycle;     ///< that is looked for after the last update (orbit.hpp); 0: none is
  std::int32_t lyapunov_updates;  ///< for the exponent, likewise
  bool has_wells;                 ///< whether trajectories may end in one

  /// Whether trajectories go on after their end.
  DEADCONE_HD bool measures_orbits() const { return longest_cycle > 0 || lyapunov_updates > 0; }
};

/// The factor of the learning rate of the update that follows `updates` others.
template <class Real>
DEADCONE_HD inline Real factor_of(const GeneralRules<Real>& rules, const OptimizerConstants<Real>& of,
                                  std::int32_t updates) {
  return rules.has_schedule ? rules.schedule.factor(updates, of.warmup, of.reciprocal_warmup) : Real(1);
}

/// One trajectory between two updates.
template <class T, int n>
struct GeneralState {
  Coordinates<T, n> theta;
  Coordinates<T, n> low;  ///< what theta lacks, in float
  OptimizerState<T, n> optimizer;
};

/// The state at rest at `start`.
template <class T, int n>
DEADCONE_HD_INLINE GeneralState<T, n> general_at_rest(const Coordinates<T, n>& start) {
  return {start, all_coordinates<n>(T(scalar_t<T>(0))), fresh_optimizer<T, n>()};
}

/// What an update did.
template <class T>
struct GeneralUpdate {
  T length_squared;  ///< |d|^2
  T pull_squared;    ///< (e |g + decay theta|)^2
};

/// Adds `change` to one coordinate.
template <class T>
DEADCONE_HD_INLINE void move(T& theta, T& low, const T& change) {
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
/// have the same. In the plane r and what the optimiser has of it are left alone.
template <class Family, Geometry geometry = Geometry::general, class T, class Constant, class Real>
DEADCONE_HD_INLINE GeneralUpdate<T> advance(const GeneralRules<Real>& rules, const GeneralConstants<Constant>& of,
                                            const T& factor, GeneralState<T, Family::coordinates>& state) {
  constexpr int n = Family::coordinates;
  constexpr int first = first_coordinate<geometry>;
  const Target<T> target = {T(of.target.gamma), T(of.target.delta)};
  const FamilyConstants<T> unit = {{T(of.unit.of[0]), T(of.unit.of[1])}};
  const Coordinates<T, n> gradient = loss_gradient<Family, geometry>(unit, state.theta, target);
  const T rate = T(of.optimizer.learning_rate) * factor;
  const Coordinates<T, n> change =
      step<geometry>(rules.optimizer, of.optimizer, rate, state.theta, gradient, state.optimizer);
  Coordinates<T, n> pull = gradient;
  if (rules.optimizer.has_decay && couples_decay(rules.optimizer.kind)) {
    for (int i = first; i < n; ++i) pull[i] = fused(T(of.optimizer.decay), state.theta[i], pull[i]);
  }
  for (int i = first; i < n; ++i) move(state.theta[i], state.low[i], change[i]);
  return {squared_norm<geometry>(change), (rate * rate) * squared_norm<geometry>(pull)};
}

/// Whether an update meets the stop rule.
template <class T, class Constant, class Real>
DEADCONE_HD_INLINE mask_t<T> is_at_rest(const GeneralRules<Real>& rules, const GeneralConstants<Constant>& of,
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
template <Geometry geometry = Geometry::general, class T, int n>
DEADCONE_HD_INLINE mask_t<T> has_diverged(const Coordinates<T, n>& theta, const T& limit_squared) {
  return negation(squared_norm<geometry>(theta) <= limit_squared);
}

/// The number of the minimum that theta is at; -1 for none.
template <class Real, int n>
DEADCONE_HD inline std::int8_t minimum_at(const GeneralConstants<Real>& of, const Coordinates<Real, n>& theta) {
  for (int i = 0; i < most_minima; ++i) {
    const MinimumPlace<Real>& minimum = of.minima[i];
    Coordinates<Real, n> apart = theta;
    apart[1] = theta[1] - minimum.w;
    apart[2] = theta[2] - minimum.b;
    if constexpr (n > 3) apart[3] = theta[3] - minimum.leak;
    if (squared_norm(apart) <= minimum.radius_squared) return static_cast<std::int8_t>(i);
  }
  return -1;
}

/// The energy of a trajectory.
template <class Family, Geometry geometry = Geometry::general, class T, class Constant, class Real>
DEADCONE_HD_INLINE T energy(const GeneralRules<Real>& rules, const GeneralConstants<Constant>& of,
                            const GeneralState<T, Family::coordinates>& state) {
  const Target<T> target = {T(of.target.gamma), T(of.target.delta)};
  const FamilyConstants<T> unit = {{T(of.unit.of[0]), T(of.unit.of[1])}};
  T sum = loss(averages_at<Family, geometry>(unit, state.theta), parameters_of(state.theta), target);
  if (rules.optimizer.has_decay) {
    const T half_decay = T(scalar_t<T>(0.5)) * T(of.optimizer.decay);
    sum = fused(half_decay, squared_norm<geometry>(state.theta), sum);
  }
  return fused(T(of.half_reach), squared_norm<geometry>(state.optimizer.m), sum);
}

/// The minimum, by number, in whose well a trajectory of this energy is; -1: in none.
template <class Real, int n>
DEADCONE_HD inline std::int8_t well_at(const GeneralConstants<Real>& of, const Coordinates<Real, n>& theta,
                                       Real energy) {
  for (int i = 0; i < most_minima; ++i) {
    if (is_in_well(of.wells[i], theta[1], theta[2], energy)) return static_cast<std::int8_t>(i);
  }
  return -1;
}

/// How a trajectory ended.
template <class Real, int n>
struct GeneralOutcome {
  Fate fate;
  std::int32_t updates;        ///< made until the end
  Coordinates<Real, n> theta;  ///< after the last update
  std::int8_t minimum;         ///< that it is at, by number; -1: none
  std::int32_t period = 0;     ///< of a cycle; 0: none
  Real exponent = Real(NAN);   ///< Lyapunov's; not a number where it is not measured
  Proof proof = Proof::none;
};

/// The outcome of a trajectory that is in the well of a minimum.
template <class Real, int n>
DEADCONE_HD inline GeneralOutcome<Real, n> end_in_well(const Coordinates<Real, n>& theta, std::int32_t updates,
                                                       std::int8_t minimum) {
  GeneralOutcome<Real, n> outcome = {.fate = minimum == 0 ? Fate::converged : Fate::other_minimum,
                                     .updates = updates,
                                     .theta = theta,
                                     .minimum = minimum};
  outcome.proof = Proof::well;
  return outcome;
}

/// The outcome of a trajectory that ends at `theta`, at rest or diverged (`ended`) or with its last update.
template <class Family, class Real>
DEADCONE_HD inline GeneralOutcome<Real, Family::coordinates> end_of(const GeneralRules<Real>& rules,
                                                                    const GeneralConstants<Real>& of,
                                                                    const Real& limit_squared,
                                                                    const Coordinates<Real, Family::coordinates>& theta,
                                                                    std::int32_t updates, bool ended) {
  GeneralOutcome<Real, Family::coordinates> outcome = {
      .fate = Fate::unfinished, .updates = updates, .theta = theta, .minimum = -1};
  if (!ended) return outcome;
  if (has_diverged(theta, limit_squared)) {
    outcome.fate = Fate::diverged;
    return outcome;
  }
  outcome.minimum = minimum_at(of, theta);
  if (outcome.minimum == 0) {
    outcome.fate = Fate::converged;
  } else if (outcome.minimum > 0) {
    outcome.fate = Fate::other_minimum;
  } else {
    outcome.fate = averages_at<Family>(of.unit, theta).activity < rules.epsilon ? Fate::dead : Fate::stalled;
  }
  return outcome;
}

/// Stores how the trajectory of pixel `i` ended.
template <class Family, class Real>
DEADCONE_HD inline void store_outcome(const GeneralConstants<Real>& of, const PixelArrays<Real>& results,
                                      std::int64_t i, const GeneralOutcome<Real, Family::coordinates>& outcome) {
  const auto& theta = outcome.theta;
  results.fate[i] = outcome.fate;
  results.updates[i] = outcome.updates;
  if (results.proof != nullptr) results.proof[i] = outcome.proof;
  if (results.r_final != nullptr) results.r_final[i] = canonical(theta[0]);
  if (results.w_final != nullptr) results.w_final[i] = canonical(theta[1]);
  if (results.b_final != nullptr) results.b_final[i] = canonical(theta[2]);
  if constexpr (Family::coordinates > 3) {
    if (results.leak_final != nullptr) results.leak_final[i] = canonical(theta[3]);
  }
  if (results.period != nullptr) results.period[i] = outcome.period;
  if (results.lyapunov != nullptr) results.lyapunov[i] = canonical(outcome.exponent);
  if (results.minimum != nullptr) results.minimum[i] = static_cast<std::int8_t>(outcome.minimum + 1);
  if (results.loss_final != nullptr) {
    const Averages<Real> averages = averages_at<Family>(of.unit, theta);
    results.loss_final[i] = canonical(loss(averages, parameters_of(theta), of.target));
  }
}

/// The coordinates of a start.
template <class Family, class Real>
DEADCONE_HD inline Coordinates<Real, Family::coordinates> coordinates_of(const GeneralConstants<Real>& of,
                                                                         const Parameters<Real>& start) {
  Coordinates<Real, Family::coordinates> theta;
  theta[0] = start.r;
  theta[1] = start.w;
  theta[2] = start.b;
  if constexpr (Family::coordinates > 3) theta[3] = of.unit.of[0];
  return theta;
}

/// A trajectory on its way.
template <class Real, int n>
struct GeneralCourse {
  GeneralState<Real, n> state;
  Real limit_squared;    ///< divergence_limit() of its start
  std::int32_t updates;  ///< made so far
  bool was_at_rest;      ///< whether the update before met the stop rule
};

/// The trajectory from `start` before its first update.
template <class Family, class Real>
DEADCONE_HD inline GeneralCourse<Real, Family::coordinates> general_course_from(const GeneralRules<Real>& rules,
                                                                                const GeneralConstants<Real>& of,
                                                                                const Parameters<Real>& start) {
  const Coordinates<Real, Family::coordinates> theta = coordinates_of<Family>(of, start);
  return {general_at_rest(theta), divergence_limit(rules, of, theta), 0, false};
}

/// Sees nothing of a trajectory.
struct GeneralUnobserved {
  template <class Course, class Update>
  DEADCONE_HD void operator()(const Course&, const Update&) const {}
};

/// Follows a trajectory until it has made `until` updates or ended. Returns whether it has ended; `outcome` says how then. One
/// that has not goes on from `course` later with the same bits. Calls observe(course, update) after every update.
template <class Family, class Real, class Observe = GeneralUnobserved>
DEADCONE_HD inline bool follow(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of, std::int32_t until,
                               GeneralCourse<Real, Family::coordinates>& course,
                               GeneralOutcome<Real, Family::coordinates>& outcome, const Observe& observe = {}) {
  while (course.updates < until) {
    const Real factor = factor_of(rules, of.optimizer, course.updates);
    const GeneralUpdate<Real> update = advance<Family>(rules, of, factor, course.state);
    ++course.updates;
    observe(course, update);
    const bool at_rest = is_at_rest(rules, of, update);
    const bool ended = has_diverged(course.state.theta, course.limit_squared) || (at_rest && course.was_at_rest);
    course.was_at_rest = at_rest;
    if (ended || course.updates == rules.max_updates) {
      outcome = end_of<Family>(rules, of, course.limit_squared, course.state.theta, course.updates, ended);
      return true;
    }
    if constexpr (Family::coordinates == 3) {
      if (rules.has_wells && course.updates % updates_between_proofs == 0) {
        const std::int8_t well = well_at(of, course.state.theta, energy<Family>(rules, of, course.state));
        if (well >= 0) {
          outcome = end_in_well(course.state.theta, course.updates, well);
          return true;
        }
      }
    }
  }
  return false;
}

/// Runs the trajectory from `start` to its end.
template <class Family, class Real, class Observe = GeneralUnobserved>
DEADCONE_HD inline GeneralOutcome<Real, Family::coordinates> general_trajectory(const GeneralRules<Real>& rules,
                                                                                const GeneralConstants<Real>& of,
                                                                                const Parameters<Real>& start,
                                                                                const Observe& observe = {}) {
  GeneralCourse<Real, Family::coordinates> course = general_course_from<Family>(rules, of, start);
  GeneralOutcome<Real, Family::coordinates> outcome;
  follow<Family>(rules, of, rules.max_updates, course, outcome, observe);
  return outcome;
}

}  // namespace deadcone::unit

namespace deadcone {
using unit::GeneralConstants;
using unit::GeneralRules;
}  // namespace deadcone
