#pragma once

// Probabilities of fates under a whole initialization: its weights are a vector, of which a map has the component along
// the target direction and one length of the rest.

#include <array>
#include <cstdint>

#include "analysis/start_distribution.hpp"
#include "deadcone/analysis.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

/// Draws `samples` starts from an initialization of `inputs` weights (start_distribution.hpp), whatever the map's window
/// and r are, and runs them with the point, the criteria and the precision of the map. The starts are the same for every
/// map.
std::array<SampledShare, fate_count> sample_fates(const Map& map, const StartDistribution& distribution,
                                                  std::int64_t samples);

}  // namespace deadcone
