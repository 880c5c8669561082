#include "analysis/basin_boundary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "deadcone/fate.hpp"

namespace deadcone {
namespace {

enum class Sides { both, one };

/// The pixels on both sides of an edge, or on the left and lower one: those that have a neighbour for which
/// `differs(row, column, other row, other column)` holds.
template <class Differs>
PixelMask edge_of(std::int64_t rows, std::int64_t columns, Sides sides, const Differs& differs) {
  PixelMask edge(static_cast<std::size_t>(rows * columns), 0);
  const auto compare = [&](std::int64_t row, std::int64_t column, std::int64_t other_row, std::int64_t other_column) {
    if (!differs(row, column, other_row, other_column)) return;
    edge[row * columns + column] = 1;
    if (sides == Sides::both) edge[other_row * columns + other_column] = 1;
  };
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      if (column + 1 < columns) compare(row, column, row, column + 1);
      if (row + 1 < rows) compare(row, column, row + 1, column);
    }
  }
  return edge;
}

PixelMask edge_of(const LabelGrid& grid, Sides sides) {
  return edge_of(grid.rows, grid.columns, sides,
                 [&](std::int64_t row, std::int64_t column, std::int64_t r, std::int64_t c) {
                   return grid.at(row, column) != grid.at(r, c);
                 });
}

/// A grid of half the sides, rounded up, whose pixels hold whatever any of the four below them holds.
PixelMask halved(const PixelMask& mask, std::int64_t rows, std::int64_t columns) {
  const std::int64_t half_columns = (columns + 1) / 2;
  PixelMask half(static_cast<std::size_t>((rows + 1) / 2 * half_columns), 0);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      half[row / 2 * half_columns + column / 2] |= mask[row * columns + column];
    }
  }
  return half;
}

/// Steps of a king on a chessboard to the nearest pixel of the mask, for every pixel.
std::vector<std::int32_t> chessboard_distance(const PixelMask& mask, std::int64_t rows, std::int64_t columns) {
  constexpr std::int32_t far = std::numeric_limits<std::int32_t>::max() / 2;
  std::vector<std::int32_t> distance(mask.size());
  std::transform(mask.begin(), mask.end(), distance.begin(), [](std::uint8_t on) { return on != 0 ? 0 : far; });
  const auto at = [&](std::int64_t row, std::int64_t column) {
    const bool inside = row >= 0 && row < rows && column >= 0 && column < columns;
    return inside ? distance[row * columns + column] : far;
  };
  // Two passes suffice for this metric: Rosenfeld and Pfaltz, Pattern Recognition 1, 33 (1968).
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const std::int32_t before = std::min(std::min(at(row - 1, column - 1), at(row - 1, column)),
                                           std::min(at(row - 1, column + 1), at(row, column - 1)));
      auto& here = distance[row * columns + column];
      here = std::min(here, before + 1);
    }
  }
  for (std::int64_t row = rows - 1; row >= 0; --row) {
    for (std::int64_t column = columns - 1; column >= 0; --column) {
      const std::int32_t after = std::min(std::min(at(row + 1, column + 1), at(row + 1, column)),
                                          std::min(at(row + 1, column - 1), at(row, column + 1)));
      auto& here = distance[row * columns + column];
      here = std::min(here, after + 1);
    }
  }
  return distance;
}

/// The largest size that a fit takes.
std::int64_t largest_fitted(std::int64_t rows, std::int64_t columns) {
  return std::min(rows, columns) / 8;
}

}  // namespace

PixelMask boundary_of(const LabelGrid& grid) {
  return edge_of(grid, Sides::both);
}

PixelMask line_of_boundary(const LabelGrid& grid) {
  return edge_of(grid, Sides::one);
}

std::vector<std::int64_t> box_sizes(std::int64_t rows, std::int64_t columns) {
  std::vector<std::int64_t> sizes = {1};
  while (2 * sizes.back() <= std::min(rows, columns) / 2) sizes.push_back(2 * sizes.back());
  return sizes;
}

std::vector<std::int64_t> box_counts(const PixelMask& mask, std::int64_t rows, std::int64_t columns) {
  std::vector<std::int64_t> counts;
  PixelMask boxes = mask;
  std::int64_t box_rows = rows;
  std::int64_t box_columns = columns;
  for (std::size_t i = 0; i < box_sizes(rows, columns).size(); ++i) {
    counts.push_back(std::count(boxes.begin(), boxes.end(), 1));
    boxes = halved(boxes, box_rows, box_columns);
    box_rows = (box_rows + 1) / 2;
    box_columns = (box_columns + 1) / 2;
  }
  return counts;
}

LineFit box_dimension(const std::vector<std::int64_t>& counts, std::int64_t rows, std::int64_t columns) {
  const std::vector<std::int64_t> sizes = box_sizes(rows, columns);
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 2 || sizes[i] > largest_fitted(rows, columns) || counts[i] == 0) continue;
    x.push_back(-std::log(static_cast<double>(sizes[i])));
    y.push_back(std::log(static_cast<double>(counts[i])));
  }
  return fit_line(x, y);
}

std::int64_t wada_distance(const LabelGrid& grid) {
  std::vector<PixelMask> boundaries;
  for (const auto& [label, name, meaning] : NameTable<Fate>::values) {
    if (std::find(grid.labels.begin(), grid.labels.end(), label) == grid.labels.end()) continue;
    boundaries.push_back(
        edge_of(grid.rows, grid.columns, Sides::both,
                [&, label = label](std::int64_t row, std::int64_t column, std::int64_t r, std::int64_t c) {
                  return (grid.at(row, column) == label) != (grid.at(r, c) == label);
                }));
  }
  if (boundaries.size() < 3) return -1;
  std::int32_t farthest = 0;
  for (const PixelMask& one : boundaries) {
    const std::vector<std::int32_t> distance = chessboard_distance(one, grid.rows, grid.columns);
    for (const PixelMask& other : boundaries) {
      for (std::size_t i = 0; i < other.size(); ++i) {
        if (other[i] != 0) farthest = std::max(farthest, distance[i]);
      }
    }
  }
  return farthest;
}

}  // namespace deadcone
