#pragma once

// The boundary of basins from pairs of pixels: how often two starts a distance apart have different fates, and how that
// grows with the distance.

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/label_grid.hpp"
#include "analysis/line_fit.hpp"

namespace deadcone {

/// A grid is cut into so many blocks along each side, which the error of the exponent resamples.
inline constexpr std::int64_t pair_blocks = 8;

/// Pairs of pixels a distance apart along one axis, by the block that has the first of the two.
struct PairCounts {
  std::array<std::int64_t, pair_blocks* pair_blocks> pairs = {};
  std::array<std::int64_t, pair_blocks* pair_blocks> uncertain = {};  ///< those with two labels
};

/// Pairs of one distance, of both axes.
struct PairsAtDistance {
  std::int64_t distance;  ///< in pixels
  PairCounts along_x;
  PairCounts along_y;
};

/// Counts the pairs of a grid at the distances of box_sizes().
std::vector<PairsAtDistance> count_pairs(const LabelGrid& grid);

/// The shares of uncertain pairs at each distance: how often an error of that size in the start changes the fate. Not
/// numbers where there are no such pairs. Source: McDonald, Grebogi, Ott, Yorke, Physica D 17, 125 (1985).
UncertainFractions uncertain_fractions(const std::vector<PairsAtDistance>& pairs);

/// The uncertainty exponent: the slope of log f over log distance, over the distances up to a 32nd of the grid's shorter
/// side. Two minus it is the dimension of the boundary.
///
/// f is that of the pairs along both axes. Where their exponents differ by more than twice the error of the difference,
/// it is that of the axis with the smaller one: lines along an axis may miss the roughness of a boundary (as vertical
/// lines do of a graph), but nearly no line shows more than there is.
///
/// The standard error is that of a bootstrap of blocks, of which all pairs are drawn together, and that of the fit. Not
/// a number where there are fewer than three distances (a side below 128 pixels), or f vanishes at one.
LineFit uncertainty_exponent(const std::vector<PairsAtDistance>& pairs, std::int64_t rows, std::int64_t columns);

/// Whether the labels change from pixel to pixel, so that the grid does not resolve their boundary: f hardly grows from
/// one pixel to two, or neighbours differ half as often as labels at random would. Then no slope is a dimension.
bool is_at_pixel_scale(const LabelGrid& grid, const UncertainFractions& fractions);

}  // namespace deadcone
