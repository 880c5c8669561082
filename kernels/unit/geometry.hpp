#pragma once

// Which thread runs which pixel of a tile.
//
// A warp lasts as long as its longest trajectory, and neighbours last alike: so a warp takes a patch of 8 x 4 pixels,
// not a row of 32, and a block of four warps 16 x 8. What that gives is in bench/results/launch.md.

#include <cstdint>

#include "deadcone/numeric/annotations.hpp"

namespace deadcone {

inline constexpr std::int32_t block_threads = 128;
inline constexpr std::int32_t patch_width = 8;
inline constexpr std::int32_t patch_height = 4;
inline constexpr std::int32_t block_width = 2 * patch_width;
inline constexpr std::int32_t block_height = 2 * patch_height;

/// A pixel of a tile, by column and row.
struct TilePixel {
  std::int32_t w;
  std::int32_t b;
};

/// The blocks of a tile: as many as cover it.
inline std::int32_t blocks_across(std::int32_t count_w) {
  return (count_w + block_width - 1) / block_width;
}
inline std::int32_t blocks_down(std::int32_t count_b) {
  return (count_b + block_height - 1) / block_height;
}

/// The pixel of a thread, which may lie beyond the tile's edges.
DEADCONE_HD inline TilePixel pixel_of(std::int32_t block_w, std::int32_t block_b, std::int32_t thread) {
  constexpr std::int32_t patch = patch_width * patch_height;
  const std::int32_t warp = thread / patch;
  const std::int32_t lane = thread % patch;
  return {block_w * block_width + warp % 2 * patch_width + lane % patch_width,
          block_b * block_height + warp / 2 * patch_height + lane / patch_width};
}

}  // namespace deadcone
