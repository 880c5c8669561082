#pragma once

// A sweep of which most pixels are filled and not computed: region_refinement.hpp says which.

#include <cstdint>
#include <functional>
#include <vector>

#include "deadcone/mapper.hpp"
#include "deadcone/sweep.hpp"

namespace deadcone {

/// The side of the regions that are refined on their own, which bounds the memory: 7 bytes a pixel.
inline constexpr std::int64_t region_side = 16'384;

/// Computes the given points of a sweep that refines, as many of them at once as it takes to keep the mapper busy, and
/// hands them to the sink, each as a whole. Does not close it.
void refine_points(SweepMaps& maps, const std::vector<std::int64_t>& points, Mapper& mapper, SweepSink& sink,
                   Meter& meter, const PointFinished& point_finished);

}  // namespace deadcone
