#pragma once

// Jobs in two stages: the first stage of a job runs in whichever worker is free, the second stages of all jobs run in
// one thread, in the order in which the jobs were given. So what must be serial is serial, and waits for nothing else.

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

  /// `workers` threads for the first stage, at least 1; at most `capacity` jobs are under way at a time.
  OrderedPipeline(int workers, std::size_t capacity);
  /// Ends all jobs that were given. What fails now is not told: call drain() before.
  ~OrderedPipeline();
  OrderedPipeline(const OrderedPipeline&) = delete;
  OrderedPipeline& operator=(const OrderedPipeline&) = delete;

  /// Gives a job; waits while there are as many as may be. Throws what an earlier job threw; after that no second stage
  /// is run any more.
  void push(FirstStage job);
  /// Waits until every job has ended. Throws what one of them threw.
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
  Job* next_waiting();
  void rethrow_failure() const;

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable job_given_;    ///< for workers
  std::condition_variable front_ready_;  ///< for the committing thread
  std::condition_variable job_ended_;    ///< for the caller
  // All below under mutex_. A deque keeps its elements in place while others come and go at its ends.
  std::deque<Job> jobs_;
  std::exception_ptr failure_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace deadcone
