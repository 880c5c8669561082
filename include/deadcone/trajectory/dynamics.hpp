#pragma once

// The constants of a trajectory from its configuration: computed once, on the host, in double, and rounded to the
// precision in use, so that every backend starts from the same bits.

#include <cmath>
#include <cstdint>

#include "deadcone/config.hpp"
#include "deadcone/trajectory/trajectory.hpp"

namespace deadcone {

/// The length of an update that counts as none.
inline double absolute_tolerance(const Point& point, const Criteria& criteria) {
  return criteria.relative_tolerance
             ? criteria.tolerance * std::sqrt(point.gamma * point.gamma + point.delta * point.delta)
             : criteria.tolerance;
}

/// The conditions of the theorems in the precision of a computation.
template <class Real>
ProofConditions<Real> round_conditions(const ProofConditions<double>& exact) {
  ProofConditions<Real> conditions;
  conditions.momentum_reach = static_cast<Real>(exact.momentum_reach);
  conditions.energy = static_cast<Real>(exact.energy);
  conditions.corridor_energy = static_cast<Real>(exact.corridor_energy);
  conditions.corridor_weight = static_cast<Real>(exact.corridor_weight);
  conditions.corridor_reach = static_cast<Real>(exact.corridor_reach);
  for (int i = 0; i < trap_thresholds; ++i) {
    conditions.trap_bias[i] = static_cast<Real>(exact.trap_bias[i]);
    conditions.trap_slope[i] = static_cast<Real>(exact.trap_slope[i]);
  }
  conditions.creep_slope = static_cast<Real>(exact.creep_slope);
  conditions.creep_bias = static_cast<Real>(exact.creep_bias);
  conditions.creep_turn = static_cast<Real>(exact.creep_turn);
  conditions.creep_fall = static_cast<Real>(exact.creep_fall);
  conditions.trap_shrink = static_cast<Real>(exact.trap_shrink);
  return conditions;
}

/// The constants of the trajectories of one map, none of which is certified. `point` and `criteria` have been checked by
/// validate().
template <class Real>
Dynamics<Real> make_dynamics(const Point& point, const Criteria& criteria) {
  const double target_norm = std::sqrt(point.gamma * point.gamma + point.delta * point.delta);
  const double rest = absolute_tolerance(point, criteria) / point.eta;
  const double converged_radius = criteria.rho * target_norm;

  Dynamics<Real> dynamics;
  dynamics.target = {static_cast<Real>(point.gamma), static_cast<Real>(point.delta)};
  dynamics.descent = rounded_descent<Real>(point.beta, point.eta);
  dynamics.rest_squared = static_cast<Real>(rest * rest);
  dynamics.target_norm = static_cast<Real>(target_norm);
  dynamics.divergence = static_cast<Real>(divergence_factor);
  dynamics.converged_radius_squared = static_cast<Real>(converged_radius * converged_radius);
  dynamics.epsilon = static_cast<Real>(criteria.epsilon);
  dynamics.max_updates = static_cast<std::int32_t>(criteria.max_updates);
  dynamics.stop = criteria.stop;
  dynamics.proof = {};
  return dynamics;
}

/// The same for certified trajectories; `conditions` are those of proof_bounds() for the same map.
template <class Real>
Dynamics<Real> make_dynamics(const Point& point, const Criteria& criteria, const ProofConditions<double>& conditions) {
  Dynamics<Real> dynamics = make_dynamics<Real>(point, criteria);
  dynamics.proof = round_conditions<Real>(conditions);
  return dynamics;
}

}  // namespace deadcone
