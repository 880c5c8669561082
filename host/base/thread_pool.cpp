#include "base/thread_pool.hpp"

#include <utility>

#include "base/processors.hpp"

namespace deadcone {

ThreadPool::ThreadPool(int threads) {
  if (threads <= 0) threads = default_threads();
  workers_.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
  } catch (const std::exception&) {
    // The system has no more threads, or no memory for one; the existing ones do the work.
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::for_each_block(std::int64_t blocks, const std::function<void(std::int64_t)>& body) {
  std::unique_lock lock(mutex_);
  body_ = &body;
  next_ = 0;
  blocks_ = blocks;
  failure_ = nullptr;
  wake_.notify_all();
  take_blocks(lock);
  idle_.wait(lock, [this] { return next_ >= blocks_ && running_ == 0; });
  body_ = nullptr;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closing_ || next_ < blocks_; });
    if (closing_) return;
    take_blocks(lock);
  }
}

void ThreadPool::take_blocks(std::unique_lock<std::mutex>& lock) {
  while (next_ < blocks_) {
    const std::int64_t block = next_++;
    const auto& body = *body_;
    ++running_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      body(block);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --running_;
    if (failure) {
      if (!failure_) failure_ = failure;
      next_ = blocks_;
    }
  }
  if (running_ == 0) idle_.notify_all();
}

}  // namespace deadcone
