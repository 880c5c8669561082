#include "cpu/tile_work.hpp"

#include <algorithm>

namespace deadcone {

template <class Real>
PixelRun WorkCursor<Real>::take() {
  report();
  while (!work_->is_stopped()) {
    if (work_->next.load(std::memory_order_relaxed) < work_->pixels) {
      const std::int64_t first = work_->next.fetch_add(run_pixels, std::memory_order_relaxed);
      if (first < work_->pixels) return {first, std::min(first + run_pixels, work_->pixels)};
    }
    if (!work_->has_following.load(std::memory_order_acquire)) break;
    work_ = work_->following;
  }
  return {0, 0};
}

template <class Real>
bool WorkCursor<Real>::has_more() const {
  return !work_->is_stopped() && (work_->next.load(std::memory_order_relaxed) < work_->pixels ||
                                  work_->has_following.load(std::memory_order_relaxed));
}

template <class Real>
void WorkCursor<Real>::report() {
  if (pixels_ == 0) return;
  tally_of_->meter.pixels.fetch_add(pixels_, std::memory_order_relaxed);
  tally_of_->meter.updates.fetch_add(updates_, std::memory_order_relaxed);
  // The last one hands over what all have written. The tile may be gone then.
  Completion& completion = tally_of_->completion;
  if (tally_of_->unfinished.fetch_sub(pixels_, std::memory_order_acq_rel) == pixels_) {
    const std::lock_guard lock(completion.mutex);
    completion.changed.notify_all();
  }
  tally_of_ = nullptr;
  pixels_ = 0;
  updates_ = 0;
}

template class WorkCursor<float>;
template class WorkCursor<double>;

}  // namespace deadcone
