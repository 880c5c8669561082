#pragma once

// How a window is cut into tiles.

#include <algorithm>
#include <cstdint>

#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {

/// A rectangle of pixels of a window.
struct Tile {
  std::int64_t first_b = 0;
  std::int64_t first_w = 0;
  std::int64_t count_b = 0;
  std::int64_t count_w = 0;

  std::int64_t pixels() const { return count_b * count_w; }
};

/// Throws Error where a tile has no pixel, or one outside the window.
inline void validate(const Tile& tile, const Window& window) {
  const auto lies_inside = [](std::int64_t first, std::int64_t count, std::int64_t side) {
    return first >= 0 && count >= 1 && first < side && count <= side - first;
  };
  if (!lies_inside(tile.first_b, tile.count_b, window.b.count) ||
      !lies_inside(tile.first_w, tile.count_w, window.w.count)) {
    throw Error("a tile must have pixels, all of them in its window");
  }
}

/// The side of the tiles that a sweep is cut into, and of the chunks of the file.
inline constexpr std::int64_t tile_side = 512;

/// The tiles of a window, row by row; those at the upper edges are cut short. The window is valid, and `side` >= 1.
class Tiling {
 public:
  explicit Tiling(const Window& window, std::int64_t side = tile_side)
      : window_(window), side_(side), columns_((window.w.count + side - 1) / side) {}

  std::int64_t count() const { return columns_ * ((window_.b.count + side_ - 1) / side_); }
  Tile operator[](std::int64_t index) const {
    const std::int64_t b = index / columns_ * side_;
    const std::int64_t w = index % columns_ * side_;
    return {b, w, std::min(side_, window_.b.count - b), std::min(side_, window_.w.count - w)};
  }
  /// The index of one of these tiles.
  std::int64_t index_of(const Tile& tile) const { return tile.first_b / side_ * columns_ + tile.first_w / side_; }

 private:
  Window window_;
  std::int64_t side_;
  std::int64_t columns_;
};

}  // namespace deadcone
