#pragma once

#include <cstdint>

#include "analysis/label_grid.hpp"

namespace deadcone {

/// How uncertain the fate of a start is that is known to lie in one box of pixels: means of the entropy -sum p log p of
/// the labels in a box. Source: Daza, Wagemakers, Georgeot, Guery-Odelin, Sanjuan, Scientific Reports 6, 31416 (2016).
struct BasinEntropy {
  double basins = 0.0;    ///< S_b: over all boxes
  double boundary = 0.0;  ///< S_bb: over the boxes with more than one label; not a number where there is none

  /// The log 2 criterion: a boundary whose boxes hold more than two labels worth of entropy is fractal. A sufficient
  /// condition, not a necessary one.
  bool boundary_is_fractal() const;
};

/// For boxes of `side`^2 pixels, side by side from pixel (0, 0) on; those cut short at the upper edges are left out.
/// Not numbers where no box fits.
BasinEntropy basin_entropy(const LabelGrid& grid, std::int64_t side);

}  // namespace deadcone
