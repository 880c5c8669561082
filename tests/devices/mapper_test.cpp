// The contract of every mapper: the bits of trajectory(), pixel by pixel, however the work is cut and shared out.
//
// The expectations are compiled here for any machine, without fma instructions where those are optional; the CPU mapper
// takes the best the machine has. So these tests also compare instruction sets.

#include "deadcone/mapper.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <numeric>
#include <ostream>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/detail/scatter.hpp"
#include "deadcone/detail/tile_arrays.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/memory_sink.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "support/plane_sweeps.hpp"
#include "support/proof_bounds_calls.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using test::run;
using test::same_bits;

// The backends. One more joins by a line here.

struct Backend {
  std::string name;
  std::function<std::unique_ptr<Mapper>()> make;  ///< gives none where this machine cannot have it
};

std::ostream& operator<<(std::ostream& out, const Backend& backend) {
  return out << backend.name;
}

/// On a machine without a GPU its tests are skipped, unless the environment promises one.
std::unique_ptr<Mapper> cuda(const CudaLimits& limits) {
  const char* promised = std::getenv("DEADCONE_REQUIRE_GPU");
  if (!cuda_device_is_present() && !(promised != nullptr && promised == std::string("1"))) return nullptr;
  return make_cuda_mapper({}, {}, limits);
}

std::vector<Backend> backends() {
  std::vector<Backend> result;
  for (const InstructionSet set : instruction_sets()) {
    for (const int threads : {1, 2, 5}) {
      result.push_back({name_of(set) + ("_" + std::to_string(threads)), [=] { return make_cpu_mapper(threads, set); }});
    }
  }
  result.push_back({"cuda", [] { return cuda({}); }});
  // Less memory than a tile takes: it goes through in bands of rows.
  result.push_back({"cuda_in_bands", [] { return cuda({.memory = 12'000}); }});
  // Launches of 16 updates, each of which goes on where the one before stopped; in bands, too.
  result.push_back({"cuda_in_launches", [] { return cuda({.memory = 26'000, .launch_seconds = 1e-9}); }});
  return result;
}

// The maps that all of them are asked for: among them are every fate and both ends of the range of updates.

struct Task {
  std::string name;
  Map map;
};

std::ostream& operator<<(std::ostream& out, const Task& task) {
  return out << task.name;
}

std::vector<Task> tasks() {
  const Window window = {{-2, 2.5, 23}, {-2.25, 2, 17}};
  Criteria criteria;
  criteria.tolerance = 1e-4;
  criteria.max_updates = 500;
  const Point paper;
  const Point general = {0.7, 0.5, 0.2, -0.3, 0.75};
  const Point small = {0.7, 0.05, 0.1, 0.0, 0.0};
  const Point corridor = {0.0, 0.5, 0.5, 0.0, 0.0};
  const Point unstable = {0.0, 1.0, 100.0, 0.0, 0.5};
  std::vector<Task> all;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    for (const StopRule rule : {StopRule::stationary, StopRule::update}) {
      criteria.stop = rule;
      const std::string suffix = "_" + std::string(name_of(precision)) + "_" + name_of(rule);
      all.push_back({"planar" + suffix, {paper, window, criteria, precision}});
      all.push_back({"general" + suffix, {general, window, criteria, precision}});
      all.push_back({"unstable" + suffix, {unstable, window, criteria, precision}});
      if (rule == StopRule::update) continue;  // proofs know of the rule by their constants alone
      criteria.certify = true;
      all.push_back({"certified_planar" + suffix, {paper, window, criteria, precision}});
      all.push_back({"certified_general" + suffix, {general, window, criteria, precision}});
      all.push_back({"certified_small" + suffix, {small, window, criteria, precision}});
      all.push_back({"certified_corridor" + suffix, {corridor, window, criteria, precision}});
      criteria.certify = false;
    }
  }
  return all;
}

constexpr Fields every_field = {true, true, true};

Tile whole(const Window& window) {
  return {0, 0, window.b.count, window.w.count};
}

/// The pixels of a tile by trajectory(), one after the other, every field.
template <class Real>
TileResult expected_as(const Map& map, const Tile& tile) {
  const Dynamics<Real> dynamics = test::dynamics_of<Real>(map.point, map.criteria);
  const Geometry geometry = map.point.geometry();
  TileResult result;
  std::vector<Real> r, w, b, losses;
  for (std::int64_t row = tile.first_row; row < tile.first_row + tile.rows; ++row) {
    for (std::int64_t column = tile.first_column; column < tile.first_column + tile.columns; ++column) {
      const Parameters<Real> start = {static_cast<Real>(map.point.r), static_cast<Real>(map.window.w.centre(column)),
                                      static_cast<Real>(map.window.b.centre(row))};
      const Outcome<Real> outcome = run(dynamics, start, geometry, map.criteria.certify);
      result.fate.push_back(outcome.fate);
      result.updates.push_back(outcome.updates);
      if (map.criteria.certify) result.proof.push_back(outcome.proof);
      if (geometry == Geometry::general) r.push_back(outcome.theta.r);
      w.push_back(outcome.theta.w);
      b.push_back(outcome.theta.b);
      losses.push_back(geometry == Geometry::planar ? loss<Geometry::planar>(outcome.theta, dynamics.target)
                                                    : loss<Geometry::general>(outcome.theta, dynamics.target));
    }
  }
  result.r_final = r;
  result.w_final = w;
  result.b_final = b;
  result.loss_final = losses;
  return result;
}

TileResult expected(const Map& map, const Tile& tile) {
  return with_precision(map.precision, [&]<class Real>() { return expected_as<Real>(map, tile); });
}

TileResult expected(const Map& map) {
  return expected(map, whole(map.window));
}

template <class Real>
void expect_same_numbers(const std::vector<Real>& a, const std::vector<Real>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_TRUE(same_bits(a[i], b[i])) << "pixel " << i;
}

void expect_same_numbers(const RealBuffer& a, const RealBuffer& b, const std::string& name) {
  SCOPED_TRACE(name);
  ASSERT_EQ(a.index(), b.index()) << "precisions differ";
  if (const auto* floats = std::get_if<std::vector<float>>(&a)) {
    expect_same_numbers(*floats, std::get<std::vector<float>>(b));
  } else {
    expect_same_numbers(std::get<std::vector<double>>(a), std::get<std::vector<double>>(b));
  }
}

void expect_same(const TileResult& a, const TileResult& b) {
  EXPECT_EQ(a.fate, b.fate);
  EXPECT_EQ(a.updates, b.updates);
  EXPECT_EQ(a.proof, b.proof);
  expect_same_numbers(a.r_final, b.r_final, "r_final");
  expect_same_numbers(a.w_final, b.w_final, "w_final");
  expect_same_numbers(a.b_final, b.b_final, "b_final");
  expect_same_numbers(a.loss_final, b.loss_final, "loss_final");
}

std::size_t length(const RealBuffer& buffer) {
  return std::visit([](const auto& values) { return values.size(); }, buffer);
}

std::int64_t sum(const std::vector<std::int32_t>& updates) {
  std::int64_t total = 0;
  for (const std::int32_t value : updates) total += value;
  return total;
}

// What holds for each backend and each map.

class MapperTest : public ::testing::TestWithParam<std::tuple<Backend, Task>> {
 protected:
  void SetUp() override {
    if (mapper_ == nullptr) GTEST_SKIP() << "this machine has no GPU";
  }
  TileResult computed(const Map& map, const Tile& tile, const Fields& fields = every_field) {
    Meter meter;
    TileResult result;
    mapper_->map(map, tile, fields, meter, result);
    return result;
  }

  const std::unique_ptr<Mapper> mapper_ = std::get<0>(GetParam()).make();
  const Map map_ = std::get<1>(GetParam()).map;
};

TEST_P(MapperTest, GivesTheBitsOfTheTrajectory) {
  expect_same(computed(map_, whole(map_.window)), expected(map_));
}

TEST_P(MapperTest, GivesTheSameBitsHoweverTheWindowIsCut) {
  for (const std::int64_t side : {5, 16, 100}) {
    const Tiling tiling(map_.window.grid(), side);
    for (std::int64_t i = 0; i < tiling.count(); ++i) {
      SCOPED_TRACE(::testing::Message() << "side " << side << ", tile " << i);
      expect_same(computed(map_, tiling[i]), expected(map_, tiling[i]));
    }
  }
}

TEST_P(MapperTest, GivesTheSameBitsWhenAskedAgainIntoTheSameResult) {
  // A larger tile and another precision before must leave nothing behind.
  Map other = map_;
  other.precision = map_.precision == Precision::float32 ? Precision::float64 : Precision::float32;
  const Tile tile = {3, 2, 4, 9};
  Meter meter;
  TileResult result;
  mapper_->map(other, whole(map_.window), every_field, meter, result);
  mapper_->map(map_, tile, every_field, meter, result);
  expect_same(result, expected(map_, tile));
}

TEST_P(MapperTest, FillsTheFieldsAskedForAlone) {
  const Tile tile = whole(map_.window);
  const TileResult all = expected(map_);
  const bool planar = map_.point.geometry() == Geometry::planar;
  for (const bool final : {false, true}) {
    for (const bool loss : {false, true}) {
      SCOPED_TRACE(::testing::Message() << "final " << final << ", loss " << loss);
      const TileResult result = computed(map_, tile, {true, final, loss});
      EXPECT_EQ(result.fate, all.fate);
      EXPECT_EQ(result.updates, all.updates);
      const std::size_t pixels = all.fate.size();
      EXPECT_EQ(length(result.r_final), final && !planar ? pixels : 0);
      EXPECT_EQ(length(result.w_final), final ? pixels : 0);
      EXPECT_EQ(length(result.b_final), final ? pixels : 0);
      EXPECT_EQ(length(result.loss_final), loss ? pixels : 0);
      if (loss) expect_same_numbers(result.loss_final, all.loss_final, "loss_final");
    }
  }
}

TEST_P(MapperTest, CountsFatesAndUpdatesEvenWhereUpdatesAreNotKept) {
  const TileResult all = expected(map_);
  for (const bool updates : {false, true}) {
    const TileResult result = computed(map_, whole(map_.window), {updates, false, false});
    EXPECT_EQ(result.fate, all.fate);
    EXPECT_EQ(result.updates, updates ? all.updates : std::vector<std::int32_t>());
    EXPECT_EQ(result.counts, std::vector{count_pixels(all.fate, all.updates)});
  }
}

TEST_P(MapperTest, FinishesTilesInTheOrderInWhichTheyWereBegun) {
  const Tiling tiling(map_.window.grid(), 5);
  Meter meter;
  TileResult result;
  std::int64_t finished = 0;
  const auto finish = [&] {
    mapper_->finish(result);
    expect_same(result, expected(map_, tiling[finished++]));
  };
  for (std::int64_t i = 0; i < tiling.count(); ++i) {
    if (i - finished == mapper_->tiles_in_flight()) finish();
    mapper_->begin(map_, tiling[i], every_field, {}, meter);
  }
  while (finished < tiling.count()) finish();
}

TEST_P(MapperTest, ComputesListedPixelsInTheOrderOfTheList) {
  const TileResult all = expected(map_);
  PixelList every(all.fate.size());
  std::iota(every.begin(), every.end(), 0);
  std::shuffle(every.begin(), every.end(), std::mt19937(1));
  for (const std::size_t length : {std::size_t{1}, std::size_t{2}, std::size_t{100}, every.size()}) {
    SCOPED_TRACE(length);
    const PixelList listed(every.begin(), every.begin() + static_cast<std::ptrdiff_t>(length));
    Meter meter;
    TileResult result;
    mapper_->begin(map_, whole(map_.window), Fields{}, listed, meter);
    mapper_->finish(result);
    ASSERT_EQ(result.fate.size(), length);
    ASSERT_EQ(result.updates.size(), length);
    ASSERT_EQ(result.proof.size(), map_.criteria.certify ? length : 0);
    for (std::size_t i = 0; i < length; ++i) {
      const auto pixel = static_cast<std::size_t>(listed[i]);
      EXPECT_EQ(result.fate[i], all.fate[pixel]);
      EXPECT_EQ(result.updates[i], all.updates[pixel]);
      if (map_.criteria.certify) {
        EXPECT_EQ(result.proof[i], all.proof[pixel]);
      }
    }
    EXPECT_EQ(result.counts, std::vector{count_pixels(result.fate, result.updates)});
  }
}

TEST_P(MapperTest, TakesWindowsOfOnePixelOneRowAndOneColumn) {
  for (const auto& [columns, rows] :
       {std::pair<std::int64_t, std::int64_t>{1, 1}, {70, 1}, {1, 70}, {32, 1}, {3, 11}}) {
    SCOPED_TRACE(::testing::Message() << columns << " x " << rows);
    Map map = map_;
    map.window.w.count = columns;
    map.window.b.count = rows;
    expect_same(computed(map, whole(map.window)), expected(map));
  }
}

TEST_P(MapperTest, MetersEveryPixelAndUpdate) {
  Meter meter;
  TileResult result;
  std::int64_t pixels = 0;
  std::int64_t updates = 0;
  const Tiling tiling(map_.window.grid(), 10);
  for (std::int64_t i = 0; i < tiling.count(); ++i) {
    mapper_->map(map_, tiling[i], Fields{}, meter, result);
    pixels += tiling[i].pixels();
    updates += sum(result.updates);
    EXPECT_EQ(meter.pixels, pixels);
    EXPECT_EQ(meter.updates, updates);
  }
  EXPECT_EQ(pixels, map_.window.pixels());
}

TEST_P(MapperTest, StopsWhenToldToBeforehandAndWorksAfterwards) {
  Meter stopped;
  stopped.stop = true;
  TileResult result;
  EXPECT_THROW(mapper_->map(map_, whole(map_.window), Fields{}, stopped, result), Interrupted);
  EXPECT_EQ(stopped.pixels, 0);
  EXPECT_EQ(stopped.updates, 0);
  expect_same(computed(map_, whole(map_.window)), expected(map_));
}

std::string name_of_case(const ::testing::TestParamInfo<MapperTest::ParamType>& info) {
  return std::get<0>(info.param).name + "_" + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(Backends, MapperTest,
                         ::testing::Combine(::testing::ValuesIn(backends()), ::testing::ValuesIn(tasks())),
                         name_of_case);

// What holds for each backend.

class BackendTest : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    if (mapper_ == nullptr) GTEST_SKIP() << "this machine has no GPU";
  }
  const std::unique_ptr<Mapper> mapper_ = GetParam().make();
};

TEST_P(BackendTest, SaysWhatItRunsOn) {
  const std::string description = mapper_->description();
  EXPECT_FALSE(description.empty());
  EXPECT_EQ(description.find('\n'), std::string::npos);
}

/// A model, a window and criteria of any kind, quick to run.
Map random_map(std::mt19937_64& random) {
  const auto between = [&](double lo, double hi) { return std::uniform_real_distribution<double>(lo, hi)(random); };
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  Map map;
  map.point.beta = one_in(5) ? 0.0 : 1.0 - std::pow(10.0, between(-2.0, 0.0));
  map.point.gamma = std::pow(10.0, between(-2.0, 1.0));
  map.point.eta = one_in(6) ? between(1.0, 100.0) : std::pow(10.0, between(-2.0, 0.0));
  map.point.delta = one_in(2) ? 0.0 : between(-2.0, 2.0);
  map.point.r = one_in(2) ? 0.0 : between(-2.0, 2.0);
  const double scale = std::pow(10.0, between(-1.0, 1.0));
  map.window.w = {-scale, scale * between(0.1, 2.0), static_cast<std::int64_t>(1 + random() % 15)};
  map.window.b = {-scale, scale * between(0.1, 2.0), static_cast<std::int64_t>(1 + random() % 15)};
  map.criteria.stop = one_in(2) ? StopRule::update : StopRule::stationary;
  map.criteria.tolerance = std::pow(10.0, between(-5.0, -2.0));
  map.criteria.max_updates = one_in(4) ? static_cast<std::int64_t>(1 + random() % 5) : 3000;
  map.precision = one_in(2) ? Precision::float64 : Precision::float32;
  return map;
}

TEST_P(BackendTest, GivesTheBitsOfTheTrajectoryForRandomMaps) {
  std::mt19937_64 random(20200519);
  Counts counts;
  for (int i = 0; i < 150; ++i) {
    SCOPED_TRACE(i);
    const Map map = random_map(random);
    Meter meter;
    TileResult result;
    mapper_->map(map, whole(map.window), every_field, meter, result);
    expect_same(result, expected(map));
    counts += result.counts.front();
  }
  for (std::size_t fate = 0; fate < rectifier_fate_count; ++fate)
    EXPECT_GT(counts.fates[fate], 0) << NameTable<Fate>::values[fate].name;
}

/// Some maps of the window, the criteria and the precision of one, at points of its geometry.
std::vector<Map> random_maps(std::mt19937_64& random, std::size_t count) {
  Map first = random_map(random);
  first.criteria.certify = first.criteria.stop == StopRule::stationary && random() % 2 == 0;
  first.criteria.max_updates = std::min<std::int64_t>(first.criteria.max_updates, 700);
  first.window.w.count = first.window.w.count % 6 + 1;
  std::vector<Map> maps;
  while (maps.size() < count) {
    Map map = first;
    map.point = random_map(random).point;
    if (map.point.geometry() == first.point.geometry()) maps.push_back(map);
  }
  return maps;
}

MapBatch batch_of(const std::vector<Map>& maps) {
  std::vector<Point> points;
  for (const Map& map : maps) points.push_back(map.point);
  return {maps.front(), points};
}

/// What a batch gives: the pixels of one map after those of another.
TileResult expected_of_all(const std::vector<Map>& maps, const Tile& tile) {
  TileResult all;
  const auto append = []<class T>(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (const Map& map : maps) {
    const TileResult one = expected(map, tile);
    all.counts.push_back(count_pixels(one.fate, one.updates));
    append(all.fate, one.fate);
    append(all.updates, one.updates);
    append(all.proof, one.proof);
    with_precision(map.precision, [&]<class Real>() {
      for (const auto field :
           {&TileResult::r_final, &TileResult::w_final, &TileResult::b_final, &TileResult::loss_final})
        append(vector_in<Real>(all.*field), std::get<std::vector<Real>>(one.*field));
    });
  }
  return all;
}

TEST_P(BackendTest, GivesTheBitsOfTheTrajectoryForManyMapsAtOnce) {
  std::mt19937_64 random(16);
  Counts counts;
  for (int i = 0; i < 24; ++i) {
    const std::vector<Map> maps = random_maps(random, 2 + random() % 12);
    const Window& window = maps.front().window;
    const Tile tile = i % 2 == 0 ? whole(window) : Tile{window.b.count / 2, 0, 1, window.w.count};
    SCOPED_TRACE(::testing::Message() << "batch " << i << " of " << maps.size() << " maps");
    Meter meter;
    TileResult result;
    mapper_->map(batch_of(maps), tile, every_field, meter, result);
    const TileResult all = expected_of_all(maps, tile);
    expect_same(result, all);
    EXPECT_EQ(result.counts, all.counts);
    EXPECT_EQ(meter.pixels, std::ssize(all.fate));
    EXPECT_EQ(meter.updates, sum(all.updates));
    counts += sum_of(result.counts);
  }
  for (std::size_t fate = 0; fate < rectifier_fate_count; ++fate)
    EXPECT_GT(counts.fates[fate], 0) << NameTable<Fate>::values[fate].name;
}

TEST_P(BackendTest, ComputesMapsOfAnyPlane) {
  for (const auto& [x, y] : {std::pair(Axis::beta, Axis::eta), {Axis::r, Axis::w}, {Axis::b, Axis::gamma}}) {
    for (const RefinementKind refinement : {RefinementKind::none, RefinementKind::borders}) {
      SCOPED_TRACE(::testing::Message() << name_of(x) << ", " << name_of(y) << ", " << name_of(refinement));
      Sweep sweep = test::plane_sweep(x, y, x == Axis::r ? Precision::float64 : Precision::float32);
      sweep.criteria.max_updates = 40;
      if (refinement != RefinementKind::none) sweep.fields = {};
      sweep.refinement = {refinement, 1.0};  // every pixel is in the sample, and so computed
      MemorySink sink(sweep);
      Meter meter;
      run_sweep(sweep, {}, *mapper_, sink, meter, {});
      test::expect_trajectories(sweep, sink.maps());
    }
  }
}

TEST_P(BackendTest, ComputesListedPixelsOfManyMaps) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 4; ++i) {
    SCOPED_TRACE(i);
    const std::vector<Map> maps = random_maps(random, 9);
    const Tile tile = whole(maps.front().window);
    const TileResult all = expected_of_all(maps, tile);
    PixelList listed(all.fate.size());
    std::iota(listed.begin(), listed.end(), 0);
    std::shuffle(listed.begin(), listed.end(), random);
    listed.resize(1 + random() % listed.size());
    Meter meter;
    TileResult result;
    mapper_->begin(batch_of(maps), tile, Fields{}, listed, meter);
    mapper_->finish(result);
    std::vector<Counts> counts(maps.size());
    ASSERT_EQ(result.fate.size(), listed.size());
    for (std::size_t k = 0; k < listed.size(); ++k) {
      const auto pixel = static_cast<std::size_t>(listed[k]);
      EXPECT_EQ(result.fate[k], all.fate[pixel]);
      EXPECT_EQ(result.updates[k], all.updates[pixel]);
      counts[pixel / static_cast<std::size_t>(tile.pixels())].add(all.fate[pixel], all.updates[pixel]);
    }
    EXPECT_EQ(result.counts, counts);
  }
}

TEST_P(BackendTest, HasBatchesOfAllKindsOnTheirWayAtOnce) {
  std::mt19937_64 random(61);
  std::vector<std::vector<Map>> batches;
  for (int i = 0; i < 30; ++i) batches.push_back(random_maps(random, 1 + random() % 4));
  // Neighbours that share a loop, too.
  for (std::size_t i = 1; i < batches.size(); i += 3) batches[i] = batches[i - 1];
  Meter meter;
  TileResult result;
  std::size_t finished = 0;
  const auto finish = [&] {
    SCOPED_TRACE(finished);
    mapper_->finish(result);
    const std::vector<Map>& maps = batches[finished++];
    expect_same(result, expected_of_all(maps, whole(maps.front().window)));
  };
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (i - finished == static_cast<std::size_t>(mapper_->tiles_in_flight())) finish();
    mapper_->begin(batch_of(batches[i]), whole(batches[i].front().window), every_field, {}, meter);
  }
  while (finished < batches.size()) finish();
}

TEST_P(BackendTest, CanBeUsedAfterItsTilesAreAbandoned) {
  Map endless;
  endless.criteria.tolerance = 1e-30;
  endless.criteria.max_updates = largest_max_updates;
  Map small;
  small.window = {{-2, 2, 5}, {-2, 2, 5}};
  Meter meter;
  TileResult result;
  if (mapper_->description().starts_with("cpu")) {  // a device ends what it has begun
    mapper_->begin(endless, whole(endless.window), Fields{}, {}, meter);
    mapper_->abandon();
  }
  mapper_->begin(small, whole(small.window), every_field, {}, meter);
  mapper_->abandon();
  mapper_->abandon();
  mapper_->map(small, whole(small.window), every_field, meter, result);
  expect_same(result, expected(small));
}

TEST(MapBatch, RefusesNoMapsAndTwoGeometries) {
  EXPECT_THROW(MapBatch(Map{}, {}), Error);
  EXPECT_THROW(MapBatch(Map{}, {Point{}, Point{.r = 1.0}}), Error);
}

TEST_P(BackendTest, StopsWhenToldToOnTheWay) {
  // Far more tiles than are done by the time that the other thread has seen the first of it.
  Map map;
  map.window = {{-2, 2, 10'000}, {-2, 2, 10'000}};
  Meter meter;
  std::thread other([&] {
    while (meter.pixels == 0 && !meter.stop) std::this_thread::yield();
    meter.stop = true;
  });
  const auto map_all = [&] {
    const Tiling tiling(map.window.grid());
    TileResult result;
    for (std::int64_t i = 0; i < tiling.count(); ++i) mapper_->map(map, tiling[i], Fields{}, meter, result);
  };
  EXPECT_THROW(map_all(), Interrupted);
  meter.stop = true;  // lets the other thread end where the mapper failed
  other.join();
  EXPECT_LT(meter.pixels, map.window.pixels());
}

TEST_P(BackendTest, StoresOneNotANumber) {
  // A learning rate near the largest float throws theta to infinity, where the loss is no number. Its sign depends on
  // the machine; the result must not.
  Map map;
  map.point = {.beta = 0.0, .gamma = 1.0, .eta = 3e38};
  map.window = {{-2, 2, 8}, {-2, 2, 8}};
  Meter meter;
  TileResult result;
  // Not by map(), which refuses such a rate: its tolerance divided by eta, squared, is no normal float.
  mapper_->begin(map, whole(map.window), {.updates = true, .final = true, .loss = true}, {}, meter);
  mapper_->finish(result);
  int not_numbers = 0;
  for (const RealBuffer* field : {&result.w_final, &result.b_final, &result.loss_final}) {
    for (const float value : std::get<std::vector<float>>(*field)) {
      if (!std::isnan(value)) continue;
      ++not_numbers;
      EXPECT_EQ(std::bit_cast<std::uint32_t>(value), 0x7fc00000U);
    }
  }
  EXPECT_GT(not_numbers, 0);
}

TEST_P(BackendTest, ComputesTheBoundsOfProofsOnceForAMap) {
  Map certified;
  certified.criteria.certify = true;
  certified.criteria.max_updates = 100;
  certified.window = {{-2, 2, 40}, {-2, 2, 30}};
  const Tiling tiling(certified.window.grid(), 16);
  ASSERT_EQ(tiling.count(), 6);
  const int before = test::proof_bounds_calls();
  const PreparedMap map(certified);
  EXPECT_TRUE(map.can_prove());
  Meter meter;
  for (std::int64_t i = 0; i < tiling.count(); ++i) {
    TileResult result;
    mapper_->begin(map, tiling[i], every_field, {}, meter);
    mapper_->finish(result);
  }
  EXPECT_EQ(test::proof_bounds_calls() - before, 1);
}

TEST_P(BackendTest, LooksForNoProofWhereThereCanBeNone) {
  Map map;
  map.criteria.certify = true;
  map.criteria.epsilon = 0.6;  // too large for every theorem
  map.window = {{-2, 2, 8}, {-2, 2, 8}};
  EXPECT_FALSE(PreparedMap(map).variant().certify);
  Meter meter;
  TileResult result;
  mapper_->map(map, whole(map.window), every_field, meter, result);
  expect_same(result, expected(map));
  EXPECT_EQ(result.proof, std::vector<Proof>(64, Proof::none));
}

INSTANTIATE_TEST_SUITE_P(Backends, BackendTest, ::testing::ValuesIn(backends()),
                         [](const auto& backend) { return backend.param.name; });

// The maps above are worth comparing.

TEST(MapperTasks, CoverEveryFate) {
  Counts counts;
  for (const Task& task : tasks()) {
    const TileResult result = expected(task.map);
    counts += count_pixels(result.fate, result.updates);
  }
  for (std::size_t i = 0; i < rectifier_fate_count; ++i)
    EXPECT_GT(counts.fates[i], 0) << NameTable<Fate>::values[i].name;
}

TEST(MapperTasks, CoverEveryProof) {
  std::array<std::int64_t, proof_count> proofs = {};
  for (const Task& task : tasks()) {
    for (const Proof proof : expected(task.map).proof) ++proofs.at(static_cast<std::uint8_t>(proof));
  }
  for (std::size_t i = 0; i <= theorem_count; ++i) EXPECT_GT(proofs[i], 0) << NameTable<Proof>::values[i].name;
}

TEST(MapperTasks, EndInNumbers) {
  // The bits of a not-a-number depend on the machine: none may be compared.
  for (const Task& task : tasks()) {
    SCOPED_TRACE(task.name);
    const TileResult result = expected(task.map);
    for (const RealBuffer* field : {&result.r_final, &result.w_final, &result.b_final, &result.loss_final}) {
      const auto are_finite = [](const auto& values) {
        return std::all_of(values.begin(), values.end(), [](auto value) { return std::isfinite(value); });
      };
      EXPECT_TRUE(std::visit(are_finite, *field));
    }
  }
}

TEST(MakeMapper, TakesTheDeviceAskedFor) {
  EXPECT_NE(make_mapper({Device::cpu, 3})->description().find("3 threads"), std::string::npos);
  EXPECT_NE(make_mapper({Device::automatic, 1}), nullptr);
}

// Tiles.

/// How often each pixel of the window lies in a tile.
std::vector<int> coverage(const Window& window, const Tiling& tiling) {
  std::vector<int> times(static_cast<std::size_t>(window.pixels()));
  for (std::int64_t i = 0; i < tiling.count(); ++i) {
    const Tile tile = tiling[i];
    for (std::int64_t b = tile.first_row; b < tile.first_row + tile.rows; ++b) {
      for (std::int64_t w = tile.first_column; w < tile.first_column + tile.columns; ++w) {
        ++times.at(static_cast<std::size_t>(b * window.w.count + w));
      }
    }
  }
  return times;
}

TEST(Tiling, CoversEachPixelOnce) {
  for (const std::int64_t columns : {1, 7, 16, 33}) {
    for (const std::int64_t rows : {1, 5, 16, 31}) {
      const Window window = {{-1, 1, columns}, {-1, 1, rows}};
      for (const std::int64_t side : {1, 3, 8, 16, 64}) {
        const Tiling tiling(window.grid(), side);
        EXPECT_EQ(coverage(window, tiling), std::vector<int>(static_cast<std::size_t>(window.pixels()), 1))
            << columns << " x " << rows << " in tiles of " << side;
      }
    }
  }
}

TEST(Tiling, HasNoTileLargerThanItsSideAndNoneEmpty) {
  const Window window = {{-1, 1, 1100}, {-1, 1, 513}};
  const Tiling tiling(window.grid());
  EXPECT_EQ(tiling.count(), 6);
  for (std::int64_t i = 0; i < tiling.count(); ++i) {
    EXPECT_LE(std::max(tiling[i].columns, tiling[i].rows), tile_side);
    EXPECT_GE(std::min(tiling[i].columns, tiling[i].rows), 1);
  }
}

TEST(Tiling, GoesRowByRow) {
  const Window window = {{-1, 1, 25}, {-1, 1, 15}};
  const Tiling tiling(window.grid(), 10);
  ASSERT_EQ(tiling.count(), 6);
  EXPECT_EQ(tiling[1].first_column, 10);
  EXPECT_EQ(tiling[1].first_row, 0);
  EXPECT_EQ(tiling[3].first_column, 0);
  EXPECT_EQ(tiling[3].first_row, 10);
  EXPECT_EQ(tiling[5].pixels(), 5 * 5);
}

TEST(Scatter, PutsThePixelsOfEveryTileInTheirPlaces) {
  const Window window = {{-1, 1, 25}, {-1, 1, 15}};
  std::vector<std::int32_t> expected(static_cast<std::size_t>(window.pixels()));
  std::iota(expected.begin(), expected.end(), 0);
  const Tiling tiling(window.grid(), 10);
  std::vector<std::int32_t> map;
  for (std::int64_t i = 0; i < tiling.count(); ++i) {
    const Tile tile = tiling[i];
    std::vector<std::int32_t> pixels;
    for (std::int64_t b = tile.first_row; b < tile.first_row + tile.rows; ++b) {
      for (std::int64_t w = tile.first_column; w < tile.first_column + tile.columns; ++w)
        pixels.push_back(static_cast<std::int32_t>(b * window.w.count + w));
    }
    scatter(pixels, tile, window.grid(), map);
  }
  EXPECT_EQ(map, expected);
}

TEST(Scatter, LeavesAFieldThatWasNotAskedForEmpty) {
  std::vector<double> map;
  scatter({}, {0, 0, 10, 10}, {10, 10}, map);
  EXPECT_TRUE(map.empty());
}

// Counts.

TEST(Counts, CountEachFateAndSumTheUpdates) {
  const Counts counts = count_pixels(
      {Fate::converged, Fate::dead, Fate::dead, Fate::diverged, Fate::unfinished, Fate::stalled, Fate::dead},
      {10, 20, 30, 1, 100, 7, 2'000'000'000});
  EXPECT_EQ(counts.fates, (std::array<std::int64_t, fate_count>{1, 3, 1, 1, 1}));
  EXPECT_EQ(counts.pixels(), 7);
  EXPECT_EQ(counts.updates, 2'000'000'168);
  EXPECT_EQ(counts.most_updates, 2'000'000'000);
}

TEST(Counts, SumBeyondThirtyTwoBits) {
  const Counts counts = count_pixels({Fate::unfinished, Fate::unfinished, Fate::unfinished},
                                     {2'000'000'000, 2'000'000'000, 2'000'000'000});
  EXPECT_EQ(counts.updates, 6'000'000'000);
}

TEST(Counts, AddUp) {
  const std::vector<Fate> fate = {Fate::converged, Fate::dead,      Fate::stalled, Fate::unfinished,
                                  Fate::diverged,  Fate::converged, Fate::dead};
  const std::vector<std::int32_t> updates = {5, 4, 3, 9, 1, 1, 1};
  for (std::ptrdiff_t cut = 0; cut <= 7; ++cut) {
    Counts parts = count_pixels({fate.begin(), fate.begin() + cut}, {updates.begin(), updates.begin() + cut});
    parts += count_pixels({fate.begin() + cut, fate.end()}, {updates.begin() + cut, updates.end()});
    EXPECT_EQ(parts, count_pixels(fate, updates)) << "cut at " << cut;
  }
}

TEST(Counts, OfNothingAreZero) {
  EXPECT_EQ(count_pixels({}, {}), Counts{});
  EXPECT_EQ(Counts{}.pixels(), 0);
}

}  // namespace
}  // namespace deadcone
