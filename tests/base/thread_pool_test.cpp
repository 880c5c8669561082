// The pool that shares out the blocks of a loop.

#include "base/thread_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/processors.hpp"

namespace deadcone {
namespace {

/// How often each of `blocks` blocks is run.
std::vector<int> times_run(ThreadPool& pool, std::int64_t blocks) {
  std::vector<std::atomic<int>> times(static_cast<std::size_t>(blocks));
  pool.for_each_block(blocks, [&](std::int64_t block) { ++times.at(static_cast<std::size_t>(block)); });
  return {times.begin(), times.end()};
}

std::vector<int> once_each(std::int64_t blocks) {
  return std::vector<int>(static_cast<std::size_t>(blocks), 1);
}

class ThreadPoolTest : public ::testing::TestWithParam<int> {
 protected:
  ThreadPool pool_{GetParam()};
};

TEST_P(ThreadPoolTest, HasTheThreadsAskedFor) {
  EXPECT_EQ(pool_.size(), GetParam());
}

TEST_P(ThreadPoolTest, RunsEveryBlockOnce) {
  for (const std::int64_t blocks : {1, 2, 3, 7, 64, 1000}) EXPECT_EQ(times_run(pool_, blocks), once_each(blocks));
}

TEST_P(ThreadPoolTest, RunsNoBlockOfNone) {
  EXPECT_NO_THROW(pool_.for_each_block(0, [](std::int64_t) { throw std::logic_error("there is no block"); }));
  EXPECT_EQ(times_run(pool_, 5), once_each(5));
}

TEST_P(ThreadPoolTest, CanBeUsedManyTimes) {
  for (int round = 0; round < 2000; ++round) {
    const std::int64_t blocks = round % 11;
    ASSERT_EQ(times_run(pool_, blocks), once_each(blocks)) << "round " << round;
  }
}

TEST_P(ThreadPoolTest, ReturnsOnlyWhenAllIsDone) {
  // Unsynchronised writes, read after the loop: the sanitizer of threads would tell if one were still to come.
  std::vector<std::int64_t> results(500);
  for (std::int64_t round = 1; round <= 20; ++round) {
    pool_.for_each_block(500, [&](std::int64_t block) { results[static_cast<std::size_t>(block)] = round * block; });
    for (std::int64_t block = 0; block < 500; ++block) {
      ASSERT_EQ(results[static_cast<std::size_t>(block)], round * block);
    }
  }
}

TEST_P(ThreadPoolTest, CarriesAnExceptionOutAndGoesOnWorking) {
  for (int round = 0; round < 200; ++round) {
    const auto fail_at_seven = [](std::int64_t block) {
      if (block == 7) throw std::runtime_error("block seven");
    };
    try {
      pool_.for_each_block(100, fail_at_seven);
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      ASSERT_STREQ(error.what(), "block seven");
    }
    ASSERT_EQ(times_run(pool_, 20), once_each(20));
  }
}

TEST_P(ThreadPoolTest, AnExceptionEndsTheLoopEarly) {
  std::atomic<std::int64_t> started = 0;
  const auto fail = [&](std::int64_t) {
    ++started;
    throw std::runtime_error("at once");
  };
  EXPECT_THROW(pool_.for_each_block(1'000'000, fail), std::runtime_error);
  // Each thread may have taken a block before the first one failed.
  EXPECT_LE(started, pool_.size());
  EXPECT_GE(started, 1);
}

TEST_P(ThreadPoolTest, ThrowsOneExceptionOfMany) {
  const auto fail = [](std::int64_t) { throw std::runtime_error("each"); };
  EXPECT_THROW(pool_.for_each_block(8, fail), std::runtime_error);
  EXPECT_NO_THROW(pool_.for_each_block(8, [](std::int64_t) {}));
}

TEST_P(ThreadPoolTest, AllThreadsWorkTogether) {
  // Every block waits until as many have begun as there are threads: with fewer at work this would never end.
  std::mutex mutex;
  std::set<std::thread::id> workers;
  std::atomic<int> begun = 0;
  pool_.for_each_block(pool_.size(), [&](std::int64_t) {
    ++begun;
    while (begun < pool_.size()) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    workers.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(workers.size(), static_cast<std::size_t>(pool_.size()));
  EXPECT_TRUE(workers.contains(std::this_thread::get_id())) << "the caller works, too";
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolTest, ::testing::Values(1, 2, 3, 7, 16));

TEST(ThreadPool, HasOneThreadForEachCoreUnlessToldOtherwise) {
  EXPECT_EQ(ThreadPool(0).size(), default_threads());
}

TEST(ThreadPool, CanBeMadeAndEndedWithoutWork) {
  for (int i = 0; i < 200; ++i) EXPECT_EQ(ThreadPool(4).size(), 4);
}

}  // namespace
}  // namespace deadcone
