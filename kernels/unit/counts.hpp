#pragma once

// The counts of a tile, made on the device, so that updates that are not kept need not be copied. Each pixel adds itself
// where its trajectory ends.
//
// That is three additions in memory beside some 2500 updates of 80 instructions. So that they do not wait for each other
// where all pixels end at once, blocks add to several copies, each in a line of memory of its own: 786 000 additions of a
// tile of 512^2 to one line would take half a millisecond, at one a cycle; to 32 lines they take a 32nd of that, less than
// it takes to copy the tile to the host.

#include <cstddef>
#include <cstdint>

#include "deadcone/counts.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/numeric/annotations.hpp"

namespace deadcone {

/// What some pixels add to; zero at first.
struct alignas(128) DeviceCounts {
  unsigned long long fates[fate_count];
  unsigned long long updates;
  int most_updates;
};

/// Copies, of which pixels take any: their sum counts.
inline constexpr int count_copies = 32;

/// Counts a pixel that has ended.
DEADCONE_HD inline void count_pixel(DeviceCounts& counts, Fate fate, std::int32_t updates) {
  unsigned long long& of_fate = counts.fates[static_cast<int>(fate)];
#if defined(__CUDA_ARCH__)
  atomicAdd(&of_fate, 1ULL);
  atomicAdd(&counts.updates, static_cast<unsigned long long>(updates));
  atomicMax(&counts.most_updates, updates);
#else
  ++of_fate;
  counts.updates += static_cast<unsigned long long>(updates);
  counts.most_updates = counts.most_updates < updates ? updates : counts.most_updates;
#endif
}

/// Counts a pixel for another fate than it was counted for.
DEADCONE_HD inline void recount_pixel(DeviceCounts& counts, Fate from, Fate to) {
  if (from == to) return;
  unsigned long long& less = counts.fates[static_cast<int>(from)];
  unsigned long long& more = counts.fates[static_cast<int>(to)];
#if defined(__CUDA_ARCH__)
  atomicAdd(&less, ~0ULL);  // one less: the sum of all copies is right, whichever it was counted in
  atomicAdd(&more, 1ULL);
#else
  --less;
  ++more;
#endif
}

/// The sum of `count_copies` copies: of integers, so that it does not depend on who ended first.
inline Counts sum_of_copies(const DeviceCounts* copies) {
  Counts sum;
  for (int i = 0; i < count_copies; ++i) {
    Counts counts;
    for (std::size_t fate = 0; fate < counts.fates.size(); ++fate)
      counts.fates[fate] = static_cast<std::int64_t>(copies[i].fates[fate]);
    counts.updates = static_cast<std::int64_t>(copies[i].updates);
    counts.most_updates = copies[i].most_updates;
    sum += counts;
  }
  return sum;
}

}  // namespace deadcone
