// Groups of points: how a sweep is cut into them, and that many maps computed at once have the bits of one after the other.

#include "deadcone/point_groups.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/compute.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/memory_sink.hpp"
#include "deadcone/sweep.hpp"
#include "support/same_bits.hpp"
#include "support/small_maps.hpp"

namespace deadcone {
namespace {

using Lengths = std::vector<std::int64_t>;

std::int64_t product(const Lengths& lengths) {
  std::int64_t points = 1;
  for (const std::int64_t length : lengths) points *= length;
  return points;
}

/// The position of a point along each axis.
Lengths position(const Lengths& lengths, std::int64_t point) {
  Lengths at(lengths.size());
  for (std::size_t i = lengths.size(); i > 0; --i) {
    at[i - 1] = point % lengths[i - 1];
    point /= lengths[i - 1];
  }
  return at;
}

/// Whether points are a box: as many as there are between the least and the greatest position along each axis.
bool is_box(const Lengths& lengths, const PointRun& run) {
  const Lengths first = position(lengths, run.first);
  Lengths last = first;
  for (std::int64_t i = 0; i < run.count; ++i) {
    const Lengths at = position(lengths, run.first + i);
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      if (at[axis] < first[axis]) return false;
      last[axis] = std::max(last[axis], at[axis]);
    }
  }
  std::int64_t volume = 1;
  for (std::size_t axis = 0; axis < last.size(); ++axis) volume *= last[axis] - first[axis] + 1;
  return volume == run.count;
}

const Lengths axes[] = {{1},         {7},         {64}, {1000}, {10, 10}, {100, 100}, {3, 1, 5000}, {2, 3, 4, 5, 6},
                        {1, 997, 1}, {17, 19, 23}};

TEST(PointGroups, HaveEveryPointOnceInBoxes) {
  for (const Lengths& lengths : axes) {
    for (const std::int64_t pixels : {1, 7, 1000, 20'000}) {
      const PointGroups groups(lengths, pixels);
      std::int64_t next = 0;
      for (std::int64_t group = 0; group < groups.count(); ++group) {
        const PointRun run = groups[group];
        ASSERT_EQ(run.first, next);
        ASSERT_GE(run.count, 1);
        ASSERT_LE(run.count, groups.size());
        ASSERT_TRUE(is_box(lengths, run));
        ASSERT_EQ(groups.group_of(run.first), group);
        ASSERT_EQ(groups.group_of(run.first + run.count - 1), group);
        next += run.count;
      }
      ASSERT_EQ(next, product(lengths));
    }
  }
}

TEST(PointGroups, AreLargeAndManyEnough) {
  for (const Lengths& lengths : axes) {
    const std::int64_t points = product(lengths);
    for (const std::int64_t pixels : {1, 7, 1000, 20'000}) {
      const PointGroups groups(lengths, pixels);
      EXPECT_GE(groups.count(), std::min(points, least_groups));
      EXPECT_TRUE(groups.size() == 1 || groups.size() * pixels <= group_pixels);
    }
  }
  EXPECT_EQ(PointGroups({1000, 1000}, 1).size(), 15'000);
  EXPECT_EQ(PointGroups({256, 256}, 32 * 32).size(), 16);
  EXPECT_EQ(PointGroups({127}, 1).size(), 1) << "shards and devices need the groups";
  EXPECT_EQ(PointGroups({1000, 1000}, 129 * 64).size(), 1) << "large maps stand alone";
}

TEST(PointGroups, CanBeMadeOfTheirSize) {
  for (const Lengths& lengths : axes) {
    for (const std::int64_t pixels : {1, 7, 1000}) {
      const PointGroups groups(lengths, pixels);
      const PointGroups again = PointGroups::of_size(lengths, groups.size());
      EXPECT_EQ(again, groups);
      for (std::int64_t group = 0; group < groups.count(); ++group) EXPECT_EQ(again[group], groups[group]);
    }
  }
  EXPECT_EQ(PointGroups::of_size({6, 10}, 30)[1], (PointRun{30, 30}));
  for (const std::int64_t size : {0, -1, 15, 11, 61}) EXPECT_THROW(PointGroups::of_size({6, 10}, size), Error) << size;
}

using test::expect_same;
using test::small_maps;

TEST(Sweep, GivesItsPointsInOrder) {
  const Sweep sweep = small_maps();
  for (const PointRun& run : {PointRun{0, 1}, PointRun{0, sweep.points()}, PointRun{13, 101}}) {
    const std::vector<Point> points = sweep.points(run);
    ASSERT_EQ(std::ssize(points), run.count);
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Point expected = sweep.point(run.first + i);
      const Point& found = points[static_cast<std::size_t>(i)];
      EXPECT_TRUE(found.beta == expected.beta && found.gamma == expected.gamma && found.eta == expected.eta &&
                  found.delta == expected.delta && found.r == expected.r);
    }
  }
}

/// A sink in memory that wants single points, or groups of a size.
class GroupedSink final : public SweepSink {
 public:
  GroupedSink(const Sweep& sweep, PointGroups groups) : groups_(groups), memory_(sweep) {}
  std::optional<PointGroups> groups() const override { return groups_; }
  bool is_done(std::int64_t point) const override { return memory_.is_done(point); }
  void take(const PointRun& points, const Tile& tile, TileResult& result) override {
    memory_.take(points, tile, result);
  }
  void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) override {
    runs.push_back(points->points);
    memory_.finish(points, kept);
  }
  void close() override {}
  const Maps& maps() const { return memory_.maps(); }

  std::vector<PointRun> runs;

 private:
  PointGroups groups_;
  MemorySink memory_;
};

Maps computed(const Sweep& sweep, const PointGroups& groups) {
  GroupedSink sink(sweep, groups);
  compute(sweep, {.device = Device::cpu, .threads = 2}, sink);
  return sink.maps();
}

class GroupedSweep : public ::testing::TestWithParam<std::function<void(Sweep&)>> {};

TEST_P(GroupedSweep, HasTheBitsOfOnePointAfterTheOther) {
  Sweep sweep = small_maps();
  GetParam()(sweep);
  const Lengths lengths = {20, 7, 1, 1, 2};
  const PointGroups best(sweep);
  ASSERT_EQ(best.size(), 4);
  const Maps one_by_one = computed(sweep, PointGroups::of_size(lengths, 1));
  expect_same(computed(sweep, best), one_by_one);
  expect_same(computed(sweep, PointGroups::of_size(lengths, 70)), one_by_one);
  expect_same(compute(sweep, {.device = Device::cpu, .threads = 3}), one_by_one);
}

INSTANTIATE_TEST_SUITE_P(Kinds, GroupedSweep,
                         ::testing::Values(
                             [](Sweep& sweep) {
                               sweep.fields = {true, true, true};
                             },
                             [](Sweep& sweep) {
                               sweep.precision = Precision::float64;
                               sweep.fields = {false, true, false};
                             },
                             [](Sweep& sweep) { sweep.criteria.certify = true; },
                             [](Sweep& sweep) { sweep.refinement.kind = RefinementKind::borders; },
                             [](Sweep& sweep) {
                               sweep.refinement.kind = RefinementKind::exact;
                               sweep.criteria.certify = true;
                               sweep.plane = {{-2.0, 2.0, 9}, {-2.0, 2.0, 8}};
                             }));

TEST(GroupedSweep, GivesShardsWholeGroups) {
  const Sweep sweep = small_maps();
  const PointGroups groups(sweep);
  Maps all = compute(sweep, {.device = Device::cpu, .threads = 1});
  for (std::int64_t index = 0; index < 3; ++index) {
    GroupedSink sink(sweep, groups);
    compute(sweep, {.device = Device::cpu, .threads = 1, .shard = {index, 3}}, sink);
    for (const PointRun& run : sink.runs) EXPECT_EQ(groups.group_of(run.first) % 3, index);
    for (std::int64_t point = 0; point < sweep.points(); ++point)
      EXPECT_EQ(sink.is_done(point), groups.group_of(point) % 3 == index);
  }
}

TEST(GroupedSweep, ComputesAGroupOfWhichAPointIsMissing) {
  const Sweep sweep = small_maps();
  const PointGroups groups(sweep);
  GroupedSink sink(sweep, groups);
  Meter meter;
  const auto mapper = make_cpu_mapper(1);
  const auto stop = [&](const FinishedPoints&) { meter.stop = true; };
  EXPECT_THROW(run_sweep(sweep, {}, *mapper, sink, meter, stop), Interrupted);
  ASSERT_EQ(sink.runs.size(), 1);
  const std::vector<PointRun> left = points_to_compute(sweep, {}, sink);
  EXPECT_EQ(std::ssize(left), groups.count() - 1);
  EXPECT_EQ(left.front(), groups[1]);
}

}  // namespace
}  // namespace deadcone
