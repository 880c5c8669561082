#pragma once

#include <cstdint>

#include "deadcone/analysis.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

/// Runs `samples` trajectories from pixel centres that are drawn from all pixels of the map with a generator seeded by
/// `seed`, in the map's precision. epsilon is that of the map's criteria.
ConeSample sample_cones(const Map& map, std::int64_t samples, std::uint64_t seed);

}  // namespace deadcone
