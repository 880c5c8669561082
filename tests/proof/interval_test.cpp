// Intervals hold the exact results: every operation on random members, against a wider number type.

#include "proof/interval.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using test::Dice;

bool holds(Interval a, long double x) {
  return static_cast<long double>(a.lo) <= x && x <= static_cast<long double>(a.hi);
}

/// Of either sign and of many sizes.
double random_number(Dice& dice) {
  return dice.one_of({-1.0, 1.0}) * std::exp2(dice.uniform(-30, 30));
}

/// Wide, narrow, and of a single number.
Interval random_interval(Dice& dice) {
  const double one = random_number(dice);
  const double other = dice.one_of({one, one * (1 + 0x1p-50), one * 1.5, random_number(dice)});
  return {std::min(one, other), std::max(one, other)};
}

double member(Dice& dice, Interval a) {
  return std::clamp(dice.one_of({a.lo, a.hi, dice.uniform(a.lo, a.hi)}), a.lo, a.hi);
}

TEST(Interval, HoldsSumsDifferencesProductsAndQuotients) {
  Dice dice(1);
  for (int i = 0; i < 100'000; ++i) {
    const Interval a = random_interval(dice);
    const Interval b = random_interval(dice);
    const long double x = member(dice, a);
    const long double y = member(dice, b);
    EXPECT_TRUE(holds(a + b, x + y));
    EXPECT_TRUE(holds(a - b, x - y));
    EXPECT_TRUE(holds(a * b, x * y));
    if (b.lo > 0.0 || b.hi < 0.0) {
      EXPECT_TRUE(holds(a / b, x / y));
    }
  }
}

TEST(Interval, HoldsSquaresRootsAndPositiveParts) {
  Dice dice(2);
  for (int i = 0; i < 100'000; ++i) {
    const Interval a = random_interval(dice);
    const long double x = member(dice, a);
    EXPECT_TRUE(holds(squared(a), x * x));
    EXPECT_GE(squared(a).lo, a.lo <= 0.0 && a.hi >= 0.0 ? 0.0 : below(0.0));
    if (x < 0.0L) continue;
    EXPECT_TRUE(holds(positive_part(a), x));
    EXPECT_TRUE(holds(square_root(a), std::sqrt(x)));
    EXPECT_GE(square_root(a).lo, 0.0);
  }
}

TEST(Interval, IsNoWiderThanItNeedsToBe) {
  const Interval two = exactly(1.0) + exactly(1.0);
  EXPECT_EQ(two.lo, below(2.0));
  EXPECT_EQ(two.hi, above(2.0));
  EXPECT_EQ(squared(Interval{-2.0, 1.0}).lo, 0.0);
  EXPECT_EQ((Interval{-2.0, 1.0} * Interval{-2.0, 1.0}).lo, below(-2.0));
}

TEST(Interval, HoldsDensityAndDistribution) {
  Dice dice(3);
  for (int i = 0; i < 100'000; ++i) {
    const double one = dice.uniform(-25, 25);
    const double other = dice.one_of({one, std::min(one + 1e-3, 25.0), dice.uniform(-25, 25)});
    const Interval t = {std::min(one, other), std::max(one, other)};
    const long double x = member(dice, t);
    const Normal<Interval> norm = normal(t);
    EXPECT_TRUE(holds(norm.density, std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi_v<long double>)));
    EXPECT_TRUE(holds(norm.distribution, std::erfc(-x / std::numbers::sqrt2_v<long double>) / 2));
  }
}

}  // namespace
}  // namespace deadcone
