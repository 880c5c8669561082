#pragma once

// From the pixels of one tile to those of the whole window.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/tiling.hpp"

namespace deadcone {

/// Writes the pixels of a tile, b-major, to their places in the map of a window, b-major too. An empty map gets its size
/// first, and holds T{} until its tiles come. An empty field (nobody asked for it) leaves the map unchanged.
template <class T>
void scatter(const std::vector<T>& pixels, const Tile& tile, const Window& window, std::vector<T>& map) {
  if (pixels.empty()) return;
  map.resize(static_cast<std::size_t>(window.pixels()));
  for (std::int64_t row = 0; row < tile.count_b; ++row) {
    const auto from = pixels.begin() + static_cast<std::ptrdiff_t>(row * tile.count_w);
    const auto to = map.begin() + static_cast<std::ptrdiff_t>((tile.first_b + row) * window.w.count + tile.first_w);
    std::copy_n(from, static_cast<std::size_t>(tile.count_w), to);
  }
}

}  // namespace deadcone
