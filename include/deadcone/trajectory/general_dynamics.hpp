#pragma once

// The constants of trajectories of any unit and optimiser from their configuration: computed once, on the host, in double, and
// rounded to the precision in use, as in dynamics.hpp.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/trajectory/general.hpp"
#include "deadcone/unit/minima.hpp"

namespace deadcone {

/// Finds the minima at the points of a sweep: those of one target, decay and unit once.
class MinimaOfPoints {
 public:
  MinimaOfPoints(UnitKind unit, bool has_decay) : unit_(unit), has_decay_(has_decay) {}

  /// Those at a point, the least loss first. Throws what find_minima() throws.
  const std::vector<Minimum>& at(const Point& point) {
    const double decay = has_decay_ ? point.decay : 0.0;
    auto [place, is_new] = known_.try_emplace({point.gamma, point.delta, decay, point.constant, point.second_constant});
    if (is_new) place->second = find_minima({unit_, point.unit_constants()}, {point.gamma, point.delta}, decay);
    return place->second;
  }

 private:
  UnitKind unit_;
  bool has_decay_;
  std::map<std::array<double, 5>, std::vector<Minimum>> known_;
};

/// Whether the loss that an optimiser descends has the decay in it. Decoupled decay only shrinks theta where Adam rests.
inline bool decay_is_in_loss(const Optimizer& optimizer) {
  return optimizer.has_decay && unit::couples_decay(optimizer.kind);
}

/// The constants of an optimiser at a point.
template <class Real>
unit::OptimizerConstants<Real> make_optimizer_constants(const Point& point, const Optimizer& optimizer) {
  const double square_decay = optimizer.kind == OptimizerKind::rmsprop ? point.alpha : point.beta2;
  const double warmup = optimizer.has_warmup ? point.warmup : 0.0;
  return {.learning_rate = static_cast<Real>(point.eta),
          .beta = static_cast<Real>(point.beta),
          .rest_of_beta = static_cast<Real>(1.0 - point.beta),
          .square_decay = static_cast<Real>(square_decay),
          .rest_of_square = static_cast<Real>(1.0 - square_decay),
          .epsilon = static_cast<Real>(point.optimizer_epsilon),
          .clip = static_cast<Real>(point.clip),
          .decay = static_cast<Real>(optimizer.has_decay ? point.decay : 0.0),
          .warmup = static_cast<Real>(warmup),
          .reciprocal_warmup = static_cast<Real>(warmup > 0.0 ? 1.0 / warmup : 0.0)};
}

/// The reach of momentum, K: what E has of the momentum is K |m|^2/2. For other optimisers there is no energy.
inline double momentum_reach(const Point& point, const Optimizer& optimizer) {
  return optimizer.kind == OptimizerKind::heavy_ball ? point.eta * point.beta
                                                     : point.eta * point.beta / (1.0 - point.beta);
}

/// The constants at a point, at which the loss has these minima, with these wells, if any.
template <class Real>
GeneralConstants<Real> make_general_constants(const Point& point, const Criteria& criteria, UnitKind unit,
                                              const Optimizer& optimizer, const std::vector<Minimum>& minima,
                                              std::span<const Well<double>> wells = {}) {
  const double tolerance = absolute_tolerance(point, criteria);
  const unit::FamilyConstants<double> numbers = unit::family_constants({unit, point.unit_constants()});
  GeneralConstants<Real> constants = {
      .target = {static_cast<Real>(point.gamma), static_cast<Real>(point.delta)},
      .unit = {{static_cast<Real>(numbers.of[0]), static_cast<Real>(numbers.of[1])}},
      .optimizer = make_optimizer_constants<Real>(point, optimizer),
      .tolerance_squared = static_cast<Real>(tolerance * tolerance),
      .target_norm = static_cast<Real>(std::sqrt(point.gamma * point.gamma + point.delta * point.delta)),
      .minima = {},
      .half_reach = static_cast<Real>(0.5 * momentum_reach(point, optimizer)),
      .greatest_energy = Real(-1),
      .wells = {}};
  for (std::size_t i = 0; i < unit::most_minima; ++i) {
    if (i >= minima.size()) {
      constants.minima[i] = {Real(0), Real(0), Real(0), Real(-1)};
      continue;
    }
    const auto& [theta, loss, curvatures, across, leak] = minima[i];
    const double radius_squared = criteria.rho * criteria.rho * (theta.w * theta.w + theta.b * theta.b);
    constants.minima[i] = {static_cast<Real>(theta.w), static_cast<Real>(theta.b), static_cast<Real>(leak),
                           static_cast<Real>(radius_squared)};
  }
  for (std::size_t i = 0; i < unit::most_minima; ++i) {
    const auto& [energy, least_w, greatest_w, least_b, greatest_b] =
        i < wells.size() ? wells[i] : unit::no_well<double>;
    constants.wells[i] = {static_cast<Real>(energy), static_cast<Real>(least_w), static_cast<Real>(greatest_w),
                          static_cast<Real>(least_b), static_cast<Real>(greatest_b)};
    constants.greatest_energy = std::max(constants.greatest_energy, constants.wells[i].energy);
  }
  return constants;
}

/// What all trajectories of a sweep share, with the factors of its schedule, which must outlive it.
template <class Real>
GeneralRules<Real> make_general_rules(const Criteria& criteria, const Optimizer& optimizer,
                                      const std::vector<Real>& factors, bool has_wells = false) {
  return {.optimizer = optimizer,
          .schedule = {factors.data(), static_cast<std::int32_t>(factors.size()) - 1},
          .has_schedule = optimizer.has_warmup || factors.size() > 1,
          .stop = criteria.stop,
          .epsilon = static_cast<Real>(criteria.epsilon),
          .divergence = static_cast<Real>(unit::divergence_factor),
          .max_updates = static_cast<std::int32_t>(criteria.max_updates),
          .longest_cycle = static_cast<std::int32_t>(criteria.longest_cycle),
          .lyapunov_updates = static_cast<std::int32_t>(criteria.lyapunov_updates),
          .has_wells = has_wells};
}

}  // namespace deadcone
