// A thousand million normal numbers, counted in bins of equal probability.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "numeric/random_lanes.hpp"

namespace deadcone {
namespace {

/// The value that a chi-square of many degrees of freedom exceeds as often as a normal number exceeds z (Wilson and
/// Hilferty).
double chi_square_quantile(double degrees, double z) {
  const double ninth = 2.0 / (9.0 * degrees);
  return degrees * std::pow(1.0 - ninth + z * std::sqrt(ninth), 3.0);
}

TEST(NormalNumbers, FillTheBinsOfAThousandMillion) {
  const auto sets = test::random_lanes<float>();
  if (sets.empty()) GTEST_SKIP() << "would take minutes without vectors";
  constexpr std::int64_t calls = 500'000'000 / 64 * 64;
  std::uint64_t bins[1024] = {};
  sets.back().count_normals(calls, bins);

  const double expected = 2.0 * static_cast<double>(calls) / 1024.0;
  double chi_square = 0.0;
  std::uint64_t sum = 0;
  for (const std::uint64_t count : bins) {
    const double off = static_cast<double>(count) - expected;
    chi_square += off * off / expected;
    sum += count;
  }
  EXPECT_EQ(sum, 2ULL * calls);
  constexpr double z = 4.7534243;  // exceeded with probability 1e-6
  EXPECT_GT(chi_square, chi_square_quantile(1023.0, -z));
  EXPECT_LT(chi_square, chi_square_quantile(1023.0, z));
  RecordProperty("chi_square", std::to_string(chi_square));
}

}  // namespace
}  // namespace deadcone
