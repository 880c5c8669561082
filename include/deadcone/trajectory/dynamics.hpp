#pragma once

// The constants of a trajectory from its configuration: computed once, on the host, in double, and rounded to the
// precision in use, so that every backend starts from the same bits.

#include <cmath>
#include <cstdint>
#include <limits>

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
  for_each_condition([](Real& to, double from) { to = static_cast<Real>(from); }, conditions, exact);
  return conditions;
}

/// The bounds of blocks at a point, for updates that are slow where |M| is below `slow`.
///
/// |grad L| <= |theta - Theta*|, since P in docs/proofs.md, section 2, is at most the identity. So an update takes p =
/// |theta| + |Theta*| and |m| no further than m' = beta m + (1 - beta) p, p' = p + eta m'. With lambda, the larger root of
/// x^2 - (1 + beta + eta (1 - beta)) x + beta, and kappa = eta beta / (lambda - beta), p + kappa m grows by lambda in it.
template <class Real>
BlockBounds<Real> block_bounds(const Point& point, double slow) {
  const double trace = 1.0 + point.beta + point.eta * (1.0 - point.beta);
  const double lambda = 0.5 * (trace + std::sqrt(trace * trace - 4.0 * point.beta));
  const double kappa = point.eta * point.beta / (lambda - point.beta);
  double growth = lambda * (1.0 + 0x1p-10);  // which is more than rounding adds
  for (std::int32_t i = 1; i < updates_in_block; i *= 2) growth *= growth;
  growth *= 4.0 * growth;  // of the square of three terms, a third of the sum of their squares, and again for rounding
  constexpr double most = std::numeric_limits<numeric::scalar_t<Real>>::max();
  BlockBounds<Real> bounds;
  bounds.target_squared = static_cast<Real>(point.gamma * point.gamma + point.delta * point.delta);
  bounds.momentum_squared = static_cast<Real>((1.0 - point.beta) * (1.0 - point.beta) * kappa * kappa);
  bounds.growth = static_cast<Real>(growth < most ? growth : most);
  bounds.slow = static_cast<Real>((1.0 + 0x1p-20) * slow);
  return bounds;
}

/// Those that depend on the point. `point` and `criteria` have been checked by validate(). Takes some 10 ns.
template <class Real>
inline PointConstants<Real> make_constants(const Point& point, const Criteria& criteria) {
  const double target_norm = std::sqrt(point.gamma * point.gamma + point.delta * point.delta);
  const double rest = absolute_tolerance(point, criteria) / point.eta;
  const double slow = rest / (1.0 - point.beta);
  const double converged_radius = criteria.rho * target_norm;
  return {.target = {static_cast<Real>(point.gamma), static_cast<Real>(point.delta)},
          .descent = rounded_descent<Real>(point.beta, point.eta),
          .slow_squared = static_cast<Real>(slow * slow),
          .rest_squared = static_cast<Real>(rest * rest),
          .target_norm = static_cast<Real>(target_norm),
          .converged_radius_squared = static_cast<Real>(converged_radius * converged_radius),
          .block = block_bounds<Real>(point, slow)};
}

/// The constants of the trajectories of one map, none of which is certified; likewise.
template <class Real>
Dynamics<Real> make_dynamics(const Point& point, const Criteria& criteria) {
  Dynamics<Real> dynamics;
  static_cast<PointConstants<Real>&>(dynamics) = make_constants<Real>(point, criteria);
  dynamics.divergence = static_cast<Real>(divergence_factor);
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
