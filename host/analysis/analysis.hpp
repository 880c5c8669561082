#pragma once

// Parts of analyze_point().

#include <cstdint>
#include <vector>

#include "deadcone/analysis.hpp"

namespace deadcone {

/// Whether every pixel has a fate.
bool has_fates(const LabelGrid& grid);

/// Whether every proof is in the table, or pending.
bool has_known_proofs(const PixelFields& fields);

UpdateStatistics update_statistics(std::vector<std::int32_t> updates);

}  // namespace deadcone
