#pragma once

// Sums over some pixels of a map: of integers, so that they do not depend on their order.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "deadcone/fate.hpp"

namespace deadcone {

struct Counts {
  std::array<std::int64_t, fate_count> fates = {};
  std::int64_t updates = 0;  ///< sum over the pixels that are computed
  std::int32_t most_updates = 0;
  std::int64_t filled = 0;                  ///< pixels that got the fate of those around them without being computed
  std::int64_t fill_mismatches = 0;         ///< filled pixels that had another fate when they were computed after all
  std::int64_t fill_sampled = 0;            ///< filled pixels computed at the end, to see how many are wrong
  std::int64_t fill_sample_mismatches = 0;  ///< those of them that had another fate

  /// Adds a computed pixel. Throws std::out_of_range for a fate that is pending.
  void add(Fate fate, std::int32_t made) {
    ++fates.at(static_cast<std::uint8_t>(fate));
    updates += made;
    most_updates = std::max(most_updates, made);
  }

  std::int64_t pixels() const { return std::accumulate(fates.begin(), fates.end(), std::int64_t{0}); }

  constexpr Counts& operator+=(const Counts& other) {
    for (std::size_t i = 0; i < fates.size(); ++i) fates[i] += other.fates[i];
    updates += other.updates;
    most_updates = std::max(most_updates, other.most_updates);
    filled += other.filled;
    fill_mismatches += other.fill_mismatches;
    fill_sampled += other.fill_sampled;
    fill_sample_mismatches += other.fill_sample_mismatches;
    return *this;
  }
  bool operator==(const Counts& other) const = default;
};

/// The counts of computed pixels. Both arrays have one element for each; throws std::out_of_range for a fate that is
/// pending.
inline Counts count_pixels(const std::vector<Fate>& fate, const std::vector<std::int32_t>& updates) {
  Counts counts;
  for (std::size_t i = 0; i < fate.size(); ++i) counts.add(fate[i], updates[i]);
  return counts;
}

/// The sum of several counts.
inline Counts sum_of(const std::vector<Counts>& counts) {
  Counts sum;
  for (const Counts& one : counts) sum += one;
  return sum;
}

}  // namespace deadcone
