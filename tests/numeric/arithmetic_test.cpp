// The operations that the formulas are written in, as far as they are more than the compiler's own.

#include "deadcone/numeric/arithmetic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "deadcone/numeric/normal_coefficients.hpp"
#include "support/hardware_reciprocal.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using test::hardware_reciprocal;
using test::same_bits;

template <class Real>
class ArithmeticTest : public ::testing::Test {};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ArithmeticTest, Reals);

TYPED_TEST(ArithmeticTest, TheSignOfOneNumberMultipliesAnother) {
  using Real = TypeParam;
  const Real infinity = std::numeric_limits<Real>::infinity();
  for (const Real a : {Real(0), Real(-0.0), Real(1.5), Real(-3), infinity}) {
    for (const Real b : {Real(2), Real(0.25), infinity}) {
      EXPECT_TRUE(same_bits(times_sign_of(a, b), a));
      EXPECT_TRUE(same_bits(times_sign_of(a, -b), -a));
    }
    EXPECT_TRUE(same_bits(times_sign_of(a, Real(-0.0)), -a));
  }
}

TYPED_TEST(ArithmeticTest, APolynomialIsThatOfItsCoefficients) {
  using Real = TypeParam;
  const Real coefficients[] = {3, -2, 5, 7, -1};  // of whole numbers: every operation is exact
  for (const Real x : {Real(-3), Real(0), Real(1), Real(4)}) {
    EXPECT_EQ(polynomial(x, x * x, coefficients), (((3 * x - 2) * x + 5) * x + 7) * x - 1);
    EXPECT_EQ(monic_polynomial(x, x * x, coefficients), ((((x + 3) * x - 2) * x + 5) * x + 7) * x - 1);
  }
}

TYPED_TEST(ArithmeticTest, AReciprocalRootIsWithinTwoUnitsInTheLastPlace) {
  using Real = TypeParam;
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> exponent(-100, 100);
  double worst = 0;
  double worst_guess = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const Real a = static_cast<Real>(std::exp2(exponent(random)));
    const long double exact = 1 / std::sqrt(static_cast<long double>(a));
    worst = std::max(worst, static_cast<double>(std::fabs(reciprocal_root(a) / exact - 1)));
    worst_guess = std::max(worst_guess, static_cast<double>(std::fabs(reciprocal_root_guess(a) / exact - 1)));
  }
  EXPECT_LT(worst, 2 * std::numeric_limits<Real>::epsilon());
  EXPECT_LT(worst_guess, 0.035);
}

TYPED_TEST(ArithmeticTest, AQuotientFromAReciprocalIsTheCorrectlyRoundedOne) {
  using Real = TypeParam;
  using C = NormalCoefficients<Real>;
  const auto check = [](Real a, Real b) {
    for (const int ulps : {-1, 0, 1}) {
      if (!same_bits(quotient_from_reciprocal(a, b, hardware_reciprocal(b, ulps)), a / b)) return false;
    }
    return true;
  };
  std::mt19937_64 random(7);
  int wrong = 0;
  constexpr int samples = 2'000'000;
  for (int i = 0; i < samples; ++i) {
    // Mills' ratio, which it is used for, at any argument of any size.
    const Real x = std::min(std::ldexp(static_cast<Real>(1.0 + static_cast<double>(random() % (1U << 30)) / (1U << 30)),
                                       static_cast<int>(random() % 30) - 24),
                            static_cast<Real>(C::largest_t));
    wrong += check(C::mills_numerator(x, x * x), C::mills_denominator(x, x * x)) ? 0 : 1;
    // Any two numbers of the range that is promised.
    const auto any = [&] {
      return std::ldexp(static_cast<Real>(1.0 + static_cast<double>(random() >> 12) / std::ldexp(1.0, 52)),
                        static_cast<int>(random() % 119) - 60);
    };
    wrong += check(any(), any()) ? 0 : 1;
  }
  EXPECT_EQ(wrong, 0) << "of " << 2 * samples;
}

}  // namespace
}  // namespace deadcone
