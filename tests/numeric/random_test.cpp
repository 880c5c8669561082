// Numbers from random bits: what the bits mean, moments and correlations of many numbers, and the same in lanes.

#include "deadcone/numeric/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "numeric/random_lanes.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using test::Kind;
using test::same_bits;

template <class Real>
class RandomTest : public ::testing::Test {
 protected:
  using Bits = bits_t<Real>;
  static constexpr bool single = sizeof(Real) == sizeof(float);
  static constexpr int spare_bits = single ? 8 : 11;
  static constexpr std::uint64_t numbers = single ? 1ULL << 23 : 1ULL << 52;
  static constexpr Bits sign = static_cast<Bits>(Bits{1} << (8 * sizeof(Bits) - 1));
  static constexpr std::uint32_t calls = 500'000;

  static Bits bits_of_number(std::uint64_t u) { return static_cast<Bits>(u << spare_bits); }
  static std::vector<std::uint64_t> some_numbers() {
    test::Dice dice(3);
    std::vector<std::uint64_t> all = {0, 1, 2, numbers - 1, numbers - 2, numbers / 2, numbers / 2 - 1};
    for (int i = 0; i < 500; ++i)
      all.push_back(static_cast<std::uint64_t>(dice.uniform(0.0, static_cast<double>(numbers))));
    return all;
  }

  /// The numbers of many calls, which follow each other in word `word` of the counter.
  static std::vector<double> drawn(Kind kind, int word) {
    std::vector<double> all;
    for (std::uint32_t call = 0; call < calls; ++call) {
      PhiloxBlock<std::uint64_t> counter = {{1, 2, 3, 4}};
      counter.words[word] = call;
      const auto bits = two_bits<Real>(counter, test::sample_key);
      const TwoNumbers<Real> two =
          kind == Kind::normal ? two_normal_numbers<Real>(bits) : two_uniform_numbers<Real>(bits);
      all.push_back(static_cast<double>(two.first));
      all.push_back(static_cast<double>(two.second));
    }
    return all;
  }

  /// Whether the mean of f(z[i], z[i + distance]) is as near to `mean` as five standard errors.
  template <class Function>
  static void expect_mean(const std::vector<double>& z, std::size_t distance, double mean, double deviation,
                          Function f) {
    double sum = 0.0;
    for (std::size_t i = 0; i + distance < z.size(); ++i) sum += f(z[i], z[i + distance]) - mean;
    const auto count = static_cast<double>(z.size() - distance);
    EXPECT_LE(std::fabs(sum / count), 5.0 * deviation / std::sqrt(count)) << "distance " << distance;
  }
};

using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(RandomTest, Reals);

TYPED_TEST(RandomTest, FractionsAreOddMultiples) {
  for (const std::uint64_t u : this->some_numbers()) {
    const TypeParam c = fraction<TypeParam>(this->bits_of_number(u));
    EXPECT_GT(c, TypeParam(0));
    EXPECT_LT(c, TypeParam(1));
    EXPECT_EQ(c * static_cast<TypeParam>(2 * this->numbers), static_cast<TypeParam>(2 * u + 1));
    EXPECT_TRUE(same_bits(fraction<TypeParam>(this->bits_of_number(this->numbers - 1 - u)), TypeParam(1) - c));
  }
}

TYPED_TEST(RandomTest, TheFirstBitIsTheSignAndTheLastDoNotCount) {
  using Word = bits_t<TypeParam>;
  const auto spare = static_cast<Word>((Word{1} << this->spare_bits) - 1);
  for (const std::uint64_t u : this->some_numbers()) {
    const Word bits = this->bits_of_number(u);
    const TypeParam c = fraction<TypeParam>(bits);
    const TypeParam z = normal_number<TypeParam>(bits);
    EXPECT_GT(z, TypeParam(0));
    for (const Word other : {Word(bits | spare), Word(bits | this->sign), Word(bits | this->sign | spare)}) {
      const bool negative = (other & this->sign) != 0;
      EXPECT_TRUE(same_bits(fraction<TypeParam>(other), c));
      EXPECT_TRUE(same_bits(uniform_number<TypeParam>(other), negative ? -c : c));
      EXPECT_TRUE(same_bits(normal_number<TypeParam>(other), negative ? -z : z));
    }
  }
}

TYPED_TEST(RandomTest, FloatsAreNearlyTheDoublesOfTheSameCall) {
  for (std::uint32_t call = 0; call < 1000; ++call) {
    const auto narrow = two_bits<float>(test::counter_of(call), test::sample_key);
    const auto wide = two_bits<double>(test::counter_of(call), test::sample_key);
    const auto near = [](std::uint32_t few, std::uint64_t many) {
      EXPECT_NEAR(static_cast<double>(uniform_number<float>(few)), uniform_number<double>(many), 0x1p-24);
      EXPECT_NEAR(static_cast<double>(normal_number<float>(few)), normal_number<double>(many), 1e-3);
    };
    near(narrow.first, wide.first);
    near(narrow.second, wide.second);
  }
}

TYPED_TEST(RandomTest, LanesGiveTheScalarBits) {
  constexpr std::int64_t count = 4096;
  std::vector<bits_t<TypeParam>> bits;
  for (const std::uint64_t u : this->some_numbers()) bits.push_back(this->bits_of_number(u));
  for (std::uint32_t call = 0; static_cast<std::int64_t>(bits.size()) < count; ++call)
    bits.push_back(two_bits<TypeParam>(test::counter_of(call), test::sample_key).first);
  std::vector<TypeParam> in_lanes(count);
  for (const auto& set : test::random_lanes<TypeParam>()) {
    for (const Kind kind : {Kind::fraction, Kind::uniform, Kind::normal}) {
      for (const bool two : {false, true}) {
        set.numbers(kind, two, bits.data(), in_lanes.data(), count);
        for (std::size_t i = 0; i < count; ++i) {
          const TypeParam expected = kind == Kind::fraction  ? fraction<TypeParam>(bits[i])
                                     : kind == Kind::uniform ? uniform_number<TypeParam>(bits[i])
                                                             : normal_number<TypeParam>(bits[i]);
          ASSERT_TRUE(same_bits(in_lanes[i], expected)) << i;
        }
      }
    }
  }
}

TYPED_TEST(RandomTest, NormalNumbersHaveTheirMoments) {
  const std::vector<double> z = this->drawn(Kind::normal, 0);
  this->expect_mean(z, 0, 0.0, 1.0, [](double x, double) { return x; });
  this->expect_mean(z, 0, 1.0, std::sqrt(2.0), [](double x, double) { return x * x; });
  this->expect_mean(z, 0, 0.0, std::sqrt(15.0), [](double x, double) { return x * x * x; });
  this->expect_mean(z, 0, 3.0, std::sqrt(96.0), [](double x, double) { return x * x * x * x; });
}

TYPED_TEST(RandomTest, UniformNumbersHaveTheirMoments) {
  const std::vector<double> x = this->drawn(Kind::uniform, 0);
  this->expect_mean(x, 0, 0.0, std::sqrt(1.0 / 3.0), [](double a, double) { return a; });
  this->expect_mean(x, 0, 1.0 / 3.0, std::sqrt(4.0 / 45.0), [](double a, double) { return a * a; });
  this->expect_mean(x, 0, 0.2, std::sqrt(16.0 / 225.0), [](double a, double) { return a * a * a * a; });
}

TYPED_TEST(RandomTest, NeighbouringCountersDoNotCorrelate) {
  for (int word = 0; word < 4; ++word) {
    SCOPED_TRACE(word);
    const std::vector<double> z = this->drawn(Kind::normal, word);
    for (const std::size_t distance : {1U, 2U, 3U, 4U, 8U, 512U}) {
      this->expect_mean(z, distance, 0.0, 1.0, [](double a, double b) { return a * b; });
      // Sums over pairs that share numbers: the products are not correlated, though not independent.
      this->expect_mean(z, distance, 0.0, 2.0, [](double a, double b) { return (a * a - 1.0) * (b * b - 1.0); });
    }
  }
}

}  // namespace
}  // namespace deadcone
