#pragma once

// Jobs in two stages: the first stage of a job runs in any free worker, the second stages of all jobs run in one thread,
// in the order of the jobs. So serial work is serial, and waits for nothing else.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace deadcone {

class OrderedPipeline {
 public:
  using SecondStage = std::function<void()>;
  using FirstStage = std::function<SecondStage()>;

  /// `workers` threads run the first stage, at least 1, and fewer where the system has no more threads; at most
  /// `capacity` jobs are in the pipeline at a time. Throws Error where the system has not even two threads, one for
  /// each stage.
  OrderedPipeline(int workers, std::size_t capacity);
  /// Finishes all jobs. Ignores failures: call drain() before.
  ~OrderedPipeline();
  OrderedPipeline(const OrderedPipeline&) = delete;
  OrderedPipeline& operator=(const OrderedPipeline&) = delete;

  /// Adds a job; waits while the pipeline is full. Throws what an earlier job threw; after a failure no second stage
  /// runs.
  void push(FirstStage job);
  /// Waits until every job is finished. Throws what one of them threw.
  void drain();

 private:
  enum class Progress { waiting, first_stage, ready };
  struct Job {
    FirstStage first;
    SecondStage second;
    Progress progress = Progress::waiting;
  };

  void work();
  void commit();
  void end_threads();
  Job* next_waiting();
  void rethrow_failure() const;

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable job_given_;    ///< for workers
  std::condition_variable front_ready_;  ///< for the committing thread
  std::condition_variable job_ended_;    ///< for the caller
  // mutex_ protects all below. A deque keeps its elements in place while others come and go at its ends.
  std::deque<Job> jobs_;
  std::exception_ptr failure_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace deadcone
