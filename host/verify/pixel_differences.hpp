#pragma once

// Where two results of the same tile differ, bit for bit.

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_file.hpp"

namespace deadcone {

struct PixelDifference {
  std::int64_t row = 0;  ///< in the plane
  std::int64_t column = 0;
  std::string field;   ///< the first that differs, in the order of the file
  std::string stored;  ///< its values, in words
  std::string computed;
  bool is_wrong_fill = false;  ///< it was filled with a fate that it does not have
};

/// Returns the pixels of `tile` that differ, row by row, in the fields that `sweep` keeps and a reader can read; in
/// `computed` all of them are computed. A filled pixel differs where its fate does, or where it has values that only
/// computing gives. In a sweep over r the file has r_final for planar maps, too, where a mapper gives none: it is zero.
std::vector<PixelDifference> pixel_differences(const Sweep& sweep, const Tile& tile, const TileResult& stored,
                                               const TileResult& computed,
                                               const Experiment& experiment = unit_experiment());

}  // namespace deadcone
