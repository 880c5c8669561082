#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <iterator>

#include "cli/exit_status.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

/// A signal that asks a process to end.
struct EndingSignal {
  int number;
  bool kills_when_repeated;  ///< the user is impatient; others come again and again, as SIGXCPU every second
};
inline constexpr EndingSignal ending_signals[] = {
    {SIGINT, true},    // Ctrl-C
    {SIGTERM, true},   // kill; schedulers, some time before they kill
    {SIGHUP, false},   // the terminal is closed
    {SIGUSR1, false},  // schedulers before the end of a job, where asked to: Slurm --signal, SGE -notify, LSF -wa
    {SIGUSR2, false}, {SIGXCPU, false},  // the limit of processor time
};

/// While it lives, these signals set `meter.stop`, except those that were ignored: a shell starts what is not to be
/// interrupted that way, with & or nohup.
class StopOnSignal {
 public:
  explicit StopOnSignal(Meter& meter) {
    static_assert(std::atomic<bool>::is_always_lock_free);
    stop_ = &meter.stop;
    first_signal_ = 0;
    for (std::size_t i = 0; i < std::size(ending_signals); ++i) {
      const EndingSignal& signal = ending_signals[i];
      sigaction(signal.number, nullptr, &old_[i]);
      if (old_[i].sa_handler == SIG_IGN) continue;
      struct sigaction action = {};
      action.sa_handler = [](int number) {
        if (first_signal_ == 0) first_signal_ = number;
        stop_->store(true);
      };
      action.sa_flags = static_cast<int>(SA_RESTART | (signal.kills_when_repeated ? SA_RESETHAND : 0U));
      sigaction(signal.number, &action, nullptr);
    }
  }
  ~StopOnSignal() {
    for (std::size_t i = 0; i < std::size(ending_signals); ++i) sigaction(ending_signals[i].number, &old_[i], nullptr);
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  /// The exit status of a process that a signal ended.
  static ExitStatus exit_status() { return status_of_signal(first_signal_); }

 private:
  static inline volatile std::sig_atomic_t first_signal_ = 0;
  static inline std::atomic<bool>* stop_ = nullptr;
  std::array<struct sigaction, std::size(ending_signals)> old_ = {};
};

}  // namespace deadcone
