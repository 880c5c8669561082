// The main loop: tiles that are on their way at once reach the sink in order, whatever the mapper's depth.

#include "deadcone/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "deadcone/errors.hpp"
#include "support/deep_mapper.hpp"

namespace deadcone {
namespace {

using test::DeepMapper;

/// Keeps everything, and insists on the order.
class TileSink final : public SweepSink {
 public:
  explicit TileSink(const Sweep& sweep) : tiles_(sweep.plane.grid()) {}

  bool is_done(std::int64_t point) const override { return point == done_before; }
  void take(const PointRun& points, const Tile& tile, TileResult& result) override {
    const std::int64_t point = points.first;
    EXPECT_EQ(points.count, 1);
    EXPECT_TRUE(pixels.empty() || point >= pixels.back().first);
    EXPECT_EQ(tile.first_column, tiles_[next_tile_].first_column);
    EXPECT_EQ(tile.first_row, tiles_[next_tile_].first_row);
    next_tile_ = (next_tile_ + 1) % tiles_.count();
    pixels.emplace_back(point, std::move(result));
  }
  void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) override {
    EXPECT_EQ(next_tile_, 0);
    EXPECT_GE(points->seconds, 0.0);
    total_seconds += points->seconds;
    finished.emplace_back(points->points.first, points->counts.at(0));
    kept();
  }
  void close() override { closed = true; }

  std::int64_t done_before = -1;
  std::vector<std::pair<std::int64_t, TileResult>> pixels;
  std::vector<std::pair<std::int64_t, Counts>> finished;
  double total_seconds = 0.0;
  bool closed = false;

 private:
  Tiling tiles_;
  std::int64_t next_tile_ = 0;
};

/// Three points of two tiles.
Sweep small_sweep() {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.7, 0.9};
  sweep.plane = {{-2.0, 2.0, tile_side + 3}, {-2.0, 2.0, 4}};
  sweep.criteria.max_updates = 50;
  return sweep;
}

class DepthTest : public ::testing::TestWithParam<int> {};

TEST_P(DepthTest, GivesTheSameTilesInTheSameOrder) {
  const Sweep sweep = small_sweep();
  DeepMapper plain(1);
  DeepMapper deep(GetParam());
  TileSink expected(sweep);
  TileSink found(sweep);
  Meter meter;
  std::vector<std::int64_t> reported;
  run_sweep(sweep, {}, plain, expected, meter, [](auto...) {});
  run_sweep(sweep, {}, deep, found, meter,
            [&](const FinishedPoints& finished) { reported.push_back(finished.points.first); });
  ASSERT_EQ(found.pixels.size(), 6);
  for (std::size_t i = 0; i < found.pixels.size(); ++i) {
    EXPECT_EQ(found.pixels[i].first, expected.pixels[i].first);
    EXPECT_EQ(found.pixels[i].second.fate, expected.pixels[i].second.fate);
    EXPECT_EQ(found.pixels[i].second.updates, expected.pixels[i].second.updates);
  }
  EXPECT_EQ(found.finished, expected.finished);
  EXPECT_EQ(reported, (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_TRUE(found.closed);
  EXPECT_EQ(deep.most_begun, static_cast<std::size_t>(std::min(GetParam(), 6)));
}

TEST_P(DepthTest, LeavesOutWhatIsDoneAndWhatOthersDo) {
  const Sweep sweep = small_sweep();
  DeepMapper mapper(GetParam());
  TileSink sink(sweep);
  sink.done_before = 0;
  Meter meter;
  run_sweep(sweep, {0, 2}, mapper, sink, meter, [](auto...) {});
  ASSERT_EQ(sink.finished.size(), 1);
  EXPECT_EQ(sink.finished[0].first, 2);
}

TEST_P(DepthTest, KeepsWhatWasFinishedWhenTheMapperFails) {
  const Sweep sweep = small_sweep();
  DeepMapper mapper(GetParam());
  mapper.fails_at = 3;
  TileSink sink(sweep);
  Meter meter;
  EXPECT_THROW(run_sweep(sweep, {}, mapper, sink, meter, [](auto...) {}), DeviceError);
  EXPECT_EQ(sink.finished.size(), 1);
  EXPECT_TRUE(sink.closed);
}

INSTANTIATE_TEST_SUITE_P(Depths, DepthTest, ::testing::Values(1, 2, 3, 5, 100));

}  // namespace
}  // namespace deadcone
