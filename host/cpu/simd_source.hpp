#pragma once

// Where the lanes of a vector loop get their pixels, for the one instruction set that the including file is compiled for.

#include <cstdint>

#include "cpu/simd_pack.hpp"
#include "cpu/tile_work.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

/// Rounds after which a thread looks at `meter.stop` though no lane has ended: a fraction of a second.
inline constexpr std::int64_t rounds_between_looks = std::int64_t{1} << 16;

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

}  // namespace deadcone::simd::HWY_NAMESPACE
