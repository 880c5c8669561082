#include "deadcone/run_trajectory.hpp"

#include <cmath>

#include "deadcone/map.hpp"
#include "deadcone/trajectory/trajectory.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {
namespace {

template <class Real>
Parameters<double> widened(const Parameters<Real>& theta) {
  return {theta.r, theta.w, theta.b};
}

template <Geometry geometry, class Real>
TrajectoryState state_of(const Dynamics<Real>& dynamics, std::int32_t updates, const State<Real>& state) {
  const State<Real> averaged = with_averaged_momentum(state, dynamics.descent.one_minus_beta);
  const Real update_norm = -dynamics.descent.minus_step * std::sqrt(squared_norm<geometry>(state.momentum));
  const Real gradient_norm = std::sqrt(squared_norm<geometry>(loss_gradient<geometry>(state.theta, dynamics.target)));
  return {updates,     widened(state.theta), widened(averaged.momentum),
          update_norm, gradient_norm,        loss<geometry>(state.theta, dynamics.target)};
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
  return {outcome.fate, outcome.proof, outcome.updates,
          widened<Real>({numeric::canonical(theta.r), numeric::canonical(theta.w), numeric::canonical(theta.b)}),
          numeric::canonical(loss<geometry>(theta, dynamics.target))};
}

}  // namespace

TrajectoryOutcome run_trajectory(const Point& point, const Criteria& criteria, Precision precision, double w, double b,
                                 const TrajectoryObserver& observe) {
  validate_start(w, b, point, criteria, precision);
  const PreparedMap map({point, {}, criteria, precision});
  return with_precision(precision, [&]<class Real>() {
    const Parameters<Real> start = {static_cast<Real>(point.r), static_cast<Real>(w), static_cast<Real>(b)};
    return with_variant(map.variant(), [&]<Geometry geometry, bool certify>() {
      return run<geometry, certify>(map.dynamics<Real>(), start, observe);
    });
  });
}

}  // namespace deadcone
