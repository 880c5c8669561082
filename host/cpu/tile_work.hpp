#pragma once

// One tile, shared by threads: each takes pixels from it until none are left.

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

  /// Pixels that a thread takes at a time. Neighbours last equally long, so these are few enough that threads share a slow
  /// region, and enough that taking them costs nothing.
  static constexpr std::int64_t run_pixels = 32;

  /// The next pixels; none when all are taken or `meter.stop` is set.
  PixelRun take() {
    if (meter.stop.load(std::memory_order_relaxed)) return {pixels, pixels};
    const std::int64_t first = std::min(next.fetch_add(run_pixels, std::memory_order_relaxed), pixels);
    return {first, std::min(first + run_pixels, pixels)};
  }
};

/// Runs pixels of a tile until none are left.
template <class Real>
using TileLoop = void (*)(TileWork<Real>&);

}  // namespace deadcone
