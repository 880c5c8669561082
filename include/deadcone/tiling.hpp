#pragma once

// How the pixels of a map are cut into tiles.

#include <algorithm>
#include <cstdint>

#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {

/// A rectangle of pixels of a map: rows and columns of its plane, or of the window that a mapper gets.
struct Tile {
  std::int64_t first_row = 0;
  std::int64_t first_column = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  std::int64_t pixels() const { return rows * columns; }
};

/// Throws Error where a tile has no pixel, or one outside the grid.
inline void validate(const Tile& tile, const Grid& grid) {
  const auto lies_inside = [](std::int64_t first, std::int64_t count, std::int64_t side) {
    return first >= 0 && count >= 1 && first < side && count <= side - first;
  };
  if (!lies_inside(tile.first_row, tile.rows, grid.rows) ||
      !lies_inside(tile.first_column, tile.columns, grid.columns)) {
    throw Error("a tile must have pixels, all of them in its map");
  }
}

/// The side of the tiles that a sweep is cut into, and of the chunks of the file.
inline constexpr std::int64_t tile_side = 512;

/// The tiles of a grid, row by row; those at the upper edges are cut short. All lengths are >= 1.
class Tiling {
 public:
  explicit Tiling(const Grid& grid, std::int64_t side = tile_side)
      : grid_(grid), side_(side), columns_((grid.columns + side - 1) / side) {}

  std::int64_t count() const { return columns_ * ((grid_.rows + side_ - 1) / side_); }
  Tile operator[](std::int64_t index) const {
    const std::int64_t row = index / columns_ * side_;
    const std::int64_t column = index % columns_ * side_;
    return {row, column, std::min(side_, grid_.rows - row), std::min(side_, grid_.columns - column)};
  }
  /// The index of one of these tiles.
  std::int64_t index_of(const Tile& tile) const {
    return tile.first_row / side_ * columns_ + tile.first_column / side_;
  }

 private:
  Grid grid_;
  std::int64_t side_;
  std::int64_t columns_;
};

}  // namespace deadcone
