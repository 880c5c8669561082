#pragma once

#include <cstdint>

#include "analysis/label_grid.hpp"

namespace deadcone {

/// For boxes of `side`^2 pixels, side by side from pixel (0, 0) on; boxes that the upper edges cut are left out.
/// Not numbers where no box fits.
BasinEntropy basin_entropy(const LabelGrid& grid, std::int64_t side);

}  // namespace deadcone
