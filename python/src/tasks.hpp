#pragma once

// Work that runs without Python's lock, in a thread of its own, while the calling thread looks for signals.

#include <atomic>
#include <functional>

namespace deadcone::python {

/// Runs `work` in a new thread and returns when it has ended; throws what it throws. Meanwhile the calling thread, which must
/// have Python's lock, gives it away, calls `report` (may be empty) with it ten times a second and at the end, and lets Python handle
/// signals. Where one of these raises, `stop` is set, the work is waited for, and the error of Python is thrown.
///
/// `work` must end soon after `stop` is set, and must not use Python.
void run_task(const std::function<void()>& work, std::atomic<bool>& stop, const std::function<void()>& report = {});

/// Stops all work and waits for it; what begins later fails. For the end of the interpreter: a thread that still waited for
/// Python's lock then would never get it. The caller must have Python's lock.
void stop_all_tasks();

/// Forgets the work of other threads, in a process that was forked while it ran: those threads are not in it.
void forget_tasks_after_fork();

/// While one lives, this thread works on files. Where HDF5 is not thread-safe, one thread does at a time. The caller must not
/// have Python's lock.
class FileUse {
 public:
  /// Throws Error where this process was forked while another thread worked on a file: HDF5 has not come along in one piece.
  FileUse();
  ~FileUse();
  FileUse(const FileUse&) = delete;
  FileUse& operator=(const FileUse&) = delete;
};

}  // namespace deadcone::python
