#pragma once

#include <cstdint>
#include <functional>

#include "deadcone/analysis.hpp"

namespace deadcone {

/// What the pixel in a row and a column of a map starts from.
using StartOfPixel = std::function<StartPoint(std::int64_t row, std::int64_t column)>;

/// The trajectories of a map's pixels.
struct Trajectories {
  StartOfPixel start;
  Criteria criteria;
  Precision precision;
  UnitKind unit = UnitKind::relu;
  Optimizer optimizer = {};
};

/// Those of the starts of a window.
Trajectories trajectories_of(const Map& map);

/// Runs `samples` trajectories of pixels that are drawn from all of a map with a generator seeded by `seed`, in the map's
/// precision. epsilon is that of the criteria. The unit is in the dead cone where it is active (Averages::activity of any unit)
/// with less than epsilon, and in the linear cone where with more than 1 - epsilon.
ConeSample sample_cones(const Trajectories& trajectories, const Grid& grid, std::int64_t samples, std::uint64_t seed);

}  // namespace deadcone
