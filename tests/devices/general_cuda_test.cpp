// The CUDA mapper computes maps of any unit under any optimiser with the bits of the scalar loop: whole maps, batches, lists of
// pixels, and trajectories that several launches share.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "config/unit_text.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/detail/cuda_mapper.hpp"
#include "support/same_bits.hpp"

namespace deadcone {
namespace {

using test::expect_same;

constexpr Fields every_field = {true, true, true};

TileResult computed(Mapper& mapper, const MapBatch& maps, const PixelList& listed) {
  Meter meter;
  TileResult result;
  mapper.begin(maps, {0, 0, maps->window.b.count, maps->window.w.count}, every_field, listed, meter);
  mapper.finish(result);
  return result;
}

class GeneralCuda : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!cuda_device_is_present()) GTEST_SKIP() << "this machine has no GPU";
  }

  /// Asks both mappers for the same.
  static void expect_scalar_bits(const MapBatch& maps, const PixelList& listed = {}) {
    CudaLimits limits;
    const TileResult expected = computed(*make_cpu_mapper(1, InstructionSet::scalar), maps, listed);
    for (const double seconds : {0.5, 1e-9}) {  // in one launch, and in as many as there can be
      limits.launch_seconds = seconds;
      const TileResult found = computed(*make_cuda_mapper({}, {}, limits), maps, listed);
      expect_same(found, expected);
      EXPECT_EQ(found.counts, expected.counts);
    }
  }
};

TEST_P(GeneralCuda, HasTheScalarBits) {
  const Unit unit = parse_unit(GetParam());
  int number = 0;
  for (const auto& [kind, name, meaning] : NameTable<OptimizerKind>::values) {
    for (const Precision precision : {Precision::float32, Precision::float64}) {
      SCOPED_TRACE(std::string(name) + ", " + name_of(precision));
      Map map;
      map.unit = unit.kind;
      map.point.constant = unit.constants[0];
      map.point.second_constant = unit.constants[1];
      map.precision = precision;
      map.optimizer.kind = kind;
      if (number % 2 == 1) map.optimizer.schedule = {ScheduleKind::cosine, 40, 0.1};
      if (number % 3 == 1) map.optimizer.clip = number % 2 == 0 ? ClipKind::norm : ClipKind::value;
      map.optimizer.has_warmup = number % 4 == 1;
      map.point.warmup = 10.0;
      map.point.clip = 0.3;
      map.window = {{-2.0, 2.5, 5}, {-2.25, 2.0, 3}};
      map.criteria.tolerance = 1e-3;
      map.criteria.max_updates = 60;
      if (number % 5 == 2) map.criteria.longest_cycle = 6;
      if (number % 5 > 2 && unit.kind != UnitKind::prelu) map.criteria.lyapunov_updates = 7;
      if (!map.is_general()) map.optimizer.schedule = {ScheduleKind::step, 20, 0.5};
      ++number;
      expect_scalar_bits(map);
      std::vector<Point> points(3, map.point);
      points[1].r = 0.4;
      points[2].eta = 0.5;
      expect_scalar_bits(MapBatch(map, points));
      expect_scalar_bits(MapBatch(map, points), {0, 7, 14, 15, 22, 44});
    }
  }
}

TEST_P(GeneralCuda, HasTheScalarBitsWhereFatesAreProved) {
  const Unit unit = parse_unit(GetParam());
  Map map;
  map.unit = unit.kind;
  map.point.constant = unit.constants[0];
  map.point.second_constant = unit.constants[1];
  map.optimizer.kind = OptimizerKind::heavy_ball;
  map.point.eta = 0.02;
  map.window = {{-2.0, 2.5, 5}, {-2.25, 2.0, 3}};
  map.criteria.max_updates = 200;
  map.criteria.certify = true;
  map.well_evaluations = 1000;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    SCOPED_TRACE(name_of(precision));
    map.precision = precision;
    expect_scalar_bits(map);
    std::vector<Point> points(3, map.point);
    points[1].r = 0.4;
    points[2].gamma = 0.2;
    expect_scalar_bits(MapBatch(map, points));
  }
}

INSTANTIATE_TEST_SUITE_P(All, GeneralCuda,
                         testing::Values("relu", "leaky:0.1", "prelu:0.25", "elu:1", "selu", "gelu", "silu", "sigmoid",
                                         "tanh", "softplus", "relu6", "clip:-0.5:2"),
                         [](const auto& each) { return "Unit" + std::to_string(each.index); });

}  // namespace
}  // namespace deadcone
