#pragma once

// Which thread runs which pixel of a tile.
//
// A warp lasts as long as its longest trajectory, and neighbours last alike: so a warp takes a patch of 8 x 4 pixels,
// not a row of 32, and a block of four warps 16 x 8. What that gives is in bench/results/launch.md. Blocks are numbered
// row by row along the grid's first dimension: the others have at most 65535.
//
// Of many small maps, too, each warp takes a patch of one map, of the shape that leaves the fewest lanes without a pixel.
// Only where that would be a quarter of them, as for maps of less than 24 pixels, threads take pixels by their numbers.

#include <cstdint>

#include "deadcone/numeric/annotations.hpp"

namespace deadcone {

inline constexpr std::int32_t block_threads = 128;
inline constexpr std::int32_t patch_width = 8;
inline constexpr std::int32_t patch_height = 4;
inline constexpr std::int32_t block_width = 2 * patch_width;
inline constexpr std::int32_t block_height = 2 * patch_height;

/// The most blocks of a launch.
inline constexpr std::int64_t largest_grid = 2'147'483'647;

/// A pixel of a tile, by column and row.
struct TilePixel {
  std::int32_t w;
  std::int32_t b;
};

/// The blocks along a side of a tile: as many as cover it.
DEADCONE_HD inline std::int32_t blocks_across(std::int32_t count_w) {
  return (count_w - 1) / block_width + 1;
}
DEADCONE_HD inline std::int32_t blocks_down(std::int32_t count_b) {
  return (count_b - 1) / block_height + 1;
}

/// The blocks of a tile.
inline std::int64_t blocks_of(std::int32_t count_w, std::int32_t count_b) {
  return static_cast<std::int64_t>(blocks_across(count_w)) * blocks_down(count_b);
}

/// The pixel of a thread of a block of a tile of `count_w` columns, which may lie beyond the tile's edges.
DEADCONE_HD inline TilePixel pixel_of(std::uint32_t block, std::int32_t thread, std::int32_t count_w) {
  constexpr std::int32_t patch = patch_width * patch_height;
  const auto across = static_cast<std::uint32_t>(blocks_across(count_w));
  const auto block_w = static_cast<std::int32_t>(block % across);
  const auto block_b = static_cast<std::int32_t>(block / across);
  const std::int32_t warp = thread / patch;
  const std::int32_t lane = thread % patch;
  return {block_w * block_width + warp % 2 * patch_width + lane % patch_width,
          block_b * block_height + warp / 2 * patch_height + lane / patch_width};
}

/// How the threads of a launch are spread over maps of one window.
struct BatchGeometry {
  std::int32_t count_w;
  std::int32_t count_b;
  std::int32_t patch_width = 0;  ///< of the patch of a warp, a power of two; 0: none, pixels are taken by number
  std::int32_t patches_across = 0;
  std::int32_t patches = 0;  ///< of a map
};

inline constexpr std::int32_t warp_threads = 32;

/// The geometry for maps of `count_w` columns and `count_b` rows.
inline BatchGeometry batch_geometry(std::int32_t count_w, std::int32_t count_b) {
  BatchGeometry best = {count_w, count_b};
  for (const std::int32_t width : {8, 4, 16, 2, 32, 1}) {  // the squarest first
    const std::int32_t height = warp_threads / width;
    const std::int32_t across = (count_w - 1) / width + 1;
    const std::int32_t patches = across * ((count_b - 1) / height + 1);
    if (best.patch_width != 0 && patches >= best.patches) continue;
    best.patch_width = width;
    best.patches_across = across;
    best.patches = patches;
  }
  const std::int64_t lanes = std::int64_t{best.patches} * warp_threads;
  if (std::int64_t{count_w} * count_b * 4 <= lanes * 3) return {count_w, count_b};
  return best;
}

/// The threads for so many maps.
inline std::int64_t threads_of(const BatchGeometry& geometry, std::int64_t maps) {
  return geometry.patch_width == 0 ? maps * geometry.count_w * geometry.count_b
                                   : maps * geometry.patches * warp_threads;
}

/// The number of the pixel of a thread, [map][b][w]; none, -1, for one beyond its map's edges.
DEADCONE_HD inline std::int64_t pixel_of(const BatchGeometry& geometry, std::int64_t thread) {
  if (geometry.patch_width == 0) return thread;
  const auto warp = static_cast<std::uint32_t>(thread / warp_threads);
  const auto lane = static_cast<std::int32_t>(thread % warp_threads);
  const std::uint32_t map = warp / static_cast<std::uint32_t>(geometry.patches);
  const auto patch = static_cast<std::int32_t>(warp % static_cast<std::uint32_t>(geometry.patches));
  const std::int32_t height = warp_threads / geometry.patch_width;
  const std::int32_t w = patch % geometry.patches_across * geometry.patch_width + lane % geometry.patch_width;
  const std::int32_t b = patch / geometry.patches_across * height + lane / geometry.patch_width;
  if (w >= geometry.count_w || b >= geometry.count_b) return -1;
  return (static_cast<std::int64_t>(map) * geometry.count_b + b) * geometry.count_w + w;
}

}  // namespace deadcone
