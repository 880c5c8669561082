// Wells: the bounds that they are found with, what must hold in them, and the labels that they prove against exhaustive runs.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "config/unit_text.hpp"
#include "deadcone/map.hpp"
#include "deadcone/proof/rounding.hpp"
#include "deadcone/proof/well_bounds.hpp"
#include "deadcone/run_trajectory.hpp"
#include "deadcone/unit/families.hpp"
#include "proof/smoothness.hpp"
#include "support/support.hpp"
#include "support/unit_map.hpp"

namespace deadcone {
namespace {

using test::Dice;

constexpr UnitKind smooth_units[] = {UnitKind::gelu, UnitKind::silu, UnitKind::sigmoid, UnitKind::tanh,
                                     UnitKind::softplus};
const char* const units[] = {"gelu",       "silu",       "sigmoid", "tanh",    "softplus", "relu",     "leaky:0.1",
                             "leaky:-0.3", "leaky:0.01", "elu:1",   "elu:0.5", "selu",     "hardtanh", "clip:-0.5:2"};

/// sigma and three derivatives at z, from library functions.
std::array<double, 4> derivatives(UnitKind unit, double z) {
  const auto logistic = [](double x) -> std::array<double, 4> {
    const double s = 1.0 / (1.0 + std::exp(-x));
    const double slope = s * (1.0 - s);
    return {s, slope, slope * (1.0 - 2.0 * s), slope * (1.0 - 6.0 * slope)};
  };
  const auto [s, s1, s2, s3] = logistic(z);
  switch (unit) {
    case UnitKind::gelu: {
      const double phi = std::exp(-0.5 * z * z) * 0.3989422804014327;
      const double Phi = 0.5 * std::erfc(-z * 0.7071067811865476);
      return {z * Phi, Phi + z * phi, (2.0 - z * z) * phi, (z * z - 4.0) * z * phi};
    }
    case UnitKind::silu:
      return {z * s, s + z * s1, 2.0 * s1 + z * s2, 3.0 * s2 + z * s3};
    case UnitKind::tanh: {
      const auto of = logistic(2.0 * z);
      return {2.0 * of[0] - 1.0, 4.0 * of[1], 8.0 * of[2], 16.0 * of[3]};
    }
    case UnitKind::softplus:
      return {std::log1p(std::exp(-std::fabs(z))) + std::max(z, 0.0), s, s1, s2};
    default:
      return {s, s1, s2, s3};
  }
}

TEST(SlopeBounds, AreALittleAboveWhatActivationsReach) {
  for (const UnitKind unit : smooth_units) {
    SCOPED_TRACE(name_of(unit));
    const SlopeBounds bounds = *slope_bounds_of({unit, {}});
    SlopeBounds reached = {};
    for (int i = -400'000; i <= 400'000; ++i) {
      const auto [sigma, first, second, third] = derivatives(unit, 1e-4 * i);
      reached.greatest = std::max(reached.greatest, std::fabs(first));
      reached.second = std::max(reached.second, std::fabs(second));
      reached.third = std::max(reached.third, std::fabs(third));
      reached.curvature = std::max(reached.curvature, std::fabs(first * first + sigma * second));
      reached.change = std::max(reached.change, std::fabs(3.0 * first * second + sigma * third));
    }
    const auto is_bound = [](double bound, double supremum) {
      // A step of 1e-4 misses a maximum by 1e-8 or so.
      EXPECT_GE(bound, supremum);
      EXPECT_LE(bound, supremum * (1.0 + 1e-4));
    };
    is_bound(bounds.greatest, reached.greatest);
    is_bound(bounds.second, reached.second);
    is_bound(bounds.third, reached.third);
    is_bound(bounds.curvature, reached.curvature);
    is_bound(bounds.change, reached.change);
  }
  EXPECT_FALSE(slope_bounds_of({UnitKind::prelu, {0.25, 0.0}}));
}

TEST(SlopeBounds, KnowWhatJumpsAtAKink) {
  // By differences of sigma on both sides.
  const auto value = [](const Unit& unit, double z) {
    return unit::with_activation<double>(
        unit, [&](const auto& activation) { return unit::averages(activation, 0.0, z).mean; });
  };
  const auto slope = [&](const Unit& unit, double z) { return (value(unit, z + 1e-4) - value(unit, z - 1e-4)) / 2e-4; };
  for (const char* text : units) {
    SCOPED_TRACE(text);
    const Unit unit = parse_unit(text);
    const SlopeBounds bounds = *slope_bounds_of(unit);
    const bool is_clip = unit.kind == UnitKind::hardtanh || unit.kind == UnitKind::clip;
    for (std::size_t i = 0; i < bounds.kink_count; ++i) {
      const Kink& kink = bounds.kinks[i];
      const double at = is_clip ? kink.value : 0.0;
      EXPECT_NEAR(value(unit, at), kink.value, 1e-12);
      const double before = slope(unit, at - 2e-4);
      const double after = slope(unit, at + 2e-4);
      EXPECT_NEAR(std::fabs(after - before), std::fabs(kink.slope), 2e-3);
      EXPECT_NEAR(std::fabs(after * after - before * before), std::fabs(kink.squared_slope), 4e-3);
      const double bend_before = (slope(unit, at - 3e-4) - slope(unit, at - 4e-4)) / 1e-4;
      EXPECT_NEAR(std::fabs(bend_before), std::fabs(kink.bend), 1e-2);
    }
    for (int i = -3000; i <= 3000; ++i) EXPECT_LE(std::fabs(slope(unit, 1e-3 * i + 5e-4)), bounds.greatest + 1e-9);
  }
}

/// Hessian in the plane, as ww, wb, bb, and E[sigma'(z)].
struct Curvature {
  double ww, wb, bb;
  double slope;

  double along(double cosine, double sine) const {
    return ww * cosine * cosine + 2.0 * wb * cosine * sine + bb * sine * sine;
  }
};

Curvature curvature_at(const Unit& unit, const Target<double>& target, double w, double b) {
  Curvature found = {};
  unit::with_family(unit.kind, [&]<class Family>() {
    if constexpr (Family::coordinates == 3) {
      const auto activation =
          Family::activation(unit::family_constants(unit), unit::Coordinates<double, 3>{{0.0, w, b}});
      const auto along = unit::direction<Geometry::planar>(Parameters<double>{0.0, w, b});
      const auto m = unit::moments<2>(activation, along.s, b);
      const auto h = unit::hessian(m, along, target);
      found = {h.ww, h.wb, h.bb, m.b[0]};
    }
  });
  return found;
}

double loss_at(const Unit& unit, const Target<double>& target, double w, double b) {
  return unit::with_activation<double>(unit, [&](const auto& activation) {
    return unit::loss(unit::averages(activation, std::fabs(w), b), Parameters<double>{0.0, w, b}, target);
  });
}

TEST(LossBounds, HoldOverThePlane) {
  Dice dice(41);
  for (const char* text : units) {
    SCOPED_TRACE(text);
    const Unit unit = parse_unit(text);
    const SlopeBounds slopes = *slope_bounds_of(unit);
    double nearest_curvature = 0.0;
    double nearest_change = 0.0;
    double nearest_slope = 0.0;
    for (int i = 0; i < 20'000; ++i) {
      const Target<double> target = {std::exp(dice.uniform(-4.0, 2.0)), dice.uniform(-3.0, 3.0)};
      const double scale = std::exp(dice.uniform(-5.0, 2.0));
      const double w = dice.uniform(-scale, scale);
      const double b = dice.uniform(-scale, scale);
      const double angle = dice.uniform(0.0, 6.283185);
      const double cosine = std::cos(angle);
      const double sine = std::sin(angle);
      const double way =
          slopes.kink_count > 0 ? std::fabs(w) * dice.uniform(0.001, 0.5) : std::exp(dice.uniform(-6.0, 0.0));
      const double way_angle = dice.uniform(0.0, 6.283185);
      const LossBounds bounds = loss_bounds(slopes, target, std::max(std::fabs(w) - way, 0.0));
      const Curvature here = curvature_at(unit, target, w, b);
      const Curvature there = curvature_at(unit, target, w + way * std::cos(way_angle), b + way * std::sin(way_angle));
      const double curvature = here.along(cosine, sine);
      // The Hessian near w = 0 is good to some ulp of its size there.
      const double noise = 1e-9 * (1.0 + std::fabs(b) / std::fabs(w));
      ASSERT_LE(curvature, bounds.curvature * (1.0 + noise));
      const double change = std::fabs(there.along(cosine, sine) - curvature) / way;
      ASSERT_LE(change, bounds.change * (1.0 + noise) + noise);
      const double slope_change = std::fabs(there.slope - here.slope) / way;
      ASSERT_LE(slope_change, bounds.slope_change * (1.0 + noise));
      nearest_curvature = std::max(nearest_curvature, curvature / bounds.curvature);
      nearest_change = std::max(nearest_change, change / bounds.change);
      nearest_slope = std::max(nearest_slope, slope_change / bounds.slope_change);
    }
    // They would be of no use if they were far away.
    EXPECT_GT(nearest_curvature, 0.3);
    EXPECT_GT(nearest_change, 0.02);
    EXPECT_GT(nearest_slope, 0.3);
  }
}

/// A point with wells, and what they are of.
struct Case {
  Map map;
  std::vector<Minimum> minima;
  std::vector<Well<double>> wells;
};

Unit unit_of(const Map& map) {
  return {map.unit, map.point.unit_constants()};
}

/// One of random points of all units.
Case random_case(Dice& dice, Precision precision) {
  Case one;
  Map& map = one.map;
  map = test::unit_map(dice.one_of(units), precision);
  map.optimizer.kind = dice.one_of({OptimizerKind::momentum, OptimizerKind::heavy_ball});
  if (map.unit == UnitKind::relu) map.optimizer.kind = OptimizerKind::heavy_ball;  // under momentum it has other proofs
  map.optimizer.has_decay = dice.uniform(0.0, 1.0) < 0.3;
  map.point.gamma = std::exp(dice.uniform(-4.0, 1.0));
  map.point.delta = dice.uniform(0.0, 1.0) < 0.4 ? 0.0 : dice.uniform(-1.0, 1.0) * map.point.gamma;
  map.point.beta = dice.one_of({0.0, 0.5, 0.9, 0.97});
  map.point.eta = std::exp(dice.uniform(-3.0, 0.0));
  if (map.optimizer.kind == OptimizerKind::heavy_ball) map.point.eta *= 1.0 - map.point.beta;
  map.point.decay = map.optimizer.has_decay ? 0.003 : 0.0;
  map.criteria.certify = true;
  map.criteria.max_updates = 3000;
  map.criteria.tolerance = dice.one_of({1e-6, 1e-5});
  map.criteria.stop = dice.one_of({StopRule::stationary, StopRule::stationary, StopRule::update});
  map.well_evaluations = dice.one_of({300, 3000});
  one.minima = find_minima(unit_of(map), {map.point.gamma, map.point.delta}, map.point.decay);
  WellBounds bounds(map.unit, map.optimizer, map.criteria, precision, map.well_evaluations);
  one.wells = bounds.of(map.point, one.minima);
  return one;
}

TEST(Wells, HaveOneCriticalPointAndAnEdgeThatIsHigher) {
  Dice dice(42);
  int wells = 0;
  for (int i = 0; i < 60; ++i) {
    const Case one = random_case(dice, Precision::float64);
    const Target<double> target = {one.map.point.gamma, one.map.point.delta};
    const double decay = one.map.point.decay;
    const auto height = [&](double w, double b) {
      return loss_at(unit_of(one.map), target, w, b) + 0.5 * decay * (w * w + b * b);
    };
    for (std::size_t k = 0; k < one.wells.size(); ++k) {
      const auto& [energy, least_w, greatest_w, least_b, greatest_b] = one.wells[k];
      if (energy < 0.0) continue;
      ++wells;
      const Minimum& minimum = one.minima[k];
      EXPECT_GT(energy, minimum.loss);
      EXPECT_TRUE(unit::is_in_well(one.wells[k], minimum.theta.w, minimum.theta.b, minimum.loss));
      for (std::size_t other = 0; other < one.minima.size(); ++other) {
        if (other == k) continue;
        const Minimum& at = one.minima[other];
        EXPECT_FALSE(unit::is_in_well(one.wells[k], at.theta.w, at.theta.b, at.loss));
      }
      for (int side = 0; side < 400; ++side) {
        const double part = (side / 4 + 0.5) / 100.0;
        const double along_w = least_w + part * (greatest_w - least_w);
        const double along_b = least_b + part * (greatest_b - least_b);
        const double w = side % 4 == 0 ? least_w : side % 4 == 1 ? greatest_w : along_w;
        const double b = side % 4 == 2 ? least_b : side % 4 == 3 ? greatest_b : along_b;
        EXPECT_GE(height(w, b), energy);
      }
      // Newton's steps from low places lead nowhere but to the minimum.
      for (int start = 0; start < 50; ++start) {
        double w = dice.uniform(least_w, greatest_w);
        double b = dice.uniform(least_b, greatest_b);
        if (height(w, b) >= energy) continue;
        for (int step = 0; step < 200'000; ++step) {  // plain descent
          const auto gradient = unit::with_activation<double>(unit_of(one.map), [&](const auto& activation) {
            return unit::loss_gradient<Geometry::planar>(activation, Parameters<double>{0.0, w, b}, target);
          });
          const double rate =
              1.0 / (loss_bounds(*slope_bounds_of(unit_of(one.map)), target, std::fabs(w)).curvature + decay);
          const double to_w = rate * (gradient.w + decay * w);
          const double to_b = rate * (gradient.b + decay * b);
          w -= to_w;
          b -= to_b;
          if (std::hypot(to_w, to_b) < 1e-9) break;
        }
        const double norm = std::hypot(minimum.theta.w, minimum.theta.b);
        EXPECT_LT(std::hypot(w - minimum.theta.w, b - minimum.theta.b), 0.05 * (0.1 + norm));
      }
    }
  }
  EXPECT_GT(wells, 40);
}

TEST(Wells, TakeTheRoundingOfAnEnergyIntoAccount) {
  Dice dice(43);
  double worst = 0.0;
  int compared = 0;
  for (int i = 0; i < 600; ++i) {
    Case one = random_case(dice, Precision::float32);
    if (i % 2 == 0) {  // the smaller the target, the more an error of the averages counts
      one.map.point.gamma = std::exp(dice.uniform(-7.0, -3.0));
      one.map.point.delta = 0.0;
      one.minima = find_minima(unit_of(one.map), {one.map.point.gamma, 0.0}, one.map.point.decay);
      WellBounds bounds(one.map.unit, one.map.optimizer, one.map.criteria, Precision::float64);
      one.wells = bounds.of(one.map.point, one.minima);
    }
    const SlopeBounds slopes = *slope_bounds_of(unit_of(one.map));
    const Target<double> target = {one.map.point.gamma, one.map.point.delta};
    const Target<float> rounded = {static_cast<float>(target.gamma), static_cast<float>(target.delta)};
    for (std::size_t k = 0; k < one.wells.size(); ++k) {
      const auto& [energy, least_w, greatest_w, least_b, greatest_b] = one.wells[k];
      if (energy < 0.0) continue;
      const double margin = well_margin(slopes, target, energy, Precision::float32);
      for (int j = 0; j < 200; ++j) {
        const Parameters<double>& minimum = one.minima[k].theta;
        const bool is_near = j % 2 == 0;
        const double reach = 2.0 * target.gamma;
        const auto w =
            static_cast<float>(is_near ? minimum.w + dice.uniform(-reach, reach) : dice.uniform(least_w, greatest_w));
        const auto b =
            static_cast<float>(is_near ? minimum.b + dice.uniform(-reach, reach) : dice.uniform(least_b, greatest_b));
        const double exact = loss_at(unit_of(one.map), target, w, b);
        if (exact > 1.1 * energy) continue;
        const double found = unit::with_activation<float>(unit_of(one.map), [&](const auto& activation) {
          return unit::loss(unit::averages(activation, std::fabs(w), b), Parameters<float>{0.0F, w, b}, rounded);
        });
        worst = std::max(worst, std::fabs(found - exact) / margin);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 10'000);
  EXPECT_LT(worst, 0.3);
  EXPECT_GT(worst, 0.01);
}

TEST(Wells, HaveAnEnergyThatNeverRises) {
  Dice dice(44);
  int updates = 0;
  for (int i = 0; i < 400; ++i) {
    const Case one = random_case(dice, Precision::float64);
    if (one.wells.empty() || slope_bounds_of(unit_of(one.map))->kink_count > 0)
      continue;  // there it holds in wells alone
    unit::with_family(one.map.unit, [&]<class Family>() {
      if constexpr (Family::coordinates == 3) {
        Map map = one.map;
        map.criteria.certify = false;
        const MapBatch batch(map);
        const GeneralArrays<double>& arrays = batch.general_arrays<double>();
        const GeneralConstants<double>& of = arrays.constants.front();
        auto state =
            unit::general_at_rest(unit::Coordinates<double, 3>{{0.0, dice.uniform(-3, 3), dice.uniform(-3, 3)}});
        double before = unit::energy<Family>(arrays.rules, of, state);
        for (int k = 0; k < 300; ++k, ++updates) {
          unit::advance<Family>(arrays.rules, of, 1.0, state);
          const double after = unit::energy<Family>(arrays.rules, of, state);
          ASSERT_LE(after, before + 1e-12 * (1.0 + before));
          before = after;
        }
      }
    });
  }
  EXPECT_GT(updates, 20'000);
}

TEST(Wells, ProveWhatExhaustiveRunsEndWith) {
  Dice dice(45);
  int proved = 0;
  int compared = 0;
  int other_minima = 0;
  for (int i = 0; i < 200; ++i) {
    const Case one = random_case(dice, i % 2 == 0 ? Precision::float32 : Precision::float64);
    Map exhaustive = one.map;
    exhaustive.criteria.certify = false;
    const PreparedMap certified_map(one.map);
    const PreparedMap exhaustive_map(exhaustive);
    for (int k = 0; k < 12; ++k) {
      const double w = dice.uniform(-3.0, 3.0);
      const double b = dice.uniform(-3.0, 3.0);
      const TrajectoryOutcome found = run_trajectory(certified_map, w, b);
      const TrajectoryOutcome end = run_trajectory(exhaustive_map, w, b);
      EXPECT_EQ(end.proof, Proof::none);
      if (found.proof == Proof::none) {
        EXPECT_EQ(found.fate, end.fate);
        EXPECT_EQ(found.updates, end.updates);
        EXPECT_EQ(found.theta.w, end.theta.w);
        continue;
      }
      ++proved;
      EXPECT_EQ(found.proof, Proof::well);
      EXPECT_EQ(found.updates % updates_between_proofs, 0);
      EXPECT_LE(found.updates, end.updates);
      EXPECT_EQ(found.fate, found.minimum == 1 ? Fate::converged : Fate::other_minimum);
      other_minima += found.fate == Fate::other_minimum ? 1 : 0;
      EXPECT_NE(end.fate, Fate::dead);
      EXPECT_NE(end.fate, Fate::diverged);
      if (end.minimum == 0) continue;
      ++compared;
      EXPECT_EQ(found.fate, end.fate);
      EXPECT_EQ(found.minimum, end.minimum) << name_of(one.map.unit) << " gamma " << one.map.point.gamma << " delta "
                                            << one.map.point.delta << " from " << w << ", " << b;
    }
  }
  EXPECT_GT(proved, 1000);
  EXPECT_GT(compared, 500);
  EXPECT_GT(other_minima, 30);
}

TEST(Wells, OfTooMuchEnergyWouldProveWhatIsWrong) {
  // The comparison above can see a well that is too deep: this one holds both minima of GELU.
  Map map = test::unit_map("gelu", Precision::float64);
  map.criteria.certify = true;
  const std::vector<Minimum> minima = find_minima({UnitKind::gelu, {}}, {1.0, 0.0});
  ASSERT_EQ(minima.size(), 2U);
  const PreparedMap wrong(map, std::vector<Well<double>>{{2.0, -20.0, 20.0, -20.0, 20.0}});
  const PreparedMap right(map);
  int differences = 0;
  for (int k = 0; k < 100; ++k) {
    const double w = -2.0 + 0.4 * (k % 10 + 0.5);
    const double b = -2.0 + 0.4 * (k / 10 + 0.5);
    differences += run_trajectory(wrong, w, b).fate != run_trajectory(right, w, b).fate ? 1 : 0;
  }
  EXPECT_GT(differences, 10);
}

TEST(Wells, AreFoundWhereTheTheoremHolds) {
  const auto wells_of = [](const std::string& unit, const std::function<void(Map&)>& change) {
    Map map = test::unit_map(unit, Precision::float32);
    change(map);
    const auto minima = find_minima({map.unit, map.point.unit_constants()}, {map.point.gamma, map.point.delta});
    WellBounds bounds(map.unit, map.optimizer, map.criteria, map.precision, map.well_evaluations);
    const auto wells = bounds.of(map.point, minima);
    return std::ranges::count_if(wells, [](const Well<double>& well) { return well.energy > 0.0; });
  };
  const auto nothing = [](Map&) {};
  EXPECT_EQ(wells_of("gelu", nothing), 2);
  EXPECT_EQ(wells_of("silu", nothing), 2);
  EXPECT_EQ(wells_of("tanh", nothing), 1);
  EXPECT_EQ(wells_of("gelu",
                     [](Map& map) {
                       map.optimizer.kind = OptimizerKind::heavy_ball;
                       map.point.eta = 0.01;
                     }),
            2);
  for (const char* unit : {"leaky:0.1", "elu:1", "selu", "relu6", "hardtanh"})
    EXPECT_EQ(wells_of(unit, nothing), 1) << unit;
  EXPECT_EQ(wells_of("leaky:-0.3", nothing), 2);
  EXPECT_EQ(wells_of("prelu:0.25", nothing), 0);
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.point.r = 0.1; }), 0);
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.point.eta = 1.0; }), 0);
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.point.beta = 0.999; }), 0);  // rounded, 1 - beta is another number
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.optimizer.kind = OptimizerKind::adam; }), 0);
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.optimizer.clip = ClipKind::norm; }), 0);
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.optimizer.schedule = {ScheduleKind::cosine, 100, 0.1}; }), 0);
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.optimizer.has_warmup = true; }), 0);
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.criteria.lyapunov_updates = 10; }), 0);
  EXPECT_EQ(wells_of("gelu", [](Map& map) { map.well_evaluations = 0; }), 0);
}

TEST(Wells, OfAPointAreThoseWhateverWasAskedBefore) {
  for (const char* unit : {"silu", "leaky:0.1"}) {
    Map map = test::unit_map(unit, Precision::float32);
    WellBounds shared(map.unit, map.optimizer, map.criteria, map.precision, 2000);
    for (const double beta : {0.0, 0.5, 0.9}) {
      for (const double gamma : {0.1, 1.0}) {
        map.point.beta = beta;
        map.point.gamma = gamma;
        const auto minima = find_minima(unit_of(map), {gamma, 0.0});
        WellBounds alone(map.unit, map.optimizer, map.criteria, map.precision, 2000);
        const auto expected = alone.of(map.point, minima);
        const auto found = shared.of(map.point, minima);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          EXPECT_EQ(found[i].energy, expected[i].energy);
          EXPECT_EQ(found[i].least_w, expected[i].least_w);
          EXPECT_EQ(found[i].greatest_b, expected[i].greatest_b);
        }
      }
    }
  }
}

}  // namespace
}  // namespace deadcone
