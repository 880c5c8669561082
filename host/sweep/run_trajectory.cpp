#include "deadcone/run_trajectory.hpp"

#include <cmath>

#include "deadcone/map.hpp"
#include "deadcone/trajectory/orbit.hpp"
#include "deadcone/trajectory/trajectory.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {
namespace {

template <class Real>
Parameters<double> widened(const Parameters<Real>& theta) {
  return {theta.r, theta.w, theta.b};
}

template <class Real>
Parameters<double> canonical(const Parameters<Real>& theta) {
  return {numeric::canonical(theta.r), numeric::canonical(theta.w), numeric::canonical(theta.b)};
}

/// What a unit has learnt of its slope below 0; 0 where it learns none.
template <class Real, int n>
double leak_of(const unit::Coordinates<Real, n>& theta) {
  if constexpr (n > 3) {
    return numeric::canonical(theta[3]);
  } else {
    return 0.0;
  }
}

template <Geometry geometry, class Real>
TrajectoryState state_of(const Dynamics<Real>& dynamics, std::int32_t updates, const State<Real>& state) {
  const State<Real> averaged = with_averaged_momentum(state, dynamics.descent.one_minus_beta);
  const Real update_norm = -dynamics.descent.minus_step * std::sqrt(squared_norm<geometry>(state.momentum));
  const Real gradient_norm = std::sqrt(squared_norm<geometry>(loss_gradient<geometry>(state.theta, dynamics.target)));
  return {.updates = updates,
          .theta = widened(state.theta),
          .leak = 0.0,
          .momentum = widened(averaged.momentum),
          .update_norm = update_norm,
          .gradient_norm = gradient_norm,
          .loss = loss<geometry>(state.theta, dynamics.target)};
}

template <Geometry geometry, bool certify, class Real>
TrajectoryOutcome run(const Dynamics<Real>& dynamics, const Parameters<Real>& start,
                      const TrajectoryObserver& observe) {
  const auto report = [&](std::int32_t updates, const State<Real>& state) {
    observe(state_of<geometry>(dynamics, updates, state));
  };
  if (observe) report(0, at_rest(start));
  const Outcome<Real> outcome =
      observe ? trajectory<geometry, certify>(dynamics, start, report) : trajectory<geometry, certify>(dynamics, start);
  const Parameters<Real>& theta = outcome.theta;
  return {.fate = outcome.fate,
          .proof = outcome.proof,
          .updates = outcome.updates,
          .theta = canonical(theta),
          .leak = 0.0,
          .loss = numeric::canonical(loss<geometry>(theta, dynamics.target)),
          .minimum = 0,
          .period = 0,
          .lyapunov = NAN};
}

template <class Family, class Real>
TrajectoryState state_of(const GeneralConstants<Real>& of, std::int32_t updates,
                         const unit::GeneralState<Real, Family::coordinates>& state, Real update_norm) {
  constexpr int n = Family::coordinates;
  const unit::Coordinates<Real, n>& theta = state.theta;
  const unit::Coordinates<Real, n>& momentum = state.optimizer.m;
  const Real gradient_norm = std::sqrt(squared_norm(unit::loss_gradient<Family>(of.unit, theta, of.target)));
  const auto averages = unit::averages_at<Family>(of.unit, theta);
  return {.updates = updates,
          .theta = {theta[0], theta[1], theta[2]},
          .leak = leak_of(theta),
          .momentum = {momentum[0], momentum[1], momentum[2]},
          .update_norm = update_norm,
          .gradient_norm = gradient_norm,
          .loss = unit::loss(averages, unit::parameters_of(theta), of.target)};
}

template <class Family, class Real>
TrajectoryOutcome run_general(const MapBatch& map, const Parameters<Real>& start, const TrajectoryObserver& observe) {
  constexpr int n = Family::coordinates;
  const GeneralArrays<Real>& arrays = map.general_arrays<Real>();
  const GeneralConstants<Real>& of = arrays.constants.front();
  if (observe)
    observe(state_of<Family>(of, 0, unit::general_at_rest(unit::coordinates_of<Family>(of, start)), Real(0)));
  const auto report = [&](const unit::GeneralCourse<Real, n>& course, const unit::GeneralUpdate<Real>& update) {
    if (observe) observe(state_of<Family>(of, course.updates, course.state, std::sqrt(update.length_squared)));
  };
  auto course = unit::general_course_from<Family>(arrays.rules, of, start);
  unit::GeneralOutcome<Real, n> outcome = {};
  unit::follow<Family>(arrays.rules, of, arrays.rules.max_updates, course, outcome, report);
  unit::measure_orbit<Family>(arrays.rules, of, course.state, course.limit_squared, outcome);
  const auto averages = unit::averages_at<Family>(of.unit, outcome.theta);
  const Parameters<Real> theta = unit::parameters_of(outcome.theta);
  return {.fate = outcome.fate,
          .proof = outcome.proof,
          .updates = outcome.updates,
          .theta = canonical(theta),
          .leak = leak_of(outcome.theta),
          .loss = numeric::canonical(unit::loss(averages, theta, of.target)),
          .minimum = outcome.minimum + 1,
          .period = outcome.period,
          .lyapunov = outcome.exponent};
}

}  // namespace

TrajectoryOutcome run_trajectory(const PreparedMap& map, double w, double b, const TrajectoryObserver& observe) {
  const Map& of = map.map();
  validate_start(w, b, of.point, of.criteria, of.precision, of.unit, of.optimizer);
  return with_precision(of.precision, [&]<class Real>() {
    const Parameters<Real> start = {static_cast<Real>(of.point.r), static_cast<Real>(w), static_cast<Real>(b)};
    if (of.is_general()) {
      return unit::with_family(of.unit, [&]<class Family>() { return run_general<Family, Real>(map, start, observe); });
    }
    return with_variant(map.variant(), [&]<Geometry geometry, bool certify>() {
      return run<geometry, certify>(map.dynamics<Real>(), start, observe);
    });
  });
}

}  // namespace deadcone
