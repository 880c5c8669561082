// What trajectories do after their end: cycles and Lyapunov exponents.

#include "deadcone/trajectory/orbit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <random>
#include <string>
#include <vector>

#include "deadcone/run_trajectory.hpp"
#include "deadcone/unit/affine.hpp"
#include "support/support.hpp"
#include "support/unit_map.hpp"

namespace deadcone {
namespace {

Map map_of(const std::string& text) {
  return test::unit_map(text, Precision::float64);
}

TEST(NaturalLogarithm, IsThatOfTheLibrary) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponents(-300.0, 300.0);
  for (int i = 0; i < 100'000; ++i) {
    const double x = std::pow(10.0, i % 2 == 0 ? exponents(random) : 1e-3 * exponents(random));
    const double right = std::log(x);
    ASSERT_NEAR(numeric::natural_logarithm(x), right, 4e-16 * std::fmax(1.0, std::fabs(right))) << x;
  }
  EXPECT_EQ(numeric::natural_logarithm(1.0), 0.0);
}

TEST(Dual, HasTheDerivativeOfEveryOperation) {
  using Number = numeric::Dual<double>;
  const auto formula = [](const auto& x) {
    using T = std::remove_cvref_t<decltype(x)>;
    const T two(2.0);
    const T root = square_root(x * x + two);
    return fused(x, root, select(x > two, x / root, magnitude(x - two))) - with_sign_of(x, x - two * two);
  };
  for (const double x : {-3.0, -0.5, 1.0, 3.0, 5.0}) {
    const double h = 1e-6;
    const auto value = [&](double at) { return formula(Number(at)).value; };
    EXPECT_NEAR(formula(Number(x, 1.0)).slope, (value(x + h) - value(x - h)) / (2.0 * h), 1e-8) << x;
  }
  EXPECT_EQ(square_root(Number(0.0, 1.0)).slope, 0.0);
}

/// The state before an update, as numbers.
template <class Of>
std::vector<double> numbers_of(const Of& state) {
  std::vector<double> all;
  for (int i = 0; i < 3; ++i) {
    for (const auto& part : {state.theta[i], state.optimizer.m[i], state.optimizer.v[i], state.optimizer.largest_v[i]})
      all.push_back(part);
  }
  return all;
}

TEST(Orbit, SlopesAreDifferencesOfUpdates) {
  // The state some updates after a start, with slopes of its own, and the same a little to both sides along them.
  constexpr double h = 1e-6;
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> numbers(-1.0, 1.0);
  for (const auto& [kind, name, meaning] : NameTable<OptimizerKind>::values) {
    for (const char* unit : {"gelu", "tanh", "elu:1.5", "softplus", "relu"}) {
      for (const ClipKind clip : {ClipKind::none, ClipKind::norm, ClipKind::value}) {
        SCOPED_TRACE(std::string(name) + ", " + unit + ", " + name_of(clip));
        Map map = map_of(unit);
        map.optimizer = {.kind = kind, .clip = clip, .has_decay = true};
        map.point.decay = 0.1;
        map.point.clip = 0.2;
        map.point.r = 0.4;
        const MapBatch batch(map);
        const GeneralArrays<double>& arrays = batch.general_arrays<double>();
        const GeneralConstants<double>& of = arrays.constants.front();
        unit::with_family(map.unit, [&]<class Family>() {
          if constexpr (Family::coordinates == 3) {
            auto course = unit::general_course_from<Family>(arrays.rules, of, Parameters<double>{0.4, 0.8, 0.33});
            unit::GeneralOutcome<double, 3> outcome = {};
            unit::follow<Family>(arrays.rules, of, 3, course, outcome);
            unit::TangentState<double, 3> tangent = unit::as_dual(course.state);
            auto before = course.state;
            auto after = course.state;
            for (int i = 0; i < 3; ++i) {
              const double direction = numbers(random);
              tangent.theta[i].slope = direction;
              before.theta[i] -= h * direction;
              after.theta[i] += h * direction;
              tangent.optimizer.m[i].slope = -direction;
              before.optimizer.m[i] += h * direction;
              after.optimizer.m[i] -= h * direction;
            }
            unit::advance_tangent<Family>(arrays.rules, of, 0.5, tangent);
            unit::advance<Family>(arrays.rules, of, 0.5, before);
            unit::advance<Family>(arrays.rules, of, 0.5, after);
            const std::vector<double> low = numbers_of(before);
            const std::vector<double> high = numbers_of(after);
            std::vector<double> slopes;
            for (int i = 0; i < 3; ++i) {
              for (const auto& part :
                   {tangent.theta[i], tangent.optimizer.m[i], tangent.optimizer.v[i], tangent.optimizer.largest_v[i]})
                slopes.push_back(part.slope);
            }
            for (std::size_t i = 0; i < slopes.size(); ++i)
              EXPECT_NEAR(slopes[i], (high[i] - low[i]) / (2.0 * h), 2e-7 * std::fmax(1.0, std::fabs(slopes[i]))) << i;
          }
        });
      }
    }
  }
}

TEST(Orbit, OfALinearUnitHasTheExponentOfItsSpectrum) {
  Map map = map_of("leaky:1");
  map.criteria.lyapunov_updates = 20'000;
  for (const double beta : {0.0, 0.5, 0.9, 0.99}) {
    for (const double eta : {0.05, 0.5, 1.5}) {
      map.point.beta = beta;
      map.point.eta = eta;
      const auto [one, other] = affine_eigenvalues(beta, eta);
      const double radius = std::fmax(std::abs(one), std::abs(other));
      EXPECT_NEAR(run_trajectory(map, 1.0, 0.5).lyapunov, std::log(radius), 2e-4) << beta << ' ' << eta;
    }
  }
}

TEST(Orbit, OfAStartThatHasDivergedHasNoExponent) {
  Map map = map_of("leaky:1");
  map.criteria.lyapunov_updates = 100;
  map.criteria.longest_cycle = 10;
  map.point.beta = 0.0;
  map.point.eta = 2.5;
  const TrajectoryOutcome outcome = run_trajectory(map, 1.0, 0.5);
  EXPECT_EQ(outcome.fate, Fate::diverged);
  EXPECT_TRUE(std::isnan(outcome.lyapunov));
  EXPECT_EQ(outcome.period, 0);
}

TEST(Orbit, HasAPeriodOfTwoJustBeyondTheLimitOfStability) {
  for (const char* unit : {"elu:1", "gelu", "silu"}) {  // softplus has an invariant circle at beta 0.9
    for (const double beta : {0.0, 0.5, 0.9}) {
      SCOPED_TRACE(std::string(unit) + ", " + std::to_string(beta));
      Map map = map_of(unit);
      map.point.beta = beta;
      map.criteria.longest_cycle = 8;
      map.criteria.lyapunov_updates = 1000;
      const Minimum minimum = find_minima({map.unit, map.point.unit_constants()}, {1.0, 0.0}).front();
      const double limit = 2.0 * (1.0 + beta) / (1.0 - beta) / minimum.curvatures[1];
      const double w = minimum.theta.w + 0.02;
      const double b = minimum.theta.b - 0.02;
      map.point.eta = 0.97 * limit;
      EXPECT_EQ(run_trajectory(map, w, b).fate, Fate::converged);
      map.point.eta = 1.03 * limit;
      const TrajectoryOutcome beyond = run_trajectory(map, w, b);
      EXPECT_EQ(beyond.fate, Fate::cycling);
      EXPECT_EQ(beyond.period, 2);
      EXPECT_EQ(beyond.updates, map.criteria.max_updates);
      EXPECT_LT(beyond.lyapunov, 0.0);
    }
  }
}

/// The smallest learning rate in [lo, hi] at which the cycle has a longer period than `period`.
double end_of_period(Map map, std::int32_t period, double lo, double hi) {
  while (hi - lo > 1e-7) {
    map.point.eta = 0.5 * (lo + hi);
    const std::int32_t found = run_trajectory(map, 1.0, 0.3).period;
    (found > 0 && found <= period ? lo : hi) = map.point.eta;
  }
  return hi;
}

TEST(Orbit, DoublesItsPeriodAtFeigenbaumsRatio) {
  Map map = map_of("elu:1");
  map.point.beta = 0.0;
  map.criteria.max_updates = 100'000;
  map.criteria.longest_cycle = 128;
  map.criteria.tolerance = 1e-9;
  std::vector<double> ends;
  double lo = 2.3;
  for (const std::int32_t period : {2, 4, 8, 16, 32}) {
    ends.push_back(end_of_period(map, period, lo, 2.7));
    lo = ends.back();
  }
  const double ratio = (ends[3] - ends[2]) / (ends[4] - ends[3]);
  EXPECT_NEAR(ratio, 4.669201609, 0.05 * 4.669201609)
      << ends[0] << ' ' << ends[1] << ' ' << ends[2] << ' ' << ends[3] << ' ' << ends[4];
  // Beyond all doublings there is chaos.
  map.point.eta = 3.3;
  map.criteria.lyapunov_updates = 5000;
  const TrajectoryOutcome chaotic = run_trajectory(map, 1.0, 0.3);
  EXPECT_EQ(chaotic.fate, Fate::unfinished);
  EXPECT_EQ(chaotic.period, 0);
  EXPECT_GT(chaotic.lyapunov, 0.05);
}

TEST(Orbit, IsTheSameWhateverIsAskedForBesides) {
  Map map = map_of("softplus");
  map.point.beta = 0.0;
  map.point.eta = 6.0;
  map.criteria.max_updates = 2000;
  map.criteria.longest_cycle = 16;
  const TrajectoryOutcome cycles = run_trajectory(map, 1.0, 0.3);
  map.criteria.lyapunov_updates = 300;
  const TrajectoryOutcome both = run_trajectory(map, 1.0, 0.3);
  map.criteria.longest_cycle = 0;
  const TrajectoryOutcome exponent = run_trajectory(map, 1.0, 0.3);
  EXPECT_EQ(cycles.period, 2);
  EXPECT_EQ(both.period, 2);
  EXPECT_EQ(exponent.fate, Fate::unfinished);
  EXPECT_EQ(both.lyapunov, exponent.lyapunov);
  EXPECT_TRUE(std::isnan(cycles.lyapunov));
  EXPECT_EQ(both.theta.w, cycles.theta.w);
}

}  // namespace
}  // namespace deadcone
