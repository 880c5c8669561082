#pragma once

// The boundary of basins and its roughness.

#include <cstdint>
#include <vector>

#include "analysis/label_grid.hpp"
#include "analysis/line_fit.hpp"

namespace deadcone {

/// The pixels that have a neighbour (left, right, above, below) of another label.
PixelMask boundary_of(const LabelGrid& grid);

/// The pixels whose neighbour to the right or above has another label: the boundary, one pixel wide.
PixelMask line_of_boundary(const LabelGrid& grid);

/// Sides of boxes in pixels: the powers of two up to half of the grid's shorter side, 1 always.
std::vector<std::int64_t> box_sizes(std::int64_t rows, std::int64_t columns);

/// The number of boxes of each size that hold a pixel of the mask. Boxes begin at pixel (0, 0); the upper edges may cut
/// them.
std::vector<std::int64_t> box_counts(const PixelMask& mask, std::int64_t rows, std::int64_t columns);

/// The box-counting dimension of a boundary: the slope of log N over log 1/size, for the box_counts() of its line.
/// Sizes run from 2 pixels, the finest that a line of pixels resolves, to an eighth of the grid's shorter side, beyond
/// which nearly every box has a pixel of any boundary. Not a number where there are fewer than three such sizes, or no
/// boundary. On grids that fit in memory it is off by far more than its error: a line has .94, a curve of 1.5 has 1.3.
LineFit box_dimension(const std::vector<std::int64_t>& counts, std::int64_t rows, std::int64_t columns);

/// The number of pixels by which the boundaries of all basins must grow (to squares) until each covers the others: 0 or
/// few where every boundary point belongs to all basins, the Wada property; -1 where there are fewer than three basins.
/// A boundary is that of one basin against all others merged. Source: Daza, Wagemakers, Sanjuan, Scientific Reports 8,
/// 9954 (2018).
std::int64_t wada_distance(const LabelGrid& grid);

}  // namespace deadcone
