// Trajectories of any unit under any optimiser: the same bits in every loop of the CPU, against programs of their own, and
// against the rectifier's loop.

#include "deadcone/trajectory/general.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/trajectory/general_dynamics.hpp"
#include "support/same_bits.hpp"
#include "support/unit_map.hpp"

namespace deadcone {
namespace {

using test::expect_same;

constexpr Fields all_fields = {.updates = true, .final = true, .loss = true};

/// Whether some trajectory ended by a proof.
bool proves_some(const TileResult& result) {
  return std::ranges::any_of(result.proof, [](Proof proof) { return proof != Proof::none; });
}

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

Map map_of(const std::string& text, Precision precision) {
  Map map = test::unit_map(text, precision);
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
    for (std::size_t number = 0; number < optimizers.size(); ++number) {
      const Optimizer& optimizer = optimizers[number];
      Map map = map_of(GetParam(), precision);
      map.optimizer = optimizer;
      if (number % 3 != 1) map.criteria.longest_cycle = 5;
      if (number % 3 != 0 && map.unit != UnitKind::prelu) map.criteria.lyapunov_updates = 6;
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
      const MapBatch planar(map, {points[0], points[1]});  // vectors have a loop for those
      const TileResult expected_in_plane = computed(InstructionSet::scalar, 1, planar);
      for (const InstructionSet set : instruction_sets()) {
        SCOPED_TRACE(std::string(name_of(set)) + ", " + name_of(optimizer.kind) + ", " + name_of(precision));
        expect_same(computed(set, 2, maps), expected);
        expect_same(computed(set, 2, planar), expected_in_plane);
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

TEST_P(General, HasTheSameBitsInEveryLoopWhereFatesAreProved) {
  const UnitKind kind = parse_unit(GetParam()).kind;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    for (const Optimizer& optimizer :
         {Optimizer{.has_decay = kind != UnitKind::prelu}, Optimizer{.kind = OptimizerKind::heavy_ball},
          Optimizer{.kind = OptimizerKind::adam}}) {
      Map map = map_of(GetParam(), precision);
      map.optimizer = optimizer;
      map.criteria.certify = true;
      map.criteria.max_updates = 301;  // which lanes reach between two looks for proofs
      map.well_evaluations = 1000;
      map.point.eta = kind == UnitKind::sigmoid ? 0.5 : optimizer.kind == OptimizerKind::heavy_ball ? 0.02 : 0.1;
      if (!map.is_general()) continue;
      std::vector<Point> points(5, map.point);
      points[1].beta = 0.0;
      points[2].gamma = 0.1;
      points[3].delta = 0.3;
      points[3].eta = 50.0;  // no proofs
      const MapBatch planar(map, points);
      points[4].r = 0.5;
      const MapBatch mixed(map, points);
      const TileResult expected = computed(InstructionSet::scalar, 1, planar);
      const TileResult expected_of_mixed = computed(InstructionSet::scalar, 1, mixed);
      EXPECT_EQ(proves_some(expected), may_have_wells(kind, optimizer, map.criteria));
      for (const InstructionSet set : instruction_sets()) {
        SCOPED_TRACE(std::string(name_of(set)) + ", " + name_of(optimizer.kind) + ", " + name_of(precision));
        expect_same(computed(set, 2, planar), expected);
        expect_same(computed(set, 2, mixed), expected_of_mixed);
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

/// The rates of Adam with a warm-up and a cosine, in the words of its documentation, for the unit of a map.
TEST(GeneralTrajectory, IsThatOfAPlainProgram) {
  for (const std::string& text : every_unit) {
    if (text.find("prelu") != std::string::npos) continue;  // which learns a fourth number
    SCOPED_TRACE(text);
    Map map = map_of(text, Precision::float64);
    map.optimizer = {.kind = OptimizerKind::adam,
                     .clip = ClipKind::norm,
                     .schedule = {ScheduleKind::cosine, 60, 0.1},
                     .has_decay = true,
                     .has_warmup = true};
    map.point.warmup = 20.0;
    map.point.clip = 0.4;
    map.point.decay = 0.02;
    map.point.r = 0.3;
    map.criteria.max_updates = 100;
    map.criteria.tolerance = 1e-30;  // none comes to rest
    const TileResult result = computed(best_instruction_set(), 1, map);
    const auto& w_final = std::get<std::vector<double>>(result.w_final);
    const auto& b_final = std::get<std::vector<double>>(result.b_final);
    const auto& r_final = std::get<std::vector<double>>(result.r_final);
    for (std::int64_t row = 0; row < map.window.b.count; ++row) {
      for (std::int64_t column = 0; column < map.window.w.count; ++column) {
        double theta[3] = {map.point.r, map.window.w.centre(column), map.window.b.centre(row)};
        double m[3] = {};
        double v[3] = {};
        for (int t = 1; t <= 100; ++t) {
          const auto gradient =
              unit::with_activation<double>({map.unit, map.point.unit_constants()}, [&](const auto& activation) {
                return unit::loss_gradient<Geometry::general>(activation,
                                                              Parameters<double>{theta[0], theta[1], theta[2]},
                                                              Target<double>{map.point.gamma, map.point.delta});
              });
          double g[3] = {gradient.r, gradient.w, gradient.b};
          const double norm = std::sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
          const double k = t - 1;
          const double share = std::fmin((k - 20.0) / 60.0, 1.0);
          const double factor = k < 20.0 ? (k + 1.0) / 20.0 : 0.1 + 0.9 * 0.5 * (1.0 + std::cos(M_PI * share));
          for (int i = 0; i < 3; ++i) {
            g[i] = g[i] * std::fmin(1.0, map.point.clip / (norm + 1e-6)) + map.point.decay * theta[i];
            m[i] = map.point.beta * m[i] + (1.0 - map.point.beta) * g[i];
            v[i] = map.point.beta2 * v[i] + (1.0 - map.point.beta2) * g[i] * g[i];
          }
          for (int i = 0; i < 3; ++i) {
            const double m_hat = m[i] / (1.0 - std::pow(map.point.beta, t));
            const double v_hat = v[i] / (1.0 - std::pow(map.point.beta2, t));
            theta[i] -= map.point.eta * factor * m_hat / (std::sqrt(v_hat) + map.point.optimizer_epsilon);
          }
        }
        const auto pixel = static_cast<std::size_t>(row * map.window.w.count + column);
        EXPECT_NEAR(r_final[pixel], theta[0], 1e-8);
        EXPECT_NEAR(w_final[pixel], theta[1], 1e-8);
        EXPECT_NEAR(b_final[pixel], theta[2], 1e-8);
      }
    }
  }
}

TEST(GeneralTrajectory, OfALeakOfZeroIsThatOfTheRectifier) {
  Map map;
  map.precision = Precision::float64;
  map.window = {{-2.0, 2.0, 24}, {-2.0, 2.0, 24}};
  Map leaky = map;
  leaky.unit = UnitKind::leaky;
  const TileResult expected = computed(best_instruction_set(), 2, map);
  const TileResult found = computed(best_instruction_set(), 2, leaky);
  EXPECT_EQ(found.fate, expected.fate);
  for (std::size_t i = 0; i < found.updates.size(); ++i)
    EXPECT_NEAR(found.updates[i], expected.updates[i], 1 + 1e-4 * expected.updates[i]) << i;
}

TEST(GeneralTrajectory, ComesToTheMinimaThatThereAre) {
  // GELU has two, and SiLU: a start on the falling flank goes to the other one.
  for (const std::string text : {"gelu", "silu"}) {
    for (const Precision precision : {Precision::float32, Precision::float64}) {
      Map map = map_of(text, precision);
      map.criteria = {};
      map.window = {{-3.0, 3.0, 12}, {-6.0, 3.0, 12}};
      const TileResult result = computed(best_instruction_set(), 2, map);
      const std::vector<Minimum> minima = find_minima({map.unit, {}}, {map.point.gamma, map.point.delta});
      ASSERT_EQ(minima.size(), 2U);
      int at[2] = {};
      for (std::size_t i = 0; i < result.fate.size(); ++i) {
        if (result.fate[i] != Fate::converged && result.fate[i] != Fate::other_minimum) continue;
        const int which = result.fate[i] == Fate::converged ? 0 : 1;
        ++at[which];
        const auto final_at = [i](const RealBuffer& buffer) {
          return std::visit([i](const auto& values) { return static_cast<double>(values[i]); }, buffer);
        };
        const Parameters<double>& place = minima[static_cast<std::size_t>(which)].theta;
        EXPECT_LE(std::hypot(final_at(result.w_final) - place.w, final_at(result.b_final) - place.b),
                  0.0101 * std::hypot(place.w, place.b));
      }
      EXPECT_GT(at[0], 20) << text;
      EXPECT_GT(at[1], 20) << text;
    }
  }
}

TEST(GeneralTrajectory, LearnsTheLeakWithWhichItsLossIsZero) {
  Map map = map_of("prelu:0.2", Precision::float64);
  map.criteria = {};
  map.window = {{0.5, 1.5, 4}, {-0.5, 0.5, 4}};
  const TileResult result = computed(best_instruction_set(), 1, map);
  for (const Fate fate : result.fate) EXPECT_EQ(fate, Fate::converged);
  for (const double loss : std::get<std::vector<double>>(result.loss_final)) EXPECT_LT(loss, 1e-9);
}

TEST(GeneralTrajectory, RestsWhereItsRateHasFallenToZero) {
  Map map = map_of("tanh", Precision::float64);
  map.optimizer.schedule = {ScheduleKind::linear, 25, 1.0};
  map.criteria.max_updates = 1000;
  map.criteria.tolerance = 1e-12;
  const TileResult result = computed(best_instruction_set(), 1, map);
  for (const std::int32_t updates : result.updates) EXPECT_EQ(updates, 27);  // two at the rate 0 in a row
}

}  // namespace
}  // namespace deadcone
