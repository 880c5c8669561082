// Whole trajectories: their symmetries, when they stop, and what their end is called.

#include "deadcone/trajectory/trajectory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace unit;
using test::Dice;
using test::run;
using test::same_bits;
using test::scaled;

/// All that decides a trajectory.
struct Scenario {
  Point point;
  Criteria criteria;
  double w = 0;
  double b = 0;
  Geometry geometry = Geometry::planar;
};

template <class Real>
Outcome<Real> outcome_of(const Scenario& scenario) {
  const Parameters<Real> start = {static_cast<Real>(scenario.point.r), static_cast<Real>(scenario.w),
                                  static_cast<Real>(scenario.b)};
  return run(make_dynamics<Real>(scenario.point, scenario.criteria), start, scenario.geometry);
}

Scenario random_scenario(Dice& dice, Geometry geometry, StopRule rule) {
  Scenario scenario;
  scenario.geometry = geometry;
  scenario.point.beta = dice.one_of({0.0, 0.5, 0.9, 0.97});
  scenario.point.gamma = dice.uniform(0.05, 2);
  scenario.point.eta = dice.uniform(0.05, 0.5);
  scenario.point.delta = dice.uniform(-0.5, 0.5);
  scenario.point.r = geometry == Geometry::planar ? 0.0 : dice.uniform(-2, 2);
  scenario.criteria.stop = rule;
  scenario.criteria.tolerance = dice.one_of({1e-4, 1e-5, 1e-6});
  scenario.criteria.max_updates = 3000;
  scenario.w = dice.uniform(-2, 2);
  scenario.b = dice.uniform(-2, 2);
  return scenario;
}

/// Calls check(scenario) for random scenarios of both geometries and both rules.
template <class Check>
void for_many_scenarios(Check check) {
  Dice dice(1);
  for (int i = 0; i < 150; ++i) {
    for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
      for (const StopRule rule : {StopRule::stationary, StopRule::update}) check(random_scenario(dice, geometry, rule));
    }
  }
}

void multiply_start_and_target(Scenario& scenario, double factor) {
  for (double* length : {&scenario.point.gamma, &scenario.point.delta, &scenario.point.r, &scenario.w, &scenario.b}) {
    *length *= factor;
  }
}

template <class Real>
double norm(const Parameters<Real>& a) {
  return std::hypot(double{a.r}, double{a.w}, double{a.b});
}

template <class Real>
void expect_same(const Outcome<Real>& a, const Outcome<Real>& b) {
  EXPECT_EQ(a.fate, b.fate);
  EXPECT_EQ(a.updates, b.updates);
  EXPECT_TRUE(same_bits(a.theta, b.theta));
}

/// The outcome to expect from multiplying all lengths by `factor`, a power of two. r decays to nothing in the end;
/// once it nears the smallest numbers its last bits go, so there both sides count as zero.
template <class Real>
void expect_scaled(Outcome<Real> outcome, Outcome<Real> original, double factor) {
  original.theta = scaled(original.theta, static_cast<Real>(factor));
  for (Real* r : {&outcome.theta.r, &original.theta.r}) {
    if (std::fabs(*r) < std::numeric_limits<Real>::min() * Real(0x1p30)) *r = 0;
  }
  expect_same(outcome, original);
}

template <class Real>
class TrajectoryTest : public ::testing::Test {
 protected:
  static void expect_end(const Scenario& scenario, Fate fate, std::int32_t updates) {
    const Outcome<Real> outcome = outcome_of<Real>(scenario);
    EXPECT_EQ(outcome.fate, fate);
    EXPECT_EQ(outcome.updates, updates);
  }
};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(TrajectoryTest, Reals);

// Symmetries.

TYPED_TEST(TrajectoryTest, ScalesWithStartTargetAndTolerance) {
  for_many_scenarios([](const Scenario& scenario) {
    for (const double factor : {2.0, 0.0625}) {
      Scenario zoomed = scenario;
      multiply_start_and_target(zoomed, factor);
      zoomed.criteria.tolerance *= factor;
      expect_scaled(outcome_of<TypeParam>(zoomed), outcome_of<TypeParam>(scenario), factor);
    }
  });
}

TYPED_TEST(TrajectoryTest, WithARelativeToleranceScalesWithStartAndTarget) {
  for_many_scenarios([](Scenario scenario) {
    scenario.criteria.relative_tolerance = true;
    const Outcome<TypeParam> original = outcome_of<TypeParam>(scenario);
    multiply_start_and_target(scenario, 2);
    expect_scaled(outcome_of<TypeParam>(scenario), original, 2);
  });
}

TYPED_TEST(TrajectoryTest, IsMirroredInR) {
  for_many_scenarios([](Scenario scenario) {
    if (scenario.geometry == Geometry::planar) return;
    Outcome<TypeParam> expected = outcome_of<TypeParam>(scenario);
    expected.theta.r = -expected.theta.r;
    scenario.point.r = -scenario.point.r;
    expect_same(outcome_of<TypeParam>(scenario), expected);
  });
}

TYPED_TEST(TrajectoryTest, GeneralFormInThePlaneIsThePlanarForm) {
  for_many_scenarios([](Scenario scenario) {
    scenario.point.r = 0;
    scenario.geometry = Geometry::planar;
    const Outcome<TypeParam> planar = outcome_of<TypeParam>(scenario);
    scenario.geometry = Geometry::general;
    expect_same(outcome_of<TypeParam>(scenario), planar);
  });
}

TYPED_TEST(TrajectoryTest, DoesNotDependOnItsObserver) {
  for_many_scenarios([](const Scenario& scenario) {
    if (scenario.geometry == Geometry::general || scenario.criteria.stop == StopRule::update) return;
    const auto dynamics = make_dynamics<TypeParam>(scenario.point, scenario.criteria);
    const Parameters<TypeParam> start = {0, static_cast<TypeParam>(scenario.w), static_cast<TypeParam>(scenario.b)};
    std::int32_t calls = 0;
    Parameters<TypeParam> last = start;
    const auto observe = [&](std::int32_t updates, const State<TypeParam>& state) {
      EXPECT_EQ(updates, ++calls);
      last = state.theta;
    };
    const auto seen = trajectory<Geometry::planar>(dynamics, start, observe);
    expect_same(seen, outcome_of<TypeParam>(scenario));
    EXPECT_EQ(calls, seen.updates);
    EXPECT_TRUE(same_bits(last, seen.theta));
  });
}

TYPED_TEST(TrajectoryTest, GoesOnWhereItWasInterrupted) {
  int interruptions = 0;
  Dice dice(2);
  for_many_scenarios([&](Scenario scenario) {
    scenario.criteria.max_updates = dice.one_of({1, 15, 16, 17, 100, 3000});
    scenario.criteria.certify = dice.one_of({false, true}) && scenario.geometry == Geometry::planar;
    const auto dynamics = test::dynamics_of<TypeParam>(scenario.point, scenario.criteria);
    const Parameters<TypeParam> start = {static_cast<TypeParam>(scenario.point.r), static_cast<TypeParam>(scenario.w),
                                         static_cast<TypeParam>(scenario.b)};
    with_variant({scenario.geometry, scenario.criteria.certify}, [&]<Geometry geometry, bool certify>() {
      Course<TypeParam> course = course_from<geometry>(dynamics, start);
      Outcome<TypeParam> outcome;
      std::int32_t until = updates_in_block * dice.one_of({1, 2, 7});
      while (!follow<geometry, certify>(dynamics, until, course, outcome)) {
        ASSERT_EQ(course.updates, until);
        until += updates_in_block * dice.one_of({1, 2, 7});
        ++interruptions;
      }
      const Outcome<TypeParam> expected = trajectory<geometry, certify>(dynamics, start);
      expect_same(outcome, expected);
      EXPECT_EQ(outcome.proof, expected.proof);
    });
  });
  EXPECT_GT(interruptions, 1000);
}

// Blocks of updates. What is observed makes its updates one by one.

/// Whether a trajectory has the same outcome in blocks.
template <class Real>
::testing::AssertionResult is_the_same_in_blocks(const Scenario& scenario, const Dynamics<Real>& dynamics) {
  const Parameters<Real> start = {static_cast<Real>(scenario.point.r), static_cast<Real>(scenario.w),
                                  static_cast<Real>(scenario.b)};
  return with_variant({scenario.geometry, false}, [&]<Geometry geometry, bool certify>() {
    const auto see = [](std::int32_t, const State<Real>&) {};
    const Outcome<Real> expected = trajectory<geometry>(dynamics, start, see);
    const Outcome<Real> outcome = trajectory<geometry>(dynamics, start);
    if (outcome.fate != expected.fate || outcome.updates != expected.updates) {
      return ::testing::AssertionFailure() << name_of(outcome.fate) << " after " << outcome.updates << ", not "
                                           << name_of(expected.fate) << " after " << expected.updates;
    }
    const auto comparable = [](const Parameters<Real>& a) {
      return Parameters<Real>{canonical(a.r), canonical(a.w), canonical(a.b)};
    };
    return same_bits(comparable(outcome.theta), comparable(expected.theta));
  });
}

TYPED_TEST(TrajectoryTest, BlocksHaveTheBitsOfSingleUpdates) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Dice dice(3);
  std::vector<int> seen(rectifier_fate_count);
  for (int i = 0; i < 3000; ++i) {
    Scenario scenario = random_scenario(dice, dice.one_of({Geometry::planar, Geometry::planar, Geometry::general}),
                                        dice.one_of({StopRule::stationary, StopRule::update}));
    scenario.point.beta = dice.one_of({0.0, 0.3, 0.7, 0.9, 0.97, 0.99, 0.999, 0.999999});
    scenario.point.eta = dice.one_of({1e-6, 1e-3, 0.1, 0.1, 0.1, 0.3, 1.0, 1.9, 3.0, 10.0, 1e3, 1e8});
    scenario.point.delta *= dice.one_of({0.0, 1.0});
    scenario.criteria.tolerance = std::exp(dice.uniform(-20, 2));
    scenario.criteria.rho = dice.one_of({1e-6, 0.01, 0.9, 2.0});
    scenario.criteria.max_updates = dice.one_of({1, 2, 15, 16, 17, 31, 32, 33, 100, 3001});
    const double scale = std::exp(dice.uniform(-4, 6));
    scenario.w *= scale * dice.one_of({1.0, 1.0, 1.0, 1.0, 0.0, 1e-20, 1e-38, 1e-42});
    scenario.b *= scale * dice.one_of({1.0, 1.0, 1.0, 1.0, 0.0, 1e-13, 1e-38, 1e-42});
    if (i % 100 == 0) scenario.w = dice.one_of({nan, infinity, -infinity});
    if (i % 100 == 1) scenario.b = dice.one_of({nan, infinity, -infinity});
    const auto dynamics = make_dynamics<TypeParam>(scenario.point, scenario.criteria);
    if (!std::isnormal(dynamics.slow_squared) || !std::isnormal(dynamics.rest_squared)) continue;  // refused
    EXPECT_TRUE(is_the_same_in_blocks(scenario, dynamics)) << "scenario " << i;
    ++seen.at(static_cast<std::size_t>(outcome_of<TypeParam>(scenario).fate));
  }
  EXPECT_GT(seen[0], 100);  // converged
  EXPECT_GT(seen[1], 100);  // dead
  EXPECT_GT(seen[2], 100);  // stalled
  EXPECT_GT(seen[3], 100);  // unfinished
  EXPECT_GT(seen[4], 100);  // diverged
}

TYPED_TEST(TrajectoryTest, BlocksStopWhereMomentumIsJustSlow) {
  // The limit of a stop is put just above and just below the momentum of any update on the way.
  Dice dice(4);
  int stopped = 0;
  for (int i = 0; i < 300; ++i) {
    Scenario scenario = random_scenario(dice, Geometry::planar, StopRule::update);
    scenario.criteria.max_updates = 200;
    auto dynamics = make_dynamics<TypeParam>(scenario.point, scenario.criteria);
    std::vector<TypeParam> squares;
    const auto see = [&](std::int32_t, const State<TypeParam>& state) {
      squares.push_back(squared_norm<Geometry::planar>(state.momentum));
    };
    const Parameters<TypeParam> start = {0, static_cast<TypeParam>(scenario.w), static_cast<TypeParam>(scenario.b)};
    trajectory<Geometry::planar>(dynamics, start, see);
    for (int j = 0; j < 8; ++j) {
      const auto update = static_cast<std::size_t>(dice.uniform(0, static_cast<double>(squares.size())));
      const TypeParam square = squares[update];
      if (!std::isnormal(square)) continue;
      for (const TypeParam limit :
           {square, std::nextafter(square, TypeParam(0)), std::nextafter(square, TypeParam(1e9))}) {
        dynamics.slow_squared = limit;
        dynamics.block.slow = block_bounds<TypeParam>(scenario.point, std::sqrt(double{limit})).slow;
        EXPECT_TRUE(is_the_same_in_blocks(scenario, dynamics)) << "scenario " << i << ", update " << update;
        if (run(dynamics, start, Geometry::planar).fate != Fate::unfinished) ++stopped;
      }
    }
  }
  EXPECT_GT(stopped, 1000);
}

TYPED_TEST(TrajectoryTest, BlocksDivergeInTheUpdateInWhichItDoes) {
  // Starts on their way out, with the limit at the place of any update.
  Dice dice(5);
  int diverged = 0;
  for (int i = 0; i < 300; ++i) {
    Scenario scenario = random_scenario(dice, Geometry::planar, StopRule::stationary);
    scenario.point.eta = dice.uniform(2, 60);
    scenario.criteria.max_updates = 300;
    auto dynamics = make_dynamics<TypeParam>(scenario.point, scenario.criteria);
    dynamics.divergence = static_cast<TypeParam>(std::exp(dice.uniform(0, 14)));
    EXPECT_TRUE(is_the_same_in_blocks(scenario, dynamics)) << "scenario " << i;
    const Parameters<TypeParam> start = {0, static_cast<TypeParam>(scenario.w), static_cast<TypeParam>(scenario.b)};
    if (run(dynamics, start, Geometry::planar).fate == Fate::diverged) ++diverged;
  }
  EXPECT_GT(diverged, 50);
}

// When it stops.

TYPED_TEST(TrajectoryTest, UpdateRuleStopsNoLaterThanStationary) {
  int earlier = 0;
  for_many_scenarios([&](Scenario scenario) {
    scenario.criteria.stop = StopRule::stationary;
    const std::int32_t stationary = outcome_of<TypeParam>(scenario).updates;
    scenario.criteria.stop = StopRule::update;
    const std::int32_t update = outcome_of<TypeParam>(scenario).updates;
    EXPECT_LE(update, stationary);
    if (update < stationary) ++earlier;
  });
  EXPECT_GT(earlier, 0);
}

TYPED_TEST(TrajectoryTest, IsUnfinishedOnlyWhereItCouldNotStop) {
  int stopped = 0;
  for_many_scenarios([&](Scenario scenario) {
    const Outcome<TypeParam> natural = outcome_of<TypeParam>(scenario);
    if (natural.fate == Fate::unfinished) {
      EXPECT_EQ(natural.updates, scenario.criteria.max_updates);
      return;
    }
    ++stopped;
    // A stop in the very last update counts.
    scenario.criteria.max_updates = natural.updates;
    expect_same(outcome_of<TypeParam>(scenario), natural);
    if (natural.updates == 1) return;
    scenario.criteria.max_updates = natural.updates - 1;
    const Outcome<TypeParam> cut = outcome_of<TypeParam>(scenario);
    EXPECT_EQ(cut.fate, Fate::unfinished);
    EXPECT_EQ(cut.updates, natural.updates - 1);
  });
  EXPECT_GT(stopped, 300);
}

TYPED_TEST(TrajectoryTest, StopsAfterTwoUpdatesAtRestInARow) {
  // The rules once more, on their own, from the observed states.
  for_many_scenarios([](const Scenario& scenario) {
    if (scenario.geometry == Geometry::planar || scenario.criteria.stop == StopRule::update) return;
    auto dynamics = make_dynamics<TypeParam>(scenario.point, scenario.criteria);
    const Parameters<TypeParam> start = {static_cast<TypeParam>(scenario.point.r), static_cast<TypeParam>(scenario.w),
                                         static_cast<TypeParam>(scenario.b)};
    const double limit = scenario.criteria.tolerance / scenario.point.eta;
    std::vector<bool> moves_little;
    std::vector<bool> is_stationary;
    Parameters<TypeParam> last = start;
    const auto observe = [&](std::int32_t, const State<TypeParam>& state) {
      moves_little.push_back((1 - scenario.point.beta) * norm(state.momentum) < limit);
      is_stationary.push_back(moves_little.back() &&
                              norm(loss_gradient<Geometry::general>(last, dynamics.target)) < limit);
      last = state.theta;
    };
    const auto first_two_in_a_row = [](const std::vector<bool>& flags) {
      const std::vector<bool> two = {true, true};
      return std::search(flags.begin(), flags.end(), two.begin(), two.end()) - flags.begin() + 2;
    };
    const auto stationary = trajectory<Geometry::general>(dynamics, start, observe);
    dynamics.stop = StopRule::update;
    const auto update = run(dynamics, start, Geometry::general);
    if (stationary.fate == Fate::unfinished) return;
    EXPECT_EQ(stationary.updates, first_two_in_a_row(is_stationary));
    EXPECT_EQ(update.updates, first_two_in_a_row(moves_little));
  });
}

TYPED_TEST(TrajectoryTest, OneUpdateIsNeverEnough) {
  Scenario scenario;
  scenario.criteria.max_updates = 1;
  for (const double w : {-1.0, 0.0, 1.0}) {
    for (const double b : {-1.0, 0.0, 1.0}) {
      scenario.w = w;
      scenario.b = b;
      this->expect_end(scenario, Fate::unfinished, 1);
    }
  }
}

// What its end is called.

TYPED_TEST(TrajectoryTest, FateFollowsFromTheFinalParameters) {
  std::vector<int> seen(rectifier_fate_count);
  for_many_scenarios([&](const Scenario& scenario) {
    const Outcome<TypeParam> outcome = outcome_of<TypeParam>(scenario);
    ++seen.at(static_cast<std::size_t>(outcome.fate));
    if (outcome.fate == Fate::unfinished) return;
    const Point& point = scenario.point;
    const double r = outcome.theta.r;
    const double w = outcome.theta.w;
    const double b = outcome.theta.b;
    const double distance = std::hypot(r, w - point.gamma, b - point.delta);
    const double reach = scenario.criteria.rho * std::hypot(point.gamma, point.delta);
    const double active = 0.5 * std::erfc(-b / std::hypot(r, w) / std::sqrt(2.0));
    if (std::fabs(distance - reach) < 1e-5 || std::fabs(active - scenario.criteria.epsilon) < 1e-5) return;
    EXPECT_EQ(outcome.fate, distance < reach                     ? Fate::converged
                            : active < scenario.criteria.epsilon ? Fate::dead
                                                                 : Fate::stalled);
  });
  EXPECT_GT(seen[0], 50);  // converged
  EXPECT_GT(seen[1], 50);  // dead
  EXPECT_GT(seen[2], 0);   // stalled
}

TYPED_TEST(TrajectoryTest, FromTheTargetConvergesAtOnce) {
  for (const double delta : {0.0, 0.5, -0.5}) {
    Scenario scenario;
    scenario.point.delta = delta;
    scenario.w = scenario.point.gamma;
    scenario.b = delta;
    for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
      scenario.geometry = geometry;
      this->expect_end(scenario, Fate::converged, 2);
    }
  }
}

TYPED_TEST(TrajectoryTest, ATargetInTheDeadConeIsStillATarget) {
  // Phi(-3) = .0013 is below epsilon: near the target the unit is dead by one definition and has converged by the
  // other, which comes first.
  Scenario scenario;
  scenario.point.delta = -3;
  scenario.w = 1;
  scenario.b = -3;
  this->expect_end(scenario, Fate::converged, 2);
  scenario.w = 1.01;
  scenario.b = -2.99;
  EXPECT_EQ(outcome_of<TypeParam>(scenario).fate, Fate::converged);
  // As far off again as rho reaches it is dead.
  scenario.criteria.rho = 1e-3;
  scenario.criteria.tolerance = 1e-2;
  this->expect_end(scenario, Fate::dead, 2);
}

TYPED_TEST(TrajectoryTest, TheSilentConstantUnitIsDead) {
  // w = 0 and b <= 0, the origin among them: the unit is the constant 0, Phi counts as 0, the gradient vanishes. So it
  // stops at once, and since Phi < epsilon is asked before a stop counts as stalled, it is dead.
  for (const double b : {0.0, -0.0, -1.0}) {
    for (const double w : {0.0, -0.0}) {
      Scenario scenario;
      scenario.w = w;
      scenario.b = b;
      for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
        scenario.geometry = geometry;
        this->expect_end(scenario, Fate::dead, 2);
      }
    }
  }
}

TYPED_TEST(TrajectoryTest, TheConstantUnitAboveZeroGrowsAWeightAndConverges) {
  for (const double w : {0.0, -0.0}) {
    Scenario scenario;
    scenario.w = w;
    scenario.b = 1;
    EXPECT_EQ(outcome_of<TypeParam>(scenario).fate, Fate::converged);
  }
}

TYPED_TEST(TrajectoryTest, StallsWhereTheToleranceIsReachedOnTheWay) {
  Scenario scenario;
  scenario.w = -0.5;
  scenario.b = 0.5;
  scenario.criteria.tolerance = 10;
  this->expect_end(scenario, Fate::stalled, 2);
}

TYPED_TEST(TrajectoryTest, DeathWithTheTargetAheadIsAMatterOfTheTolerance) {
  // t = -4: the weight points at the target, and the gradient, ~ phi(t), drives the unit out of the dead cone.
  Scenario scenario;
  scenario.w = 0.3;
  scenario.b = -1.2;
  scenario.criteria.tolerance = 1e-3;
  this->expect_end(scenario, Fate::dead, 2);
  scenario.criteria.tolerance = 1e-6;
  EXPECT_EQ(outcome_of<TypeParam>(scenario).fate, Fate::converged);
}

TYPED_TEST(TrajectoryTest, DeathWithTheTargetBehindIsForEver) {
  for (const double tolerance : {1e-3, 1e-6}) {
    Scenario scenario;
    scenario.w = -0.3;
    scenario.b = -1.2;
    scenario.criteria.tolerance = tolerance;
    const Outcome<TypeParam> outcome = outcome_of<TypeParam>(scenario);
    EXPECT_EQ(outcome.fate, Fate::dead);
    EXPECT_LT(outcome.theta.w, TypeParam(0));
    EXPECT_LE(outcome.theta.b, static_cast<TypeParam>(-1.2));
  }
}

// Divergence.

TYPED_TEST(TrajectoryTest, BeyondTheStableLearningRateDivergesOrStaysFinite) {
  std::vector<int> seen(rectifier_fate_count);
  for_many_scenarios([&](Scenario scenario) {
    scenario.point.eta *= 1000;
    const Outcome<TypeParam> outcome = outcome_of<TypeParam>(scenario);
    ++seen.at(static_cast<std::size_t>(outcome.fate));
    const double limit = 1e6 * (std::hypot(scenario.point.r, scenario.w, scenario.b) +
                                std::hypot(scenario.point.gamma, scenario.point.delta));
    if (outcome.fate == Fate::diverged) {
      EXPECT_FALSE(norm(outcome.theta) < limit * 0.999);
    } else {
      EXPECT_LE(norm(outcome.theta), limit * 1.001);
    }
  });
  EXPECT_GT(seen[4], 100);           // diverged
  EXPECT_GT(seen[1] + seen[3], 10);  // dead or unfinished
}

TYPED_TEST(TrajectoryTest, DivergenceIsTestedBeforeTheLastUpdateAndBeforeRest) {
  Scenario scenario;
  scenario.w = 1;
  scenario.b = 1;
  scenario.point.beta = 0;
  scenario.point.eta = 1e8;
  scenario.criteria.max_updates = 1;
  this->expect_end(scenario, Fate::diverged, 1);
  scenario.criteria.tolerance = 1e12;  // every update counts as rest
  scenario.criteria.max_updates = 2;
  this->expect_end(scenario, Fate::diverged, 1);
}

TYPED_TEST(TrajectoryTest, WhatIsNoNumberHasDiverged) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double bad : {nan, -nan, infinity, -infinity}) {
    for (double Scenario::*coordinate : {&Scenario::w, &Scenario::b}) {
      Scenario scenario;
      scenario.w = 1;
      scenario.b = 1;
      scenario.*coordinate = bad;
      for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
        scenario.geometry = geometry;
        for (const StopRule rule : {StopRule::stationary, StopRule::update}) {
          scenario.criteria.stop = rule;
          EXPECT_EQ(outcome_of<TypeParam>(scenario).fate, Fate::diverged) << bad;
        }
      }
    }
  }
}

// Over whole maps.

TileResult map_of(Mapper& mapper, const Map& map) {
  Meter meter;
  TileResult result;
  mapper.map(map, {0, 0, map.window.b.count, map.window.w.count}, Fields{}, meter, result);
  return result;
}

Counts counts_of(Mapper& mapper, const Map& map) {
  const TileResult result = map_of(mapper, map);
  return count_pixels(result.fate, result.updates);
}

TEST(TrajectoryMap, UpdateRuleStopsShortWhereMomentumIsLarge) {
  // An oscillation turns where momentum, not the gradient, is zero.
  const auto mapper = make_cpu_mapper(0);
  Map map;
  map.point.beta = 0.99;
  map.point.gamma = 0.1;
  map.window = {{-2, 2, 16}, {-2, 2, 16}};
  map.criteria.stop = StopRule::stationary;
  const Counts stationary = counts_of(*mapper, map);
  map.criteria.stop = StopRule::update;
  const Counts update = counts_of(*mapper, map);
  EXPECT_GT(stationary.fates[0], 256 / 5) << "converged";
  EXPECT_EQ(stationary.fates[2], 0) << "stalled";
  EXPECT_LT(update.fates[0], 256 / 20) << "converged";
  EXPECT_GT(update.fates[2], 256 / 8) << "stalled";
}

/// How far maps in float and in double are from each other.
struct Disagreement {
  std::int64_t pixels = 0;
  std::int64_t fates = 0;    ///< of pixels with another fate
  std::int64_t updates = 0;  ///< of pixels with more than 1% more or fewer updates
};

Disagreement float_against_double(double r, std::int64_t side) {
  const auto mapper = make_cpu_mapper(0);
  Disagreement sum;
  for (const double beta : {0.0, 0.7, 0.9, 0.97, 0.99}) {
    for (const double gamma : {1.0, 0.1, 0.01}) {
      Map map;
      map.point.beta = beta;
      map.point.gamma = gamma;
      map.point.r = r;
      map.window = {{-2, 2, side}, {-2, 2, side}};
      map.precision = Precision::float32;
      const TileResult single = map_of(*mapper, map);
      map.precision = Precision::float64;
      const TileResult twice = map_of(*mapper, map);
      for (std::size_t i = 0; i < single.fate.size(); ++i) {
        ++sum.pixels;
        if (single.fate[i] != twice.fate[i]) ++sum.fates;
        if (100 * std::abs(single.updates[i] - twice.updates[i]) > twice.updates[i]) ++sum.updates;
      }
    }
  }
  return sum;
}

void expect_agreement(const Disagreement& off) {
  EXPECT_LE(off.fates * 10'000, off.pixels) << off.fates << " fates of " << off.pixels << " differ";
  EXPECT_LE(off.updates * 100, off.pixels) << off.updates << " update counts of " << off.pixels << " differ";
}

TEST(TrajectoryMap, FloatAgreesWithDoubleInThePlane) {
  expect_agreement(float_against_double(0.0, 32));
}

TEST(TrajectoryMap, FloatAgreesWithDoubleOutOfThePlane) {
  expect_agreement(float_against_double(0.5, 16));
}

}  // namespace
}  // namespace deadcone
