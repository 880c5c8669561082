// The quantile of |Z| against 50 digits, for every argument in float, and in lanes.

#include "deadcone/numeric/half_normal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "deadcone/numeric/random.hpp"
#include "numeric/random_lanes.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using test::RandomLanes;
using test::same_bits;

struct Row {
  double c;
  double quantile;
};

// scripts/generate/make_half_normal_table.py
constexpr Row table[] = {
#include "numeric/half_normal_table.inc"
};

/// What half_normal.hpp promises.
template <class Real>
constexpr double promised = sizeof(Real) == sizeof(float) ? 3.6e-7 : 7e-16;

/// Whether c is one that numbers of this precision are made from.
template <class Real>
bool is_argument(double c) {
  const double half_count = sizeof(Real) == sizeof(float) ? 0x1p23 : 0x1p52;
  const double u = c * half_count - 0.5;
  return u == std::floor(u);
}

/// The bits of number u, without a sign.
template <class Real>
bits_t<Real> bits_of_number(std::uint64_t u) {
  return static_cast<bits_t<Real>>(u << (sizeof(Real) == sizeof(float) ? 8 : 11));
}

template <class Real>
class HalfNormalTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t last = (sizeof(Real) == sizeof(float) ? 1ULL << 23 : 1ULL << 52) - 1;

  /// Arguments all over, of which one in `rarity` is far in the tail.
  static std::vector<Real> arguments(std::size_t count, std::size_t rarity) {
    test::Dice dice(count + rarity);
    std::vector<Real> all;
    for (std::size_t i = 0; i < count; ++i) {
      const auto u = static_cast<std::uint64_t>(dice.uniform(0.0, static_cast<double>(last)));
      all.push_back(fraction<Real>(bits_of_number<Real>(i % rarity == 0 ? u >> 13 : u)));
    }
    return all;
  }
};

using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(HalfNormalTest, Reals);

TYPED_TEST(HalfNormalTest, IsAsAccurateAsPromised) {
  int rows = 0;
  for (const Row& row : table) {
    if (!is_argument<TypeParam>(row.c)) continue;
    const auto value = static_cast<double>(half_normal_quantile(static_cast<TypeParam>(row.c)));
    EXPECT_LE(std::fabs(value - row.quantile), promised<TypeParam> * row.quantile) << row.c;
    ++rows;
  }
  EXPECT_GE(rows, 200);
}

TYPED_TEST(HalfNormalTest, TakesTheEnds) {
  const TypeParam largest = half_normal_quantile(fraction<TypeParam>(0));
  const TypeParam least = half_normal_quantile(fraction<TypeParam>(bits_of_number<TypeParam>(this->last)));
  EXPECT_NEAR(static_cast<double>(largest), sizeof(TypeParam) == sizeof(float) ? 5.41998 : 8.29236, 1e-5);
  EXPECT_GT(least, TypeParam(0));
  EXPECT_LT(least, std::numeric_limits<TypeParam>::epsilon());
}

TYPED_TEST(HalfNormalTest, LanesGiveTheScalarBitsWhereverTheTailIs) {
  for (const std::size_t rarity : {1U, 5U, 33U, 100000U}) {
    const std::vector<TypeParam> c = this->arguments(4096, rarity);
    std::vector<TypeParam> quantiles(c.size());
    for (const RandomLanes<TypeParam>& set : test::random_lanes<TypeParam>()) {
      set.quantiles(c.data(), quantiles.data(), static_cast<std::int64_t>(c.size()));
      for (std::size_t i = 0; i < c.size(); ++i)
        ASSERT_TRUE(same_bits(quantiles[i], half_normal_quantile(c[i]))) << c[i];
    }
  }
}

TEST(HalfNormalInFloat, IsAccurateForEveryArgumentAndNeverGrows) {
  const auto narrow = test::random_lanes<float>();
  const auto wide = test::random_lanes<double>();
  if (narrow.empty()) GTEST_SKIP() << "would take long without vectors";
  constexpr std::size_t block = 1 << 16;
  std::vector<float> c(block);
  std::vector<double> wide_c(block);
  std::vector<float> quantiles(block);
  std::vector<double> exact(block);
  float last = INFINITY;
  double worst = 0.0;
  for (std::uint32_t first = 0; first < 1U << 23; first += block) {
    for (std::uint32_t i = 0; i < block; ++i) {
      c[i] = fraction<float>(bits_of_number<float>(first + i));
      wide_c[i] = static_cast<double>(c[i]);
    }
    narrow.back().quantiles(c.data(), quantiles.data(), block);
    wide.back().quantiles(wide_c.data(), exact.data(), block);
    for (std::size_t i = 0; i < block; ++i) {
      worst = std::max(worst, std::fabs(static_cast<double>(quantiles[i]) / exact[i] - 1.0));
      ASSERT_LE(quantiles[i], last) << c[i];
      last = quantiles[i];
    }
  }
  EXPECT_LE(worst, promised<float>);
  EXPECT_GT(last, 0.0F);
}

}  // namespace
}  // namespace deadcone
