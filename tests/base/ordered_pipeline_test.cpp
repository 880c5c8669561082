#include "base/ordered_pipeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace deadcone {
namespace {

using SecondStage = OrderedPipeline::SecondStage;

class OrderedPipelineTest : public ::testing::TestWithParam<int> {};  // workers

TEST_P(OrderedPipelineTest, SecondStagesRunInOrderInOneThread) {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    OrderedPipeline pipeline(GetParam(), 7);
    for (int i = 0; i < 200; ++i) {
      pipeline.push([&, i]() -> SecondStage {
        // Later jobs of a group are done first.
        std::this_thread::sleep_for(std::chrono::microseconds(100 * (4 - i % 5)));
        return [&, i] {
          order.push_back(i);
          threads.push_back(std::this_thread::get_id());
        };
      });
    }
    pipeline.drain();
    EXPECT_EQ(order.size(), 200U);
  }
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_EQ(std::ranges::count(threads, threads.front()), 200);
  EXPECT_NE(threads.front(), std::this_thread::get_id());
}

TEST_P(OrderedPipelineTest, NoMoreJobsAreUnderWayThanMayBe) {
  constexpr int capacity = 3;
  std::atomic<int> under_way = 0;
  std::atomic<int> most = 0;
  OrderedPipeline pipeline(GetParam(), capacity);
  for (int i = 0; i < 50; ++i) {
    pipeline.push([&]() -> SecondStage {
      const int now = ++under_way;
      int seen = most;
      while (seen < now && !most.compare_exchange_weak(seen, now)) {
      }
      return [&] { --under_way; };
    });
  }
  pipeline.drain();
  EXPECT_EQ(under_way, 0);
  EXPECT_GE(most, 1);
  EXPECT_LE(most, capacity);
}

TEST_P(OrderedPipelineTest, EndingItRunsWhatWasGiven) {
  std::atomic<int> done = 0;
  {
    OrderedPipeline pipeline(GetParam(), 100);
    for (int i = 0; i < 60; ++i) pipeline.push([&]() -> SecondStage { return [&] { ++done; }; });
  }
  EXPECT_EQ(done, 60);
}

TEST_P(OrderedPipelineTest, TellsTheFirstFailureAndCommitsNothingAfterIt) {
  for (const bool in_second_stage : {false, true}) {
    std::vector<int> committed;
    OrderedPipeline pipeline(GetParam(), 4);
    const auto give = [&](int i) {
      pipeline.push([&committed, i, in_second_stage]() -> SecondStage {
        if (i == 10 && !in_second_stage) throw std::runtime_error("ten");
        return [&committed, i, in_second_stage] {
          if (i == 10 && in_second_stage) throw std::runtime_error("ten");
          committed.push_back(i);
        };
      });
    };
    try {
      for (int i = 0; i < 1000; ++i) give(i);
      FAIL() << "no failure was told";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "ten");
    }
    EXPECT_THROW(pipeline.drain(), std::runtime_error);
    EXPECT_THROW(give(0), std::runtime_error);
    EXPECT_TRUE(std::ranges::is_sorted(committed));
    EXPECT_TRUE(committed.empty() || committed.back() < 10);
    if (in_second_stage) {
      EXPECT_EQ(committed.size(), 10U);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Workers, OrderedPipelineTest, ::testing::Values(1, 2, 5));

TEST(OrderedPipelineWorkers, WorkAtTheSameTime) {
  // Each of two jobs waits for the other to have begun.
  std::mutex mutex;
  std::condition_variable begun;
  int count = 0;
  OrderedPipeline pipeline(2, 2);
  for (int i = 0; i < 2; ++i) {
    pipeline.push([&]() -> SecondStage {
      std::unique_lock lock(mutex);
      ++count;
      begun.notify_all();
      begun.wait(lock, [&] { return count == 2; });
      return [] {};
    });
  }
  pipeline.drain();
  EXPECT_EQ(count, 2);
}

}  // namespace
}  // namespace deadcone
