// Maps of any plane: a map is the same bits whether its points are pixels or points of a sweep.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/compute.hpp"
#include "deadcone/errors.hpp"
#include "support/deep_mapper.hpp"
#include "support/plane_sweeps.hpp"
#include "support/same_bits.hpp"
#include "sweep/region_refinement.hpp"
#include "sweep/trajectory_batches.hpp"

namespace deadcone {
namespace {

using test::expect_same;
using test::expect_trajectories;
using test::plane_sweep;
using test::short_range;

const Execution cpu = {.device = Device::cpu, .threads = 2};

Maps computed(const Sweep& sweep, Mapper& mapper) {
  MemorySink sink(sweep);
  Meter meter;
  run_sweep(sweep, {}, mapper, sink, meter, {});
  return sink.release();
}

TEST(Range, HasCentresOfEqualPixels) {
  const Range range = {-1.0, 3.0, 8};
  for (std::int64_t i = 0; i < range.count; ++i) EXPECT_EQ(range.centre(i), -0.75 + 0.5 * static_cast<double>(i));
}

TEST(Range, HasCentresInTheLogarithm) {
  const Range range = {0.01, 100.0, 4, true};
  const double centres[] = {0.031622776601683791, 0.31622776601683794, 3.1622776601683795, 31.622776601683793};
  for (std::int64_t i = 0; i < range.count; ++i) EXPECT_DOUBLE_EQ(range.centre(i), centres[i]);
  EXPECT_EQ((Range{2.0, 8.0, 1, true}.centre(0)), 4.0);
  // As many steps in the logarithm as on a line.
  const Range fine = {1e-3, 10.0, 1000, true};
  for (std::int64_t i = 0; i + 1 < fine.count; ++i)
    EXPECT_NEAR(std::log10(fine.centre(i + 1) / fine.centre(i)), 4.0 / 1000.0, 1e-13);
}

TEST(Plane, OfStartsIsThatOfEveryMapBefore) {
  Sweep sweep = plane_sweep(Axis::w, Axis::b);
  EXPECT_TRUE(sweep.plane.is_of_starts());
  const Maps maps = compute(sweep, cpu);
  ASSERT_EQ(sweep.points(), 8);
  expect_trajectories(sweep, maps);
  // What the axes of the plane have as values is not used.
  sweep.values(Axis::w).clear();
  sweep.values(Axis::b) = {7.0, 7.0};
  expect_same(compute(sweep, cpu), maps);
}

class EveryPlane : public ::testing::TestWithParam<std::tuple<Axis, Axis>> {
 protected:
  const Axis x_ = std::get<0>(GetParam());
  const Axis y_ = std::get<1>(GetParam());
};

TEST_P(EveryPlane, HasTheBitsOfItsTrajectories) {
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    SCOPED_TRACE(name_of(precision));
    const Sweep sweep = plane_sweep(x_, y_, precision);
    EXPECT_GT(PointGroups(sweep).size(), 0);
    const Maps maps = compute(sweep, cpu);
    expect_trajectories(sweep, maps);
    for (const InstructionSet set : instruction_sets()) expect_same(computed(sweep, *make_cpu_mapper(1, set)), maps);
  }
}

/// Those of the rectifier under momentum, of which alone anything can be proved.
class EveryCertifiedPlane : public EveryPlane {};

TEST_P(EveryCertifiedPlane, IsCertifiedWithTheBitsOfItsTrajectories) {
  Sweep sweep = plane_sweep(x_, y_);
  sweep.fields = {};
  sweep.criteria.certify = true;
  expect_trajectories(sweep, compute(sweep, cpu));
}

TEST_P(EveryPlane, IsTheSameInGroupsOfPointsAndInOneAfterTheOther) {
  const Sweep sweep = plane_sweep(x_, y_);
  const Maps maps = compute(sweep, cpu);
  std::int64_t last_axis = 1;  // the longest run of points that is a group
  for (const std::size_t axis : sweep.point_axes()) last_axis = std::ssize(sweep.axes[axis].values);
  for (const std::int64_t size : {std::int64_t{1}, last_axis, sweep.points()}) {
    class SizedSink final : public SweepSink {
     public:
      SizedSink(const Sweep& of, std::int64_t size) : memory_(of) {
        std::vector<std::int64_t> lengths;
        for (const std::size_t axis : of.point_axes()) lengths.push_back(std::ssize(of.axes[axis].values));
        groups_ = PointGroups::of_size(lengths, size);
      }
      std::optional<PointGroups> groups() const override { return groups_; }
      bool is_done(std::int64_t point) const override { return memory_.is_done(point); }
      void take(const PointRun& points, const Tile& tile, TileResult& result) override {
        memory_.take(points, tile, result);
      }
      void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) override {
        memory_.finish(points, kept);
      }
      void close() override {}
      const Maps& maps() const { return memory_.maps(); }

     private:
      PointGroups groups_;
      MemorySink memory_;
    };
    SCOPED_TRACE(size);
    SizedSink sink(sweep, size);
    compute(sweep, cpu, sink);
    expect_same(sink.maps(), maps);
  }
}

/// Every pair of axes that a unit and an optimiser have: both orders of those of the rectifier under momentum, one of others.
std::vector<std::tuple<Axis, Axis>> all_planes() {
  std::vector<std::tuple<Axis, Axis>> planes;
  for (const auto& [x, x_name, x_meaning] : NameTable<Axis>::values) {
    for (const auto& [y, y_name, y_meaning] : NameTable<Axis>::values) {
      if (x == y) continue;
      Sweep sweep;
      test::make_used(x, sweep);
      test::make_used(y, sweep);
      const bool has_both = sweep.uses(static_cast<std::size_t>(x)) && sweep.uses(static_cast<std::size_t>(y));
      if (has_both && (!sweep.is_general() || x < y)) planes.emplace_back(x, y);
    }
  }
  return planes;
}

std::vector<std::tuple<Axis, Axis>> planes_of_the_rectifier() {
  std::vector<std::tuple<Axis, Axis>> planes = all_planes();
  std::erase_if(planes,
                [](const auto& plane) { return plane_sweep(std::get<0>(plane), std::get<1>(plane)).is_general(); });
  return planes;
}

std::string name_of_plane(const ::testing::TestParamInfo<std::tuple<Axis, Axis>>& each) {
  return std::string(name_of(std::get<0>(each.param))) + "_" + name_of(std::get<1>(each.param));
}

INSTANTIATE_TEST_SUITE_P(Pairs, EveryPlane, ::testing::ValuesIn(all_planes()), name_of_plane);
INSTANTIATE_TEST_SUITE_P(Pairs, EveryCertifiedPlane, ::testing::ValuesIn(planes_of_the_rectifier()), name_of_plane);

/// A plane of momentum and learning rate, and the same as points of a sweep whose maps have one pixel.
struct TwoForms {
  Sweep plane;
  Sweep points;
};

TwoForms two_forms(std::int64_t side, Precision precision, bool certify) {
  Sweep plane;
  plane.plane = {{0.0, 1.0, side}, {0.01, 10.0, side, true}, Axis::beta, Axis::eta};
  plane.values(Axis::w) = plane.values(Axis::b) = {0.5};
  plane.criteria.max_updates = 2000;
  plane.criteria.certify = certify;
  plane.fields = certify ? Fields{} : Fields{true, true, true};
  plane.precision = precision;
  Sweep points = plane;
  points.plane = {{0.0, 1.0, 1}, {0.0, 1.0, 1}};  // the pixel at 0.5
  points.values(Axis::beta) = centres<double>(plane.plane.x, 0, side);
  points.values(Axis::eta) = centres<double>(plane.plane.y, 0, side);
  return {plane, points};
}

TEST(Plane, OfMomentumAndLearningRateIsASweepOfPoints) {
  constexpr std::int64_t side = 64;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    for (const bool certify : {false, true}) {
      SCOPED_TRACE(::testing::Message() << name_of(precision) << (certify ? ", certified" : ""));
      const auto [plane, points] = two_forms(side, precision, certify);
      const Maps map = compute(plane, cpu);
      const Maps many = compute(points, cpu);
      ASSERT_EQ(many.sweep.points(), side * side);
      // Of the points, eta is the faster index.
      const auto transposed = [](const auto& values) {
        auto result = values;
        for (std::size_t i = 0; i < values.size(); ++i) result[i] = values[i % side * side + i / side];
        return result;
      };
      EXPECT_EQ(map.fate, transposed(many.fate));
      EXPECT_EQ(map.updates, transposed(many.updates));
      EXPECT_EQ(map.proof, transposed(many.proof));
      const auto expect_same_reals = [&](const RealBuffer& one, const RealBuffer& other) {
        std::visit(
            [&]<class T>(const std::vector<T>& values) {
              const auto right = transposed(std::get<std::vector<T>>(other));
              ASSERT_EQ(values.size(), right.size());
              for (std::size_t i = 0; i < values.size(); ++i) ASSERT_TRUE(test::same_bits(values[i], right[i])) << i;
            },
            one);
      };
      expect_same_reals(map.w_final, many.w_final);
      expect_same_reals(map.b_final, many.b_final);
      expect_same_reals(map.loss_final, many.loss_final);
      EXPECT_EQ(map.counts.front(), sum_of(many.counts));
      EXPECT_GT(map.counts.front().fates[static_cast<std::size_t>(Fate::converged)], 0);
      EXPECT_LT(map.counts.front().fates[static_cast<std::size_t>(Fate::converged)], side * side);
    }
  }
}

TEST(Plane, IsCutIntoTilesAndBatches) {
  // More tiles than one in each direction, and more maps in a tile than a batch has.
  Sweep sweep;
  sweep.plane = {{0.0, 1.0, tile_side + 5}, {0.05, 0.5, tile_side + 2}, Axis::beta, Axis::eta};
  sweep.values(Axis::w) = {0.75};
  sweep.values(Axis::b) = {-0.25};
  sweep.criteria.max_updates = 3;
  test::DeepMapper mapper(7);
  const Maps maps = computed(sweep, mapper);
  EXPECT_GT(mapper.finished, 16);
  expect_trajectories(sweep, maps);
}

/// Batches of a tile: how many pixels each has, and that every pixel is in one.
TEST(Plane, HasBatchesOfFewMaps) {
  Sweep sweep;
  sweep.plane = {{-0.5, 0.5, 511}, {0.05, 0.5, 300}, Axis::r, Axis::eta};
  sweep.values(Axis::w) = sweep.values(Axis::b) = {0.5};
  SweepMaps maps(sweep);
  GroupTrajectories trajectories(maps, {0, 1});
  const Tile tile = {0, 0, 300, 511};
  std::vector<int> times(static_cast<std::size_t>(tile.pixels()));
  for (const TrajectoryBatch& batch : trajectories.of_tile(tile)) {
    EXPECT_LE(batch.maps.count(), 16'384);
    EXPECT_EQ(std::ssize(batch.places), batch.maps.count() * batch.tile.pixels());
    for (const std::int32_t place : batch.places) ++times.at(static_cast<std::size_t>(place));
  }
  EXPECT_EQ(std::ranges::count(times, 1), tile.pixels());
}

class RefinedPlane : public ::testing::TestWithParam<std::tuple<Axis, Axis>> {};

TEST_P(RefinedPlane, ComputesWhatARefinementOfItsFatesAsksFor) {
  const auto [x, y] = GetParam();
  Sweep sweep = plane_sweep(x, y);
  sweep.plane = {short_range(x, 61), short_range(y, 47), x, y};
  for (SweepAxis& axis : sweep.axes) axis.values.resize(1);
  if (x != Axis::r && y != Axis::r) sweep.values(Axis::r) = {0.0, 0.5};
  sweep.fields = {};
  const Maps all = compute(sweep, cpu);
  sweep.refinement.kind = RefinementKind::borders;
  test::DeepMapper mapper(3);
  const Maps refined = computed(sweep, mapper);
  expect_same(compute(sweep, cpu), refined);
  const auto pixels = static_cast<std::size_t>(sweep.plane.pixels());
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    const auto fates = all.of_point(all.fate, point);
    const auto refinement = refine_by_borders(sweep.plane.y.count, sweep.plane.x.count, sweep.refinement.sample);
    for (PixelList asked = refinement->next(); !asked.empty(); asked = refinement->next()) {
      for (const std::int32_t pixel : asked) refinement->accept(pixel, fates[static_cast<std::size_t>(pixel)]);
    }
    std::int64_t filled = 0;
    for (std::size_t i = 0; i < pixels; ++i) {
      const auto at = static_cast<std::size_t>(point) * pixels + i;
      const auto pixel = static_cast<std::int32_t>(i);
      ASSERT_EQ(refined.fate[at], refinement->fates().fate(pixel)) << i;
      ASSERT_EQ(refined.origin[at], refinement->fates().origin(pixel)) << i;
      const bool is_filled = refined.origin[at] == PixelOrigin::filled;
      ASSERT_EQ(refined.updates[at], is_filled ? -1 : all.updates[at]) << i;
      filled += is_filled ? 1 : 0;
    }
    EXPECT_EQ(refined.counts[static_cast<std::size_t>(point)].filled, filled);
    EXPECT_GT(filled, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Some, RefinedPlane,
                         ::testing::Values(std::tuple(Axis::w, Axis::b), std::tuple(Axis::b, Axis::w),
                                           std::tuple(Axis::beta, Axis::eta), std::tuple(Axis::eta, Axis::b),
                                           std::tuple(Axis::w, Axis::r), std::tuple(Axis::r, Axis::gamma)),
                         [](const auto& each) {
                           return std::string(name_of(std::get<0>(each.param))) + "_" +
                                  name_of(std::get<1>(each.param));
                         });

// ---- What is refused

struct Fault {
  std::string words;
  std::function<void(Sweep&)> commit;
};

TEST(Plane, IsRefusedInWords) {
  const std::vector<Fault> faults = {
      {"plane must have two axes, but has eta twice", [](Sweep& sweep) { sweep.plane.x_axis = Axis::eta; }},
      {"plane is not an axis", [](Sweep& sweep) { sweep.plane.y_axis = static_cast<Axis>(77); }},
      {"w must have a value, since it is not in the plane", [](Sweep& sweep) { sweep.values(Axis::w).clear(); }},
      {"b must be finite", [](Sweep& sweep) { sweep.values(Axis::b) = {HUGE_VAL}; }},
      {"beta must be in [0, 1)",
       [](Sweep& sweep) {
         sweep.plane.x = {-0.5, 1.0, 8};
       }},
      {"beta must be in [0, 1)",
       [](Sweep& sweep) {
         sweep.plane.x = {0.0, 1.5, 8};
       }},
      {"eta must be > 0",
       [](Sweep& sweep) {
         sweep.plane.y = {-0.1, 1.0, 8};
       }},
      {"eta runs from 0 to 1, but must begin above 0 in the logarithm",
       [](Sweep& sweep) {
         sweep.plane.y = {0.0, 1.0, 8, true};
       }},
      {"eta runs from 1 to 0.1, but must run from low to high",
       [](Sweep& sweep) {
         sweep.plane.y = {1.0, 0.1, 8, true};
       }},
      {"eta must have 1 to 16777216 pixels, but has 0", [](Sweep& sweep) { sweep.plane.y.count = 0; }},
      {"eta must be a range", [](Sweep& sweep) { sweep.plane.y = {.count = 1, .listed = {0.5}}; }},
      {"beta has 512 pixels from 0.5 to 0.500001, but they are only",
       [](Sweep& sweep) {
         sweep.plane.x = {0.5, 0.500001, 512};
       }},
      {"beta is 0.9999999900000001, which rounds to 1 in float",
       [](Sweep& sweep) {
         sweep.plane.x = {0.99999998, 1.0, 1};
       }},
      {"refine must not be exact in another plane than w,b",
       [](Sweep& sweep) {
         sweep.refinement.kind = RefinementKind::exact;
         sweep.fields = {};
       }},
      {"the start or the target is so large", [](Sweep& sweep) { sweep.values(Axis::w) = {1e14}; }},
      {"r is 1e-25",
       [](Sweep& sweep) {
         sweep.values(Axis::r) = {1e-25};
         sweep.values(Axis::w) = {0.0, 1.0};
       }},
  };
  Sweep sweep = two_forms(16, Precision::float32, false).plane;
  EXPECT_NO_THROW(validate(sweep));
  for (const Fault& fault : faults) {
    Sweep bad = sweep;
    fault.commit(bad);
    try {
      validate(bad);
      ADD_FAILURE() << "is accepted: " << fault.words;
    } catch (const ConfigError& error) {
      EXPECT_EQ(std::string(error.what()).find(fault.words), 0U) << error.what();
    }
  }
}

TEST(Plane, HasCentresWithinTheBoundsOfAnAxisWhoseEndsAreNot) {
  Sweep sweep = two_forms(16, Precision::float32, false).plane;
  sweep.plane.x = {0.0, 1.0, 1 << 20};  // beta 1 itself is refused
  sweep.plane.y = {0.0, 1.0, 4};        // and so is eta 0
  sweep.precision = Precision::float64;
  EXPECT_NO_THROW(validate(sweep));
}

}  // namespace
}  // namespace deadcone
