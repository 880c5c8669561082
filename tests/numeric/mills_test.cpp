// Mills' ratio on the whole half-line, and densities and exponentials from squares.

#include "deadcone/numeric/mills.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "deadcone/numeric/normal.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace numeric;

template <class Real>
class MillsTest : public ::testing::Test {
 protected:
  static constexpr double allowed = sizeof(Real) == 4 ? 5e-7 : 1e-15;

  static ::testing::AssertionResult is_near(Real value, long double exact) {
    const auto error = static_cast<double>(std::fabs(static_cast<long double>(value) / exact - 1));
    if (error <= allowed) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << value << " is off from " << static_cast<double>(exact) << " by " << error;
  }
};

using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(MillsTest, Reals);

TYPED_TEST(MillsTest, IsItsContinuedFraction) {
  // M_n = integral of y^n exp(-x y - y^2/2): M_n/M_(n-1) = n/(x + M_(n+1)/M_n), which converges the faster the greater x is.
  int places = 0;
  for (double at = 0.75; at < 2e5; at = at * 1.03 + 1e-3, ++places) {
    const auto x = static_cast<TypeParam>(at);
    SCOPED_TRACE(x);
    long double ratio = 0;
    for (int n = 4000; n > 0; --n) ratio = n / (static_cast<long double>(x) + ratio);
    const long double exact = 1 / (static_cast<long double>(x) + ratio);
    const Mills<TypeParam> found = mills(x);
    EXPECT_TRUE(this->is_near(found.ratio, exact));
    EXPECT_TRUE(this->is_near(found.moment, exact * ratio));
  }
  EXPECT_GT(places, 300);
}

TYPED_TEST(MillsTest, IsTheRatioThatItSaysNearZero) {
  const long double root_half_pi = std::sqrt(std::acos(-1.0L) / 2);
  for (int i = 0; i <= 200; ++i) {
    const auto x = static_cast<TypeParam>(i / 200.0);
    SCOPED_TRACE(x);
    const long double y = static_cast<long double>(x);
    const long double exact = root_half_pi * std::erfc(y / std::sqrt(2.0L)) * std::exp(y * y / 2);
    EXPECT_TRUE(this->is_near(mills(x).ratio, exact));
    EXPECT_TRUE(this->is_near(mills(x).moment, 1 - y * exact));
    EXPECT_EQ(mills(-x).ratio, mills(x).ratio);
  }
}

TYPED_TEST(MillsTest, IsFiniteFarOut) {
  const TypeParam infinity = std::numeric_limits<TypeParam>::infinity();
  for (const TypeParam x : {std::numeric_limits<TypeParam>::max(), infinity, TypeParam(NAN)}) {
    EXPECT_GT(mills(x).ratio, TypeParam(0));
    EXPECT_LT(mills(x).ratio, TypeParam(1e-5));
    EXPECT_GT(mills(x).moment, TypeParam(0));
    EXPECT_LT(mills(x).moment, TypeParam(1e-10));
  }
}

TYPED_TEST(MillsTest, DensityOfASquareIsTheDensity) {
  constexpr double unit = sizeof(TypeParam) == 4 ? 1e-7 : 2e-16;
  for (int i = 0; i <= 5000; ++i) {
    const double at = i / 100.0;
    const auto t = static_cast<TypeParam>(at);
    const auto density = static_cast<double>(normal(t).density);
    EXPECT_LE(std::fabs(static_cast<double>(density_of_square(t * t)) - density),
              (1 + at * at / 2) * unit * density + 1e-300)
        << t;
  }
  EXPECT_EQ(density_of_square(std::numeric_limits<TypeParam>::infinity()), TypeParam(0));
  EXPECT_EQ(density_of_square(TypeParam(NAN)), TypeParam(0));
}

TYPED_TEST(MillsTest, ExponentialIsThatOfTheLibrary) {
  constexpr double unit = sizeof(TypeParam) == 4 ? 3e-7 : 6e-16;
  for (int i = 0; i <= 7000; ++i) {
    const auto z = static_cast<TypeParam>(-i / 100.0);
    const double exact = std::exp(static_cast<double>(z));
    EXPECT_LE(std::fabs(static_cast<double>(exp_of_negative(z)) - exact), unit * (1 + i / 200.0) * exact) << z;
  }
  EXPECT_EQ(exp_of_negative(-std::numeric_limits<TypeParam>::max()), TypeParam(0));
}

}  // namespace
}  // namespace deadcone
