#pragma once

// Tiles that were begun, shared by threads: each takes pixels from one until none are left, and goes on with the next
// that the same loop may run. So no thread, and no lane of a vector, waits for the last trajectories of a tile.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "deadcone/mapper.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/trajectory/pixels.hpp"

namespace deadcone {

/// Updates of a trajectory after which a thread looks whether the work is stopped: a fraction of a second.
inline constexpr std::int64_t updates_between_looks = std::int64_t{1} << 16;

/// Pixels [first, last).
struct PixelRun {
  std::int64_t first;
  std::int64_t last;
};

/// What the tiles of a mapper share.
struct Completion {
  std::mutex mutex;
  std::condition_variable changed;      ///< told when all pixels of a tile are finished
  std::atomic<bool> abandoned = false;  ///< whether nobody wants the results any more
};

/// One tile, of one map or of several.
template <class Real>
struct TileWork {
  TileWork(Meter& of_meter, Completion& of_completion) : meter(of_meter), completion(of_completion) {}

  Dynamics<Real> dynamics;  ///< the constants of the map; of several: those that they share
  PixelStarts<Real> starts = {};
  /// Of several maps: their starts, and by map the constants and, where proofs are looked for, the conditions of these.
  BatchStarts<Real> batch = {};
  const PointConstants<Real>* constants = nullptr;
  const ProofConditions<Real>* proof = nullptr;
  /// Of any unit and optimiser, for which all maps are taken for several: what they share, and the constants by map.
  GeneralRules<Real> rules = {};
  const GeneralConstants<Real>* general = nullptr;
  PixelArrays<Real> results = {};
  std::int64_t pixels = 0;

  Meter& meter;
  Completion& completion;
  std::atomic<std::int64_t> next = 0;        ///< the first pixel that no thread has taken
  std::atomic<std::int64_t> unfinished = 0;  ///< pixels that are not finished
  /// The tile that the same loop goes on with; set once.
  std::shared_ptr<TileWork> following;
  std::atomic<bool> has_following = false;

  bool is_stopped() const {
    return meter.stop.load(std::memory_order_relaxed) || completion.abandoned.load(std::memory_order_relaxed);
  }
};

/// Follows a trajectory to its end, by follow(until), which makes updates until there are `until` of them and returns whether it has
/// ended. Returns false where the work is stopped before that.
template <class Real, class Follow>
DEADCONE_HD_INLINE bool follow_while_wanted(const TileWork<Real>& work, std::int32_t max_updates,
                                            const Follow& follow) {
  for (std::int64_t until = updates_between_looks;; until += updates_between_looks) {
    if (follow(static_cast<std::int32_t>(std::min<std::int64_t>(until, max_updates)))) return true;
    if (work.is_stopped()) return false;
  }
}

/// One thread's way through tiles: it takes pixels from them, and counts what is done.
template <class Real>
class WorkCursor {
 public:
  explicit WorkCursor(std::shared_ptr<TileWork<Real>> first) : work_(std::move(first)) {}

  /// The next pixels, of work(); none where all are taken so far, or the work is stopped.
  PixelRun take();
  /// Whether take() may give some.
  bool has_more() const;
  /// The tile that the last pixels are of.
  TileWork<Real>& work() const { return *work_; }
  /// A pixel of `of` is finished.
  DEADCONE_HD_INLINE void finished(TileWork<Real>& of, std::int32_t updates) {
    if (&of != tally_of_) [[unlikely]] {
      report();
      tally_of_ = &of;
    }
    ++pixels_;
    updates_ += updates;
  }
  /// Tells everybody what is finished.
  void report();

 private:
  /// Pixels that a thread takes at a time. Neighbours last equally long, so these are few enough that threads share a slow
  /// region, and enough that taking them costs nothing.
  static constexpr std::int64_t run_pixels = 32;

  std::shared_ptr<TileWork<Real>> work_;
  std::int64_t pixels_ = 0;
  TileWork<Real>* tally_of_ = nullptr;  ///< what the tally is of
  std::int64_t updates_ = 0;
};

/// Runs pixels of a tile, and of those that follow, until none are left.
template <class Real>
using TileLoop = void (*)(WorkCursor<Real>&);

}  // namespace deadcone
