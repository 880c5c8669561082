#pragma once

// One tile as the threads share it: each takes pixels from it until none are left.

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "deadcone/mapper.hpp"
#include "deadcone/trajectory/pixels.hpp"

namespace deadcone {

/// Pixels [first, last).
struct PixelRun {
  std::int64_t first;
  std::int64_t last;
};

template <class Real>
struct TileWork {
  Dynamics<Real> dynamics;
  PixelStarts<Real> starts;
  PixelArrays<Real> results;
  std::int64_t pixels;
  Meter& meter;
  std::atomic<std::int64_t> next = 0;  ///< the first pixel that no thread has taken

  /// Pixels that a thread takes at a time: neighbours last equally long, so few enough that a slow region is shared
  /// out, and enough that taking them costs nothing.
  static constexpr std::int64_t block_pixels = 32;

  /// The next block; empty when none is left or the work is to stop.
  PixelRun take() {
    if (meter.stop.load(std::memory_order_relaxed)) return {pixels, pixels};
    const std::int64_t first = std::min(next.fetch_add(block_pixels, std::memory_order_relaxed), pixels);
    return {first, std::min(first + block_pixels, pixels)};
  }
};

/// Runs pixels of a tile until none are left.
template <class Real>
using TileLoop = void (*)(TileWork<Real>&);

}  // namespace deadcone
