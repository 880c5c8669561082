#include "base/ordered_pipeline.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "deadcone/errors.hpp"

namespace deadcone {

OrderedPipeline::OrderedPipeline(int workers, std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 1)) {
  threads_.reserve(static_cast<std::size_t>(workers) + 1);
  try {
    threads_.emplace_back([this] { commit(); });
    for (int i = 0; i < std::max(workers, 1); ++i) threads_.emplace_back([this] { work(); });
  } catch (const std::exception& error) {  // no thread, or no memory for one
    if (threads_.size() >= 2) return;
    end_threads();
    throw Error(std::string("the system has no threads left: ") + error.what());
  }
}

OrderedPipeline::~OrderedPipeline() {
  {
    std::unique_lock lock(mutex_);
    job_ended_.wait(lock, [this] { return jobs_.empty(); });
  }
  end_threads();
}

void OrderedPipeline::end_threads() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  job_given_.notify_all();
  front_ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void OrderedPipeline::push(FirstStage job) {
  std::unique_lock lock(mutex_);
  job_ended_.wait(lock, [this] { return jobs_.size() < capacity_ || failure_; });
  rethrow_failure();
  jobs_.push_back({std::move(job), {}, Progress::waiting});
  job_given_.notify_one();
}

void OrderedPipeline::drain() {
  std::unique_lock lock(mutex_);
  job_ended_.wait(lock, [this] { return jobs_.empty(); });
  rethrow_failure();
}

void OrderedPipeline::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

OrderedPipeline::Job* OrderedPipeline::next_waiting() {
  const auto job = std::ranges::find(jobs_, Progress::waiting, &Job::progress);
  return job == jobs_.end() ? nullptr : &*job;
}

void OrderedPipeline::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    Job* job = nullptr;
    job_given_.wait(lock, [&] { return closing_ || (job = next_waiting()) != nullptr; });
    if (job == nullptr) return;
    job->progress = Progress::first_stage;
    const FirstStage first = std::move(job->first);
    const bool skip = failure_ != nullptr;
    lock.unlock();
    SecondStage second;
    std::exception_ptr failure;
    try {
      if (!skip) second = first();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    job->second = std::move(second);
    job->progress = Progress::ready;
    if (failure && !failure_) failure_ = failure;
    front_ready_.notify_one();
  }
}

void OrderedPipeline::commit() {
  std::unique_lock lock(mutex_);
  while (true) {
    front_ready_.wait(lock, [this] {
      return (closing_ && jobs_.empty()) || (!jobs_.empty() && jobs_.front().progress == Progress::ready);
    });
    if (jobs_.empty()) return;
    const SecondStage second = std::move(jobs_.front().second);
    const bool skip = failure_ != nullptr;
    lock.unlock();
    std::exception_ptr failure;
    try {
      if (!skip) second();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && !failure_) failure_ = failure;
    jobs_.pop_front();
    job_ended_.notify_all();
  }
}

}  // namespace deadcone
