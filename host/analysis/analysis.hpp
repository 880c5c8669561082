#pragma once

// Parts of analyze_point().

#include <cstdint>
#include <vector>

#include "analysis/cone_sample.hpp"
#include "deadcone/analysis.hpp"

namespace deadcone {

/// Whether every pixel has one of the first `fates` fates.
bool has_fates(const LabelGrid& grid, int fates);

/// Whether every proof is in the table, or pending.
bool has_known_proofs(const PixelFields& fields);

/// Measures the map of any plane: its pixels weigh the same, whatever distribution of starts the options have. The
/// arguments fit each other and are valid.
PointAnalysis analyze_pixels(const Trajectories& trajectories, const LabelGrid& grid, const PixelFields& fields,
                             const AnalysisOptions& options, std::uint64_t seed);

UpdateStatistics update_statistics(std::vector<std::int32_t> updates);

}  // namespace deadcone
