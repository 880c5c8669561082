// The library in one include: sweeps into memory, streams, single trajectories, and what each refuses.

#include "deadcone/deadcone.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/support.hpp"

namespace deadcone {
namespace {

const Execution cpu = {.device = Device::cpu, .threads = 2};

/// Four maps of two tiles, with every field.
Sweep small_sweep(Precision precision = Precision::float32) {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.9};
  sweep.values(Axis::r) = {0.0, 0.5};
  sweep.plane = {{-2.0, 2.0, tile_side + 3}, {-1.0, 2.0, 4}};
  sweep.criteria.max_updates = 300;
  sweep.fields = {.updates = true, .final = true, .loss = true};
  sweep.precision = precision;
  return sweep;
}

class ComputeTest : public ::testing::TestWithParam<Precision> {};

TEST_P(ComputeTest, GivesWhatOneTrajectoryAfterTheOtherGives) {
  const Sweep sweep = small_sweep(GetParam());
  const Maps maps = compute(sweep, cpu);
  with_precision(GetParam(), [&]<class Real>() {
    std::size_t i = 0;
    for (std::int64_t point = 0; point < sweep.points(); ++point) {
      for (std::int64_t b = 0; b < sweep.plane.y.count; ++b) {
        for (std::int64_t w = 0; w < sweep.plane.x.count; ++w, ++i) {
          if (w % 37 != 0) continue;
          const TrajectoryOutcome outcome = run_trajectory(sweep.point(point), sweep.criteria, GetParam(),
                                                           sweep.plane.x.centre(w), sweep.plane.y.centre(b));
          ASSERT_EQ(maps.fate[i], outcome.fate) << i;
          ASSERT_EQ(maps.updates[i], outcome.updates) << i;
          const auto value = [i](const RealBuffer& buffer) { return double{std::get<std::vector<Real>>(buffer)[i]}; };
          ASSERT_TRUE(test::same_bits(value(maps.r_final), outcome.theta.r)) << i;
          ASSERT_TRUE(test::same_bits(value(maps.w_final), outcome.theta.w)) << i;
          ASSERT_TRUE(test::same_bits(value(maps.b_final), outcome.theta.b)) << i;
          ASSERT_TRUE(test::same_bits(value(maps.loss_final), outcome.loss)) << i;
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Precisions, ComputeTest, ::testing::Values(Precision::float32, Precision::float64),
                         [](const auto& each) { return std::string(name_of(each.param)); });

TEST(Compute, CountsAndTimesEachPoint) {
  const Sweep sweep = small_sweep();
  const Maps maps = compute(sweep, cpu);
  EXPECT_EQ(maps.done, (std::vector<std::uint8_t>{1, 1, 1, 1}));
  ASSERT_EQ(maps.counts.size(), 4U);
  for (std::int64_t point = 0; point < 4; ++point) {
    const auto fates = maps.of_point(maps.fate, point);
    const auto updates = maps.of_point(maps.updates, point);
    const auto index = static_cast<std::size_t>(point);
    EXPECT_EQ(maps.counts[index], count_pixels({fates.begin(), fates.end()}, {updates.begin(), updates.end()}));
    EXPECT_GE(maps.seconds[index], 0.0);
  }
  EXPECT_TRUE(maps.proof.empty() && maps.origin.empty());
  EXPECT_TRUE(maps.of_point(maps.proof, 1).empty());
}

TEST(Compute, LeavesPointsOfOtherShardsPending) {
  const Sweep sweep = small_sweep();
  const Maps all = compute(sweep, cpu);
  const Maps part = compute(sweep, {.device = Device::cpu, .threads = 1, .shard = {1, 3}});
  EXPECT_EQ(part.done, (std::vector<std::uint8_t>{0, 1, 0, 0}));
  EXPECT_TRUE(std::ranges::equal(part.of_point(part.fate, 1), all.of_point(all.fate, 1)));
  EXPECT_TRUE(std::ranges::all_of(part.of_point(part.fate, 2), [](Fate fate) { return fate == Fate::pending; }));
  EXPECT_TRUE(std::ranges::all_of(part.of_point(part.updates, 0), [](std::int32_t updates) { return updates == -1; }));
  EXPECT_TRUE(std::isnan(std::get<std::vector<float>>(part.loss_final)[0]));
}

TEST(Compute, ReportsProgress) {
  const Sweep sweep = small_sweep();
  ComputeProgress progress;
  std::vector<std::int64_t> reported;
  progress.points_finished = [&](const FinishedPoints& finished) {
    for (std::int64_t i = 0; i < finished.points.count; ++i) {
      reported.push_back(finished.points.first + i);
      EXPECT_EQ(finished.counts.at(static_cast<std::size_t>(i)).pixels(), sweep.plane.pixels());
    }
  };
  const Maps maps = compute(sweep, cpu, progress);
  EXPECT_EQ(reported, (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(progress.points, 4);
  EXPECT_EQ(progress.meter.pixels, sweep.points() * sweep.plane.pixels());
  std::int64_t updates = 0;
  for (const Counts& counts : maps.counts) updates += counts.updates;
  EXPECT_EQ(progress.meter.updates, updates);
}

TEST(Compute, StopsWithTheFinishedPointsInTheSink) {
  const Sweep sweep = small_sweep();
  MemorySink sink(sweep);
  ComputeProgress progress;
  progress.points_finished = [&](const FinishedPoints& finished) { progress.meter.stop = finished.points.first == 1; };
  EXPECT_THROW(compute(sweep, cpu, sink, progress), Interrupted);
  EXPECT_EQ(sink.maps().done, (std::vector<std::uint8_t>{1, 1, 0, 0}));
  compute(sweep, cpu, sink);  // the others
  EXPECT_EQ(sink.maps().fate, compute(sweep, cpu).fate);
}

TEST(Compute, PassesOnWhatACallbackThrows) {
  ComputeProgress progress;
  progress.points_finished = [](auto...) { throw std::logic_error("enough"); };
  EXPECT_THROW(compute(small_sweep(), cpu, progress), std::logic_error);
}

TEST(Compute, RefusesBadInputBeforeAnyWork) {
  Sweep sweep = small_sweep();
  NoSink sink;
  EXPECT_THROW(compute(sweep, {.device = Device::cpu, .threads = -1}, sink), ConfigError);
  EXPECT_THROW(compute(sweep, {.device = Device::cpu, .shard = {3, 2}}), ConfigError);
  EXPECT_THROW(run_sweep(sweep, {-1, 2}, *make_mapper(cpu), sink, *std::make_unique<Meter>(), {}), ConfigError);
  sweep.values(Axis::beta) = {1.0};
  EXPECT_THROW(compute(sweep, cpu), ConfigError);
  EXPECT_THROW(compute(sweep, cpu, sink), ConfigError);
  EXPECT_THROW(run_sweep(sweep, {}, *make_mapper(cpu), sink, *std::make_unique<Meter>(), {}), ConfigError);
}

TEST(Mapper, RefusesATileOutsideTheWindow) {
  const auto mapper = make_mapper(cpu);
  Map map;
  map.window = {{-2, 2, 8}, {-2, 2, 8}};
  Meter meter;
  TileResult result;
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  for (const Tile& tile : {Tile{0, 0, 9, 8}, Tile{0, 1, 8, 8}, Tile{-1, 0, 2, 2}, Tile{8, 8, 1, 1}, Tile{0, 0, 0, 8},
                           Tile{0, 0, 8, -1}, Tile{huge, 0, 1, 1}, Tile{0, 0, huge, 1}}) {
    EXPECT_THROW(mapper->map(map, tile, {}, meter, result), Error);
  }
  map.window.w.count = 0;
  EXPECT_THROW(mapper->map(map, {0, 0, 8, 8}, {}, meter, result), ConfigError);
}

TEST(MemorySink, KeepsCertifiedAndRefinedMaps) {
  Sweep sweep = small_sweep();
  sweep.fields = {};
  sweep.criteria.certify = true;
  sweep.refinement.kind = RefinementKind::exact;
  const Maps maps = compute(sweep, cpu);
  const auto pixels = static_cast<std::size_t>(sweep.points() * sweep.plane.pixels());
  ASSERT_EQ(maps.proof.size(), pixels);
  ASSERT_EQ(maps.origin.size(), pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    const bool filled = maps.origin[i] == PixelOrigin::filled;
    ASSERT_EQ(maps.updates[i] == -1, filled);
    ASSERT_EQ(maps.proof[i] == Proof::pending, filled);
  }
}

TEST(MemorySink, SaysHowMuchMemoryItTakes) {
  Sweep sweep = small_sweep();
  const std::int64_t pixels = sweep.points() * sweep.plane.pixels();
  EXPECT_EQ(memory_of_maps(sweep), pixels * (1 + 4 + 3 * 4 + 4));
  sweep.precision = Precision::float64;
  sweep.values(Axis::r) = {0.0};
  EXPECT_EQ(memory_of_maps(sweep), pixels / 2 * (1 + 4 + 2 * 8 + 8));
  sweep.fields = {.updates = false};
  EXPECT_EQ(memory_of_maps(sweep), pixels / 2);
}

TEST(MemorySink, RefusesASweepThatDoesNotFit) {
  Sweep sweep;
  sweep.plane = {{-2, 2, largest_side}, {-2, 2, largest_side}};
  sweep.criteria.max_updates = 1000;
  sweep.values(Axis::beta).clear();
  for (int i = 0; i < 1000; ++i) sweep.values(Axis::beta).push_back(1e-3 * i);
  EXPECT_THROW(MemorySink{sweep}, OutOfMemory);
  EXPECT_THROW(compute(sweep, cpu), OutOfMemory);
  for (int i = 1000; i < 30'000; ++i) sweep.values(Axis::beta).push_back(1e-5 * i + 0.5e-5);  // bytes overflow
  EXPECT_THROW(MemorySink{sweep}, OutOfMemory);
}

TEST(MemorySink, RefusesWhatDoesNotBelongToItsSweep) {
  Sweep sweep = small_sweep();
  sweep.plane.x.count = 4;
  MemorySink sink(sweep);
  const auto result = [&] {
    TileResult full;
    full.fate.resize(16);
    full.updates.resize(16);
    full.w_final = full.b_final = full.loss_final = std::vector<float>(16);
    return full;
  };
  TileResult good = result();
  EXPECT_NO_THROW(sink.take({0, 1}, {0, 0, 4, 4}, good));
  EXPECT_EQ(std::get<std::vector<float>>(sink.maps().r_final)[15], 0.0F);  // of a planar map
  EXPECT_THROW(sink.take({-1, 1}, {0, 0, 4, 4}, good), Error);
  EXPECT_THROW(sink.take({4, 1}, {0, 0, 4, 4}, good), Error);
  EXPECT_THROW(sink.take({3, 2}, {0, 0, 4, 4}, good), Error);
  EXPECT_THROW(sink.take({0, 0}, {0, 0, 4, 4}, good), Error);
  EXPECT_THROW(sink.take({0, 2}, {0, 0, 4, 4}, good), Error);  // too few pixels for two maps
  EXPECT_THROW(sink.take({0, 2}, {0, 0, 4, 2}, good), Error);  // several maps must be whole
  const auto finish = [&](const FinishedPoints& points) {
    sink.finish(std::make_shared<const FinishedPoints>(points), [] {});
  };
  EXPECT_THROW(finish({{4, 1}, {Counts{}}, 0.0}), Error);
  EXPECT_THROW(finish({{0, 2}, {Counts{}}, 0.0}), Error);  // counts of one only
  EXPECT_THROW(static_cast<void>(sink.is_done(-1)), Error);
  EXPECT_THROW(sink.take({0, 1}, {0, 0, 5, 4}, good), Error);
  EXPECT_THROW(sink.take({0, 1}, {0, 0, 4, 3}, good), Error);
  const std::function<void(TileResult&)> faults[] = {
      [](TileResult& bad) { bad.fate.pop_back(); },
      [](TileResult& bad) { bad.updates.clear(); },
      [](TileResult& bad) { bad.w_final = std::vector<float>(); },
      [](TileResult& bad) { bad.b_final = std::vector<double>(16); },
      [](TileResult& bad) { bad.loss_final = std::vector<float>(17); },
  };
  for (const auto& commit : faults) {
    TileResult bad = result();
    commit(bad);
    EXPECT_THROW(sink.take({0, 1}, {0, 0, 4, 4}, bad), Error);
  }
  sweep.plane.y.count = 0;
  EXPECT_THROW(MemorySink{sweep}, ConfigError);
}

TEST(RunTrajectory, ShowsTheStartAndEveryUpdate) {
  const Point point = {.beta = 0.7, .gamma = 0.5, .r = 0.25};
  std::vector<TrajectoryState> seen;
  const TrajectoryOutcome outcome =
      run_trajectory(point, {}, Precision::float64, 0.5, 0.25, [&](const auto& state) { seen.push_back(state); });
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(outcome.updates) + 1);
  EXPECT_EQ(seen[0].theta.w, 0.5);
  EXPECT_EQ(seen[0].theta.b, 0.25);
  EXPECT_EQ(seen[0].theta.r, 0.25);
  EXPECT_EQ(seen[0].momentum.w, 0.0);
  EXPECT_EQ(seen[0].update_norm, 0.0);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i].updates, static_cast<std::int32_t>(i));
  EXPECT_EQ(seen.back().theta.w, outcome.theta.w);
  EXPECT_EQ(seen.back().loss, outcome.loss);
  EXPECT_LT(seen.back().loss, seen.front().loss);
  EXPECT_EQ(outcome.proof, Proof::none);
  // What is seen changes nothing.
  const TrajectoryOutcome unseen = run_trajectory(point, {}, Precision::float64, 0.5, 0.25);
  EXPECT_EQ(unseen.updates, outcome.updates);
  EXPECT_TRUE(test::same_bits(unseen.theta, outcome.theta));
}

TEST(RunTrajectory, CertifiesWhereTheCriteriaSaySo) {
  const TrajectoryOutcome outcome = run_trajectory({}, {.certify = true}, -2.0, -2.0);
  EXPECT_EQ(outcome.fate, Fate::dead);
  EXPECT_NE(outcome.proof, Proof::none);
  const TrajectoryOutcome whole = run_trajectory({}, {}, -2.0, -2.0);
  EXPECT_EQ(whole.fate, Fate::dead);
  EXPECT_EQ(whole.proof, Proof::none);
}

TEST(RunTrajectory, RefusesBadInputAndPassesOnExceptions) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(run_trajectory({}, {}, nan, 0.0), ConfigError);
  EXPECT_THROW(run_trajectory({}, {}, 0.0, std::numeric_limits<double>::infinity()), ConfigError);
  EXPECT_THROW(run_trajectory({.beta = 1.0}, {}, 0.0, 0.0), ConfigError);
  EXPECT_THROW(run_trajectory({}, {.max_updates = 0}, 0.0, 0.0), ConfigError);
  EXPECT_THROW(run_trajectory({}, {}, static_cast<Precision>(5), 0.0, 0.0), ConfigError);
  int calls = 0;
  const auto stop_early = [&](const TrajectoryState& state) {
    ++calls;
    if (state.updates == 3) throw std::logic_error("enough");
  };
  EXPECT_THROW(run_trajectory({}, {}, 1.0, 1.0, stop_early), std::logic_error);
  EXPECT_EQ(calls, 4);
}

}  // namespace
}  // namespace deadcone
