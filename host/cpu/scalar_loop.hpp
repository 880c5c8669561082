#pragma once

// The scalar path: one trajectory after the other, with fma instructions where the machine has them; the bits do not
// depend on that. It is the reference for all others, and it starts and finishes the lanes of the vector path.

#include <cstddef>
#include <cstdint>

#include "cpu/tile_work.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {

/// The scalar loop for a variant, over tiles of one map or of `several`. Defined for float and double.
template <class Real>
TileLoop<Real> scalar_loop(const Variant& variant, bool several);

/// The numbers of one lane of the vector path, in memory: r, w, b, and the divergence_limit() that it began with. Each is as far
/// from the next as there are lanes.
template <class Real>
struct LanePlace {
  Real* first;
  std::ptrdiff_t lanes;

  Parameters<Real> theta() const { return {first[0], first[lanes], first[2 * lanes]}; }
  Real limit_squared() const { return first[3 * lanes]; }
  void put(const Parameters<Real>& theta, Real limit_squared) const {
    first[0] = theta.r;
    first[lanes] = theta.w;
    first[2 * lanes] = theta.b;
    first[3 * lanes] = limit_squared;
  }
};

/// How a lane of the vector path ended.
struct LaneEnd {
  std::int32_t map;  ///< of several
  std::int32_t updates;
  bool ended;   ///< diverged or came to rest
  Proof proof;  ///< of its fate; where neither, it is unfinished
};

/// The scalar work at the two ends of a lane.
template <class Real>
struct LaneEnds {
  /// Returns the map, where there are several.
  std::int32_t (*start)(const TileWork<Real>&, std::int64_t pixel, LanePlace<Real>);
  void (*finish)(const TileWork<Real>&, std::int64_t pixel, LanePlace<Real>, LaneEnd);
};

/// Both, for a geometry, and for tiles of one map or of `several`. Defined for float and double.
template <class Real>
LaneEnds<Real> lane_ends(Geometry geometry, bool several);

}  // namespace deadcone
