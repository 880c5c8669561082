#pragma once

// One trajectory, from a call with plain numbers.

#include <cstdint>
#include <functional>

#include "deadcone/config.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/map.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone {

/// A trajectory after some updates. All numbers are computed in the precision of the trajectory, and without units.
struct TrajectoryState {
  std::int32_t updates;         ///< made so far; 0 at the start
  Parameters<double> theta;     ///< r, w, b
  double leak;                  ///< of prelu, the slope below 0 that it has learnt; 0 of other units
  Parameters<double> momentum;  ///< what the optimiser remembers of the gradients: of momentum, their moving average
  double update_norm;           ///< length of the update that led here; 0 at the start
  double gradient_norm;         ///< of the loss, at theta
  double loss;                  ///< at theta
};

/// Sees the start, and then the state after every update.
using TrajectoryObserver = std::function<void(const TrajectoryState& state)>;

/// How a trajectory ended: what a mapper gives for a pixel with this start, in the same bits.
struct TrajectoryOutcome {
  Fate fate;
  Proof proof;               ///< what proves the fate; none unless the criteria certify
  std::int32_t updates;      ///< made until the end
  Parameters<double> theta;  ///< after the last update
  double leak;               ///< as above
  double loss;               ///< there
  int minimum;               ///< TileResult::minimum
  std::int32_t period;       ///< TileResult::period
  double lyapunov;           ///< TileResult::lyapunov
};

/// Runs the trajectory of a map from (point.r, w, b), which need not be one of its pixels, to its end. Throws ConfigError where
/// an argument is wrong, and what `observe` throws, which ends the trajectory.
TrajectoryOutcome run_trajectory(const PreparedMap& map, double w, double b, const TrajectoryObserver& observe = {});

/// The same of the rectifier under momentum.
inline TrajectoryOutcome run_trajectory(const Point& point, const Criteria& criteria, Precision precision, double w,
                                        double b, const TrajectoryObserver& observe = {}) {
  return run_trajectory(Map{.point = point, .criteria = criteria, .precision = precision}, w, b, observe);
}

/// The same in single precision.
inline TrajectoryOutcome run_trajectory(const Point& point, const Criteria& criteria, double w, double b,
                                        const TrajectoryObserver& observe = {}) {
  return run_trajectory(point, criteria, Precision::float32, w, b, observe);
}

}  // namespace deadcone
