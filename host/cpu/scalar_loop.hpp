#pragma once

// The scalar path: one trajectory after the other, in the instruction set of the machine it runs on. The bits do not
// depend on it. It is the reference for all others, and the ends of the vector path: starting and finishing a lane.

#include <cstdint>

#include "deadcone/trajectory/variant.hpp"
#include "cpu/tile_work.hpp"

namespace deadcone {

/// The scalar loop for a variant. Defined for float and double.
template <class Real>
TileLoop<Real> scalar_loop(const Variant& variant);

/// What one lane of the vector path begins with.
template <class Real>
struct LaneStart {
  Parameters<Real> theta;
  Real limit_squared;  ///< divergence_limit()
};

/// How a lane of the vector path ended.
template <class Real>
struct LaneEnd {
  Parameters<Real> theta;
  Real limit_squared;  ///< as it began
  std::int32_t updates;
  bool stopped;  ///< diverged or came to rest; else unfinished, or
  Proof proof;   ///< what proves its fate
};

/// The scalar work at the two ends of a lane.
template <class Real>
struct LaneEnds {
  void (*start)(const TileWork<Real>&, std::int64_t pixel, LaneStart<Real>&);
  void (*finish)(const TileWork<Real>&, std::int64_t pixel, const LaneEnd<Real>&);
};

/// Both, for a geometry. Defined for float and double.
template <class Real>
LaneEnds<Real> lane_ends(Geometry geometry);

}  // namespace deadcone
