#pragma once

// From the pixels of one tile to those of the whole map.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/tiling.hpp"

namespace deadcone {

/// Writes the pixels of a tile, row by row, to their places in the whole map, row by row too. An empty map gets its size
/// first, and holds T{} until its tiles come. An empty field (nobody asked for it) leaves the map unchanged.
template <class T>
void scatter(const std::vector<T>& pixels, const Tile& tile, const Grid& grid, std::vector<T>& map) {
  if (pixels.empty()) return;
  map.resize(static_cast<std::size_t>(grid.pixels()));
  for (std::int64_t row = 0; row < tile.rows; ++row) {
    const auto from = pixels.begin() + static_cast<std::ptrdiff_t>(row * tile.columns);
    const auto to =
        map.begin() + static_cast<std::ptrdiff_t>((tile.first_row + row) * grid.columns + tile.first_column);
    std::copy_n(from, static_cast<std::size_t>(tile.columns), to);
  }
}

}  // namespace deadcone
