#pragma once

// The scalar path: one trajectory after the other, with fma instructions where the machine has them; the bits do not
// depend on that. It is the reference for all others, and it starts and finishes the lanes of the vector path.

#include <cstdint>

#include "cpu/tile_work.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {

/// The scalar loop for a variant, over tiles of one map or of `several`. Defined for float and double.
template <class Real>
TileLoop<Real> scalar_loop(const Variant& variant, bool several);

/// What one lane of the vector path begins with.
template <class Real>
struct LaneStart {
  Parameters<Real> theta;
  Real limit_squared;    ///< divergence_limit()
  std::int32_t map = 0;  ///< of several
};

/// How a lane of the vector path ended.
template <class Real>
struct LaneEnd {
  Parameters<Real> theta;
  Real limit_squared;  ///< as it began
  std::int32_t map;    ///< likewise
  std::int32_t updates;
  bool ended;           ///< diverged or came to rest
  Proofs<bool> proved;  ///< its fate; where neither, it is unfinished
};

/// The scalar work at the two ends of a lane.
template <class Real>
struct LaneEnds {
  void (*start)(const TileWork<Real>&, std::int64_t pixel, LaneStart<Real>&);
  void (*finish)(const TileWork<Real>&, std::int64_t pixel, const LaneEnd<Real>&);
};

/// Both, for a geometry, and for tiles of one map or of `several`. Defined for float and double.
template <class Real>
LaneEnds<Real> lane_ends(Geometry geometry, bool several);

}  // namespace deadcone
