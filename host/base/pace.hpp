#pragma once

#include <algorithm>
#include <chrono>

namespace deadcone {

/// Spaces out work that is done from time to time: at least a pause apart, and so rarely that it takes less than a hundredth
/// of the time.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  /// The work is due for the first time after `first`.
  Pace(Clock::duration pause, Clock::duration first) : pause_(pause), next_(Clock::now() + first) {}

  bool is_due() const { return Clock::now() >= next_; }
  /// Does the work, due or not, and sets when it is due again; does not where it throws.
  template <class Work>
  void run(const Work& work) {
    constexpr int pauses_per_work = 100;
    const Clock::time_point begin = Clock::now();
    work();
    const Clock::time_point end = Clock::now();
    next_ = end + std::max<Clock::duration>(pause_, pauses_per_work * (end - begin));
  }

 private:
  Clock::duration pause_;
  Clock::time_point next_;
};

}  // namespace deadcone
