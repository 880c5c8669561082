#pragma once

// The loops for any unit under any optimiser (trajectory/general.hpp): scalar, and what the vector path needs at the two ends of
// a lane. Trajectories belong to the points of a batch; a batch may be one map.

#include <cstdint>

#include "cpu/tile_work.hpp"
#include "deadcone/trajectory/general.hpp"

namespace deadcone {

/// What one lane of the vector path begins with.
template <class Real, int n>
struct GeneralLaneStart {
  unit::Coordinates<Real, n> theta;
  Real limit_squared;  ///< divergence_limit()
  std::int32_t map;
};

/// How a lane of the vector path ended.
template <class Real, int n>
struct GeneralLaneEnd {
  unit::Coordinates<Real, n> theta;
  Real limit_squared;  ///< as it began
  std::int32_t map;    ///< likewise
  std::int32_t updates;
  bool ended;  ///< diverged or came to rest; where not, it is unfinished
};

/// The scalar work of a lane: at its ends, and to find the factor of its learning rate, if that has a schedule.
template <class Real, int n>
struct GeneralLaneEnds {
  void (*start)(const TileWork<Real>&, std::int64_t pixel, GeneralLaneStart<Real, n>&);
  void (*finish)(const TileWork<Real>&, std::int64_t pixel, const GeneralLaneEnd<Real, n>&);
  Real (*factor)(const unit::GeneralRules<Real>&, const unit::OptimizerConstants<Real>&, std::int64_t updates);
};

/// Those for a unit. Defined for all of them, float and double.
template <class Unit, class Real>
GeneralLaneEnds<Real, Unit::coordinates> general_lane_ends();

/// The scalar loop for a unit. Likewise.
template <class Unit, class Real>
TileLoop<Real> general_scalar_loop();

}  // namespace deadcone
