// How much of the plane dies, by the equations and the stop rule of Arnekvist et al. (arXiv 2005.06195), on 81 x 81
// pixels: reference fractions to three digits; and how much of it for ever (docs/reproduction.md).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ostream>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {
namespace {

struct Case {
  double gamma;
  double beta;
  double dead_fraction;
};

/// How gtest names the parameter of a test.
void PrintTo(const Case& c, std::ostream* out) {
  *out << "gamma " << c.gamma << ", beta " << c.beta;
}

double dead_fraction(double gamma, double beta) {
  Map map;
  map.point.beta = beta;
  map.point.gamma = gamma;
  map.window = {{-2, 2, 81}, {-2, 2, 81}};
  map.criteria.stop = StopRule::update;
  map.criteria.max_updates = 400'000;
  map.precision = Precision::float64;

  Meter meter;
  TileResult result;
  make_cpu_mapper(0)->map(map, {0, 0, 81, 81}, Fields{}, meter, result);
  const Counts counts = count_pixels(result.fate, result.updates);
  return static_cast<double>(counts.fates[static_cast<std::size_t>(Fate::dead)]) / static_cast<double>(counts.pixels());
}

class PaperTest : public ::testing::TestWithParam<Case> {};

TEST_P(PaperTest, TheKnownShareOfThePlaneDies) {
  const auto& [gamma, beta, expected] = GetParam();
  EXPECT_LE(std::fabs(dead_fraction(gamma, beta) - expected), 0.002);
}

INSTANTIATE_TEST_SUITE_P(TargetOfDeviationOne, PaperTest,
                         ::testing::Values(Case{1, 0, .376}, Case{1, .7, .352}, Case{1, .8, .330}, Case{1, .9, .279},
                                           Case{1, .95, .226}, Case{1, .99, .151}));

INSTANTIATE_TEST_SUITE_P(TargetOfDeviationOneTenth, PaperTest,
                         ::testing::Values(Case{.1, 0, .420}, Case{.1, .7, .423}, Case{.1, .8, .414},
                                           Case{.1, .9, .511}, Case{.1, .95, .559}));

INSTANTIATE_TEST_SUITE_P(TargetOfDeviationOneHundredth, PaperTest,
                         ::testing::Values(Case{.01, 0, .735}, Case{.01, .7, .750}, Case{.01, .8, .862},
                                           Case{.01, .9, .977}, Case{.01, .95, .993}));

/// The shares of a window that die.
struct Deaths {
  double all;
  double for_ever;  ///< as the trap proves
};
Deaths deaths(double gamma, double beta) {
  constexpr std::int64_t side = 64;
  Map map;
  map.point.beta = beta;
  map.point.gamma = gamma;
  map.window = {{-2, 2, side}, {-2, 2, side}};
  map.criteria.certify = true;
  Meter meter;
  TileResult result;
  make_cpu_mapper(0)->map(map, {0, 0, side, side}, Fields{}, meter, result);
  const auto share = [](std::int64_t count) { return static_cast<double>(count) / (side * side); };
  return {share(std::ranges::count(result.fate, Fate::dead)), share(std::ranges::count(result.proof, Proof::trap))};
}

TEST(PaperHeadline, ASmallTargetKillsForEverWithMomentumAndHardlyWithout) {
  const double tolerance = 0.01;
  const Deaths without = deaths(1, 0);
  const Deaths without_small = deaths(.01, 0);
  EXPECT_NEAR(without.all, .376, tolerance);
  EXPECT_NEAR(without_small.all, .735, tolerance);
  EXPECT_NEAR(without.for_ever, .349, tolerance);
  EXPECT_NEAR(without_small.for_ever, .415, tolerance);
  const Deaths with = deaths(1, .99);
  const Deaths with_small = deaths(.01, .99);
  EXPECT_NEAR(with.all, .146, tolerance);
  EXPECT_NEAR(with_small.all, .998, tolerance);
  EXPECT_NEAR(with.for_ever, .088, tolerance);
  EXPECT_NEAR(with_small.for_ever, .493, tolerance);
}

}  // namespace
}  // namespace deadcone
