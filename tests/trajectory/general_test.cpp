// Trajectories of any unit under any optimiser: the same bits in every loop of the CPU, against programs of their own, and
// against the rectifier's loop.

#include "deadcone/trajectory/general.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "config/unit_text.hpp"
#include "cpu/cpu_mapper.hpp"
#include "deadcone/trajectory/general_dynamics.hpp"
#include "support/same_bits.hpp"

namespace deadcone {
namespace {

using test::same_bits;

constexpr Fields all_fields = {.updates = true, .final = true, .loss = true};

const std::vector<std::string> every_unit = {"relu",     "leaky:0.1", "leaky:-0.3", "prelu:0.25", "elu:1",
                                             "selu",     "gelu",      "silu",       "sigmoid",    "tanh",
                                             "softplus", "relu6",     "hardtanh",   "clip:-0.5:2"};

TileResult computed(InstructionSet set, int threads, const MapBatch& maps) {
  TileResult result;
  Meter meter;
  const Window& window = maps->window;
  make_cpu_mapper(threads, set)->map(maps, {0, 0, window.b.count, window.w.count}, all_fields, meter, result);
  EXPECT_EQ(meter.pixels, maps.count() * window.pixels());
  return result;
}

void expect_same(const TileResult& a, const TileResult& b) {
  EXPECT_EQ(a.fate, b.fate);
  EXPECT_EQ(a.updates, b.updates);
  EXPECT_TRUE(same_bits(a.r_final, b.r_final));
  EXPECT_TRUE(same_bits(a.w_final, b.w_final));
  EXPECT_TRUE(same_bits(a.b_final, b.b_final));
  EXPECT_TRUE(same_bits(a.loss_final, b.loss_final));
}

Map map_of(const std::string& text, Precision precision) {
  const Unit unit = parse_unit(text);
  Map map;
  map.unit = unit.kind;
  map.point.unit = unit.constants;
  map.precision = precision;
  map.criteria.max_updates = 300;
  map.criteria.tolerance = 1e-3;
  map.window = {{-2.0, 2.5, 9}, {-2.25, 2.0, 5}};
  return map;
}

class General : public testing::TestWithParam<std::string> {};

TEST_P(General, HasTheSameBitsInEveryLoop) {
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    std::vector<Optimizer> optimizers;
    for (const auto& [kind, name, meaning] : NameTable<OptimizerKind>::values) optimizers.push_back({.kind = kind});
    optimizers.push_back(
        {.kind = OptimizerKind::adam, .clip = ClipKind::norm, .schedule = {ScheduleKind::cosine, 200, 0.1}});
    optimizers.push_back({.clip = ClipKind::value, .schedule = {ScheduleKind::step, 50, 0.5}, .has_warmup = true});
    if (GetParam().find("prelu") == std::string::npos) optimizers.push_back({.has_decay = true});
    for (const Optimizer& optimizer : optimizers) {
      Map map = map_of(GetParam(), precision);
      map.optimizer = optimizer;
      if (!map.is_general()) continue;
      std::vector<Point> points;
      for (const double r : {0.0, 0.5}) {
        for (const double beta : {0.0, 0.9}) {
          points.push_back(map.point);
          points.back().beta = beta;
          points.back().r = r;
          points.back().gamma = 0.5 + r;
          points.back().warmup = 10.0 + 20.0 * r;
          points.back().decay = 0.01;
          points.back().clip = 0.3;
        }
      }
      const MapBatch maps(map, points);
      const TileResult expected = computed(InstructionSet::scalar, 1, maps);
      for (const InstructionSet set : instruction_sets()) {
        SCOPED_TRACE(std::string(name_of(set)) + ", " + name_of(optimizer.kind) + ", " + name_of(precision));
        expect_same(computed(set, 2, maps), expected);
      }
      // A map has the same bits in a batch and by itself.
      const TileResult alone = computed(best_instruction_set(), 1, maps.map(2));
      const std::size_t pixels = alone.fate.size();
      for (std::size_t i = 0; i < pixels; ++i) {
        EXPECT_EQ(alone.fate[i], expected.fate[2 * pixels + i]);
        EXPECT_EQ(alone.updates[i], expected.updates[2 * pixels + i]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, General, testing::ValuesIn(every_unit), [](const auto& each) {
  std::string name = each.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
});

}  // namespace
}  // namespace deadcone
