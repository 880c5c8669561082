#pragma once

// The loops for any unit under any optimiser (trajectory/general.hpp): scalar, and what the vector path needs at the two ends of
// a lane. Trajectories are those of a batch, which may be one map.

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
  bool ended;        ///< diverged or came to rest
  std::int8_t well;  ///< the minimum, by number, in whose well it is; where -1 and not ended, it is unfinished
  unit::GeneralState<Real, n> state;  ///< where the rules measure orbits
};

/// The scalar work of a lane: at its ends, and to find the factor of its learning rate, where that has a schedule, and its well, where
/// its energy is low.
template <class Real, int n>
struct GeneralLaneEnds {
  void (*start)(const TileWork<Real>&, std::int64_t pixel, GeneralLaneStart<Real, n>&);
  void (*finish)(const TileWork<Real>&, std::int64_t pixel, const GeneralLaneEnd<Real, n>&);
  Real (*factor)(const TileWork<Real>&, std::int32_t map, std::int32_t updates);
  /// well_at().
  std::int8_t (*well)(const TileWork<Real>&, std::int32_t map, const unit::Coordinates<Real, n>& theta, Real energy);
};

/// Those for a family of units. Defined for all of them, float and double.
template <class Family, class Real>
GeneralLaneEnds<Real, Family::coordinates> general_lane_ends();

/// The scalar loop for a kind of units. Likewise.
template <class Real>
TileLoop<Real> general_scalar_loop(UnitKind kind);

}  // namespace deadcone
