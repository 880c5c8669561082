#include "tasks.hpp"

#include <nanobind/nanobind.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "deadcone/errors.hpp"
#include "storage/hdf5.hpp"

namespace deadcone::python {
namespace {

namespace nb = nanobind;
using namespace std::chrono_literals;

constexpr auto between_reports = 100ms;

// Python's lock guards these two.
std::set<std::atomic<bool>*> stops_of_tasks;
bool is_ending = false;

std::atomic<int> file_users = 0;
std::atomic<bool> lost_files = false;
std::mutex one_file_user;

/// A task among those that run.
class Registration {
 public:
  explicit Registration(std::atomic<bool>& stop) : stop_(&stop) { stops_of_tasks.insert(stop_); }
  ~Registration() { stops_of_tasks.erase(stop_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::atomic<bool>* stop_;
};

/// A thread that does some work, and what became of it.
class Worker {
 public:
  explicit Worker(const std::function<void()>& work)
      : thread_([this, &work] {
          try {
            work();
          } catch (...) {
            failure_ = std::current_exception();
          }
          const std::lock_guard lock(mutex_);
          has_ended_ = true;
          ended_.notify_all();
        }) {}
  ~Worker() { join(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Waits until it has ended, or for a while; returns whether it has.
  bool wait() {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, between_reports, [this] { return has_ended_; });
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  /// After join().
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

void run_task(const std::function<void()>& work, std::atomic<bool>& stop, const std::function<void()>& report) {
  if (is_ending) throw Error("Python is ending");
  const Registration registration(stop);
  Worker worker(work);
  try {
    for (bool has_ended = false; !has_ended;) {
      {
        const nb::gil_scoped_release release;
        has_ended = worker.wait();
      }
      if (report) report();
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
    }
  } catch (...) {
    stop = true;
    const nb::gil_scoped_release release;
    worker.join();
    throw;
  }
  worker.join();
  worker.rethrow();
}

void stop_all_tasks() {
  is_ending = true;
  while (!stops_of_tasks.empty()) {
    for (std::atomic<bool>* stop : stops_of_tasks) *stop = true;
    const nb::gil_scoped_release release;
    std::this_thread::sleep_for(1ms);
  }
}

void forget_tasks_after_fork() {
  stops_of_tasks.clear();
  lost_files = lost_files || file_users.exchange(0) > 0;
}

FileUse::FileUse() {
  if (lost_files) {
    throw Error(
        "this process was forked while another thread worked on a file; start processes with the method 'spawn' to use files "
        "in them");
  }
  if (!hdf5::is_thread_safe()) one_file_user.lock();
  ++file_users;
}

FileUse::~FileUse() {
  --file_users;
  if (!hdf5::is_thread_safe()) one_file_user.unlock();
}

}  // namespace deadcone::python
