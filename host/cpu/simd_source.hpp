#pragma once

// Where the lanes of a vector loop get their pixels, and which they have, for the one instruction set that the including file is
// compiled for.

#include <algorithm>
#include <bit>
#include <cstdint>

#include "cpu/simd_pack.hpp"
#include "cpu/tile_work.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

/// Takes single pixels out of the runs of a thread's tiles.
template <class Real>
class PixelSource {
 public:
  HWY_INLINE explicit PixelSource(WorkCursor<Real>& cursor) : cursor_(cursor), run_{0, 0} {}

  /// The next pixel, of work(); -1 when there is none left so far.
  HWY_INLINE std::int64_t take() {
    if (run_.first == run_.last) {
      run_ = cursor_.take();
      if (run_.first == run_.last) return -1;
    }
    return run_.first++;
  }
  HWY_INLINE TileWork<Real>* work() const { return &cursor_.work(); }
  HWY_INLINE bool is_empty() const { return run_.first == run_.last && !cursor_.has_more(); }
  HWY_INLINE bool is_stopped() const { return cursor_.work().is_stopped(); }
  HWY_INLINE void finished(TileWork<Real>& of, std::int32_t updates) { cursor_.finished(of, updates); }

 private:
  WorkCursor<Real>& cursor_;
  PixelRun run_;
};

/// One number a lane, in memory.
template <class Real>
struct LaneNumbers {
  static constexpr int count = static_cast<int>(HWY_MAX_BYTES / sizeof(Real));
  HWY_ALIGN Real lanes[count] = {};

  HWY_INLINE Pack<Real> pack() const { return Pack<Real>(hn::Load(hn::ScalableTag<Real>(), lanes)); }
};

/// Which trajectories the lanes of a vector hold, and from which round to which.
template <class Real>
class LaneBook {
 public:
  static constexpr int count = LaneNumbers<Real>::count;

  /// What a lane holds.
  struct Entry {
    TileWork<Real>* work;  ///< that the pixel is of
    std::int64_t pixel;
    std::int64_t began;  ///< the round before the first update
    std::int32_t map;
  };

  HWY_INLINE std::uint32_t live() const { return live_; }  ///< bit i: lane i holds a trajectory
  HWY_INLINE bool any_live() const { return live_ != 0; }
  HWY_INLINE bool all_live() const { return live_ == all; }
  HWY_INLINE const Entry& of(int lane) const { return entries_[lane]; }
  /// Up to this round no lane has made its last update; far away when no lane is live.
  HWY_INLINE std::int64_t deadline() const { return deadline_; }

  /// Frees the lanes given by their bits, and those that have made their last update in round `round`. Calls
  /// finish(lane, entry, updates) for each.
  template <class Finish>
  HWY_INLINE void free(std::uint32_t ended, PixelSource<Real>& source, std::int32_t max_updates, std::int64_t round,
                       const Finish& finish) {
    if (round >= deadline_) ended |= overdue(max_updates, round);
    live_ &= ~ended;
    if (live_ == 0) deadline_ = never;
    for (; ended != 0; ended &= ended - 1) {
      const int lane = std::countr_zero(ended);
      const Entry& entry = entries_[lane];
      const auto updates = static_cast<std::int32_t>(round - entry.began);
      finish(lane, entry, updates);
      source.finished(*entry.work, updates);
    }
  }

  /// Gives the free lanes trajectories that begin after round `round`, as long as there are pixels. Calls begin(lane, entry)
  /// for each, which gives the entry its map. Returns the lanes by their bits.
  template <class Begin>
  HWY_INLINE std::uint32_t fill(PixelSource<Real>& source, std::int32_t max_updates, std::int64_t round,
                                const Begin& begin) {
    std::uint32_t begun = 0;
    for (std::uint32_t free = all & ~live_; free != 0; free &= free - 1) {
      const int lane = std::countr_zero(free);
      Entry& entry = entries_[lane];
      entry.pixel = source.take();
      if (entry.pixel < 0) break;
      entry.work = source.work();
      entry.began = round;
      begin(lane, entry);
      begun |= std::uint32_t{1} << lane;
    }
    live_ |= begun;
    if (begun != 0) deadline_ = std::min(deadline_, round + max_updates);
    return begun;
  }

 private:
  static constexpr std::uint32_t all = (std::uint32_t{1} << (count - 1)) * 2 - 1;
  static constexpr std::int64_t never = INT64_MAX;

  /// The lanes that have made their last update in round `round`; finds the deadline of the others.
  std::uint32_t overdue(std::int32_t max_updates, std::int64_t round) {
    std::uint32_t overdue = 0;
    deadline_ = never;
    for (int lane = 0; lane < count; ++lane) {
      const std::uint32_t bit = live_ & std::uint32_t{1} << lane;
      const std::int64_t last = entries_[lane].began + max_updates;
      if (bit != 0 && last > round) deadline_ = std::min(deadline_, last);
      if (last <= round) overdue |= bit;
    }
    return overdue;
  }

  std::uint32_t live_ = 0;
  std::int64_t deadline_ = never;
  Entry entries_[count] = {};
};

}  // namespace deadcone::simd::HWY_NAMESPACE
