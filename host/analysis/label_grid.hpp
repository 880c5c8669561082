#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadcone/fate.hpp"

namespace deadcone {

/// The fates of a window, b-major: what the measures of basins are taken of. None is pending.
struct LabelGrid {
  std::int64_t rows = 0;     ///< b
  std::int64_t columns = 0;  ///< w
  std::vector<Fate> labels;

  Fate at(std::int64_t row, std::int64_t column) const {
    return labels[static_cast<std::size_t>(row * columns + column)];
  }
};

/// Whether something holds, pixel by pixel, b-major.
using PixelMask = std::vector<std::uint8_t>;

}  // namespace deadcone
