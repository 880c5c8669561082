// The normal density and distribution against 50 digits, and what must hold beyond the table.

#include "deadcone/numeric/normal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using test::same_bits;

struct Row {
  double t;
  double density;
  double lower;  ///< Phi(-t)
  double upper;  ///< Phi(t)
};

// scripts/generate/make_normal_table.py
constexpr Row table[] = {
#include "numeric/normal_table.inc"
};

/// What normal.hpp promises for a precision.
template <class Real>
struct Promise;
template <>
struct Promise<float> {
  static constexpr double relative_error = 2e-6;
  static constexpr double reach = 8.0;
  static constexpr double zero_from = 12.8171;  ///< just above where phi becomes zero
  static constexpr double relative_error_beyond = 6e-6;
};
template <>
struct Promise<double> {
  static constexpr double relative_error = 1e-14;
  static constexpr double reach = 25.0;
  static constexpr double zero_from = 37.502;
  static constexpr double relative_error_beyond = relative_error;
};

template <class Real>
class NormalTest : public ::testing::Test {
 protected:
  static constexpr Real infinity = std::numeric_limits<Real>::infinity();

  static ::testing::AssertionResult is_near(Real value, double exact, double allowed) {
    const double error = std::fabs(static_cast<double>(value) - exact) / exact;
    if (error <= allowed) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << value << " is off from " << exact << " by " << error;
  }

  static void expect_the_row(const Row& row) {
    SCOPED_TRACE(row.t);
    const double allowed =
        row.t <= Promise<Real>::reach ? Promise<Real>::relative_error : Promise<Real>::relative_error_beyond;
    const Normal<Real> above = normal(static_cast<Real>(row.t));
    const Normal<Real> below = normal(static_cast<Real>(-row.t));
    EXPECT_TRUE(is_near(above.density, row.density, allowed));
    EXPECT_TRUE(is_near(below.density, row.density, allowed));
    EXPECT_TRUE(is_near(above.distribution, row.upper, allowed));
    EXPECT_TRUE(is_near(below.distribution, row.lower, allowed));
  }

  /// Calls check(t) for numbers throughout [-40, 40], and for every one next to where the density becomes zero.
  template <class Check>
  static void for_many(Check check) {
    for (int i = -40 * 512; i <= 40 * 512; ++i) check(static_cast<Real>(i) / Real(512) * Real(1.0001));
    Real t = static_cast<Real>(Promise<Real>::zero_from);
    for (int i = 0; i < 200; ++i) t = std::nextafter(t, Real(0));
    for (int i = 0; i < 2000; ++i, t = std::nextafter(t, infinity)) {
      check(t);
      check(-t);
    }
  }
};

using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(NormalTest, Reals);

TYPED_TEST(NormalTest, TableIsOfNumbersThatAreExactInThisPrecision) {
  for (const Row& row : table) EXPECT_EQ(static_cast<double>(static_cast<TypeParam>(row.t)), row.t);
}

TYPED_TEST(NormalTest, IsAccurateWherePromised) {
  int rows = 0;
  for (const Row& row : table) {
    if (row.t > Promise<TypeParam>::reach) continue;
    this->expect_the_row(row);
    ++rows;
  }
  EXPECT_GE(rows, 200);
}

TYPED_TEST(NormalTest, KeepsItsRelativeAccuracyUntilTheDensityIsZero) {
  for (const Row& row : table) {
    if (row.t > Promise<TypeParam>::reach && row.t < Promise<TypeParam>::zero_from - 1e-3) this->expect_the_row(row);
  }
}

TYPED_TEST(NormalTest, IsExactlyZeroOrOneBeyond) {
  for (const Row& row : table) {
    if (row.t < Promise<TypeParam>::zero_from) continue;
    const auto t = static_cast<TypeParam>(row.t);
    EXPECT_TRUE(same_bits(normal(t).density, TypeParam(0))) << t;
    EXPECT_TRUE(same_bits(normal(-t).density, TypeParam(0))) << t;
    EXPECT_TRUE(same_bits(normal(-t).distribution, TypeParam(0))) << t;
    EXPECT_EQ(normal(t).distribution, TypeParam(1)) << t;
  }
}

TYPED_TEST(NormalTest, NeverGivesADenormal) {
  this->for_many([](TypeParam t) {
    const Normal<TypeParam> value = normal(t);
    EXPECT_TRUE(std::isnormal(value.density) || value.density == 0) << t;
    EXPECT_TRUE(std::isnormal(value.distribution) || value.distribution == 0) << t;
  });
}

TYPED_TEST(NormalTest, TakesInfinities) {
  const Normal<TypeParam> above = normal(this->infinity);
  EXPECT_EQ(above.density, TypeParam(0));
  EXPECT_EQ(above.distribution, TypeParam(1));
  const Normal<TypeParam> below = normal(-this->infinity);
  EXPECT_EQ(below.density, TypeParam(0));
  EXPECT_EQ(below.distribution, TypeParam(0));
}

TYPED_TEST(NormalTest, TakesTheLargestNumbers) {
  const TypeParam largest = std::numeric_limits<TypeParam>::max();
  EXPECT_EQ(normal(largest).density, TypeParam(0));
  EXPECT_EQ(normal(largest).distribution, TypeParam(1));
  EXPECT_EQ(normal(-largest).density, TypeParam(0));
  EXPECT_EQ(normal(-largest).distribution, TypeParam(0));
}

TYPED_TEST(NormalTest, TakesNotANumberForMinusInfinity) {
  const TypeParam nan = std::numeric_limits<TypeParam>::quiet_NaN();
  for (const TypeParam t : {nan, -nan}) {
    EXPECT_EQ(normal(t).density, TypeParam(0));
    EXPECT_EQ(normal(t).distribution, TypeParam(0));
  }
}

TYPED_TEST(NormalTest, DoesNotTellTheZerosApart) {
  EXPECT_TRUE(same_bits(normal(TypeParam(0)).density, normal(-TypeParam(0)).density));
  EXPECT_TRUE(same_bits(normal(TypeParam(0)).distribution, normal(-TypeParam(0)).distribution));
}

TYPED_TEST(NormalTest, DensityIsEven) {
  this->for_many([](TypeParam t) { EXPECT_TRUE(same_bits(normal(t).density, normal(-t).density)) << t; });
}

TYPED_TEST(NormalTest, DistributionAboveZeroIsOneMinusThatBelow) {
  this->for_many([](TypeParam t) {
    if (!(t > 0)) return;
    EXPECT_TRUE(same_bits(normal(t).distribution, TypeParam(1) - normal(-t).distribution)) << t;
  });
}

TYPED_TEST(NormalTest, DistributionDoesNotDecrease) {
  constexpr TypeParam rounding = 4 * std::numeric_limits<TypeParam>::epsilon();
  TypeParam last = 0;
  for (int i = -45 * 4096; i <= 45 * 4096; ++i) {
    const TypeParam now = normal(static_cast<TypeParam>(i) / TypeParam(4096)).distribution;
    ASSERT_GE(now, last * (1 - rounding)) << static_cast<TypeParam>(i) / TypeParam(4096);
    last = now;
  }
  EXPECT_EQ(last, TypeParam(1));
}

}  // namespace
}  // namespace deadcone
