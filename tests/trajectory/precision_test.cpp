// How closely float follows double: at least 99.99% of the fates, and the updates of 99% of the pixels to 1%, on each
// map.

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <tuple>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {
namespace {

/// beta and gamma.
class PrecisionTest : public ::testing::TestWithParam<std::tuple<double, double>> {};

TEST_P(PrecisionTest, FloatFollowsDouble) {
  constexpr std::int64_t side = 128;
  Map map;
  std::tie(map.point.beta, map.point.gamma) = GetParam();
  map.window = {{-2, 2, side}, {-2, 2, side}};
  const auto mapper = make_cpu_mapper(0);
  const auto computed = [&](Precision precision) {
    map.precision = precision;
    Meter meter;
    TileResult result;
    mapper->map(map, {0, 0, side, side}, Fields{}, meter, result);
    return result;
  };
  const TileResult in_float = computed(Precision::float32);
  const TileResult in_double = computed(Precision::float64);

  int other_fates = 0;
  int other_updates = 0;
  for (std::size_t i = 0; i < in_double.fate.size(); ++i) {
    if (in_float.fate[i] != in_double.fate[i]) ++other_fates;
    if (!(std::abs(in_float.updates[i] - in_double.updates[i]) <= 0.01 * in_double.updates[i])) ++other_updates;
  }
  EXPECT_LE(other_fates, 0.0001 * side * side);
  EXPECT_LE(other_updates, 0.01 * side * side);
}

INSTANTIATE_TEST_SUITE_P(Maps, PrecisionTest,
                         ::testing::Combine(::testing::Values(0, 0.7, 0.9, 0.97, 0.99),
                                            ::testing::Values(1, 0.1, 0.01)));

}  // namespace
}  // namespace deadcone
