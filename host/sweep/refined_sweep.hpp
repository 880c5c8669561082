#pragma once

// A sweep that fills most pixels instead of computing them: region_refinement.hpp decides which.

#include <cstdint>
#include <functional>
#include <vector>

#include "deadcone/mapper.hpp"
#include "deadcone/sweep.hpp"

namespace deadcone {

/// The side of the regions that are refined independently. It bounds the memory: 7 bytes a pixel.
inline constexpr std::int64_t region_side = 16'384;

/// Computes the given groups of points of a sweep that refines, as many at once as keep the mapper busy, and hands each to
/// the sink as a whole. Does not close the sink.
void refine_points(SweepMaps& maps, const PointGroups& groups, const std::vector<PointRun>& runs, Mapper& mapper,
                   SweepSink& sink, Meter& meter, const PointsFinished& points_finished);

}  // namespace deadcone
