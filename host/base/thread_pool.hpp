#pragma once

// Threads that share the blocks of one loop at a time.

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace deadcone {

class ThreadPool {
 public:
  /// `threads` threads work, the caller of for_each_block among them; 0 means default_threads().
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  /// Calls body(i) once for each i in [0, blocks): a free thread takes the next i. Returns when all are done. The first
  /// exception of a body ends the loop early and is thrown here. One caller at a time; bodies must not call it, and
  /// `blocks` is at least 0.
  void for_each_block(std::int64_t blocks, const std::function<void(std::int64_t)>& body);

 private:
  void work();
  void take_blocks(std::unique_lock<std::mutex>& lock);

  std::vector<std::thread> workers_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  // mutex_ protects all below.
  const std::function<void(std::int64_t)>* body_ = nullptr;
  std::int64_t next_ = 0;
  std::int64_t blocks_ = 0;
  std::int64_t running_ = 0;
  std::exception_ptr failure_;
  bool closing_ = false;
};

}  // namespace deadcone
