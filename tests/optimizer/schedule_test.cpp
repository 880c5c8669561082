// Schedules of the learning rate against their definitions.

#include "deadcone/optimizer/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace deadcone {
namespace {

constexpr std::int64_t many = 1'000'000;

TEST(Schedule, ConstantIsOneFactor) {
  EXPECT_EQ(schedule_table<double>({}, many), std::vector<double>({1.0}));
}

TEST(Schedule, StepFallsAfterEveryManyUpdates) {
  const auto table = schedule_table<double>({ScheduleKind::step, 3, 0.5}, 10);
  EXPECT_EQ(table, std::vector<double>({1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125}));
}

TEST(Schedule, ExponentialFallsAfterEveryUpdate) {
  const auto table = schedule_table<double>({ScheduleKind::exponential, 0, 0.5}, many);
  for (std::size_t k = 0; k < table.size(); ++k) EXPECT_EQ(table[k], std::ldexp(1.0, -static_cast<int>(k)));
  EXPECT_LE(table.back(), 1e-30);  // where it ends
  EXPECT_EQ(table.size(), 101U);
}

TEST(Schedule, CosineRunsFromOneToItsFloorThroughTheirMiddle) {
  const auto table = schedule_table<double>({ScheduleKind::cosine, 100, 0.2}, many);
  ASSERT_EQ(table.size(), 101U);
  EXPECT_EQ(table.front(), 1.0);
  EXPECT_NEAR(table[50], 0.6, 1e-15);
  EXPECT_EQ(table.back(), 0.2);
  for (std::size_t k = 1; k < table.size(); ++k) EXPECT_LT(table[k], table[k - 1]);
  for (std::size_t k = 0; k <= 100; ++k) EXPECT_NEAR(table[k] + table[100 - k], 1.2, 1e-15);
}

TEST(Schedule, LinearRunsToZero) {
  const auto table = schedule_table<double>({ScheduleKind::linear, 4, 1.0}, many);
  EXPECT_EQ(table, std::vector<double>({1.0, 0.75, 0.5, 0.25, 0.0}));
}

TEST(Schedule, IsNoLongerThanTheRun) {
  EXPECT_EQ(schedule_table<double>({ScheduleKind::cosine, many, 0.0}, 10).size(), 11U);
  EXPECT_EQ(schedule_length({ScheduleKind::step, many, 1.0}, many), 0);  // a factor of 1 changes nothing
  EXPECT_EQ(schedule_length({ScheduleKind::step, 2'000'000'000, 0.5}, many), many);
}

TEST(Schedule, WarmUpRisesToOneAndThenTheScheduleBegins) {
  const auto factors = schedule_table<float>({ScheduleKind::linear, 2, 1.0}, many);
  const ScheduleTable<float> table = {factors.data(), static_cast<std::int32_t>(factors.size()) - 1};
  const std::vector<float> expected = {0.25F, 0.5F, 0.75F, 1.0F, 1.0F, 0.5F, 0.0F, 0.0F};
  for (std::size_t k = 0; k < expected.size(); ++k)
    EXPECT_EQ(table.factor(static_cast<std::int32_t>(k), 4.0F, 0.25F), expected[k]) << k;
  EXPECT_EQ(table.factor(2'000'000'000, 4.0F, 0.25F), 0.0F);
  EXPECT_EQ(table.factor(0, 0.0F, 0.0F), 1.0F);  // without one
}

}  // namespace
}  // namespace deadcone
