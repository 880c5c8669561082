// The interval of Clopper and Pearson against its definition.

#include "base/binomial_interval.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace deadcone {
namespace {

/// The probability of at most `hits` in `trials`.
double at_most(std::int64_t hits, std::int64_t trials, double p) {
  double sum = 0.0;
  const auto n = static_cast<double>(trials);
  for (std::int64_t k = 0; k <= hits; ++k) {
    const auto x = static_cast<double>(k);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) + x * std::log(p) +
                    (n - x) * std::log1p(-p));
  }
  return sum;
}

TEST(BinomialInterval, LeavesTwoPercentAndAHalfOnEachSide) {
  for (const std::int64_t trials : {1, 2, 7, 100, 1000, 40'000}) {
    for (const std::int64_t part : {0, 1, 3, 10, 50, 90, 100}) {
      const std::int64_t hits = trials * part / 100;
      const auto [share, low, high] = binomial_interval(hits, trials);
      SCOPED_TRACE(testing::Message() << hits << " of " << trials);
      EXPECT_DOUBLE_EQ(share, double(hits) / double(trials));
      if (hits == 0) {
        EXPECT_EQ(low, 0.0);
      } else {
        EXPECT_NEAR(1.0 - at_most(hits - 1, trials, low), 0.025, 1e-8);
      }
      if (hits == trials) {
        EXPECT_EQ(high, 1.0);
      } else {
        EXPECT_NEAR(at_most(hits, trials, high), 0.025, 1e-8);
      }
    }
  }
}

TEST(BinomialInterval, OfNothingIsEverything) {
  const auto [share, low, high] = binomial_interval(0, 0);
  EXPECT_TRUE(std::isnan(share));
  EXPECT_EQ(low, 0.0);
  EXPECT_EQ(high, 1.0);
}

TEST(BinomialInterval, OfNoHitsInManyTrials) {
  // "Rule of three": 1 - 0.025^(1/n).
  EXPECT_NEAR(binomial_interval(0, 1'000'000'000).high, 3.68888e-9, 1e-13);
}

}  // namespace
}  // namespace deadcone
