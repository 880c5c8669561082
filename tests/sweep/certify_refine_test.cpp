// --certify and --refine against exhaustive maps of the paper's Figure 4.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/memory_sink.hpp"
#include "deadcone/sweep.hpp"
#include "sweep/region_refinement.hpp"

namespace deadcone {
namespace {

Sweep figure_4(Precision precision, std::int64_t side) {
  Sweep sweep;
  sweep.values(Axis::beta) = {0.0, 0.7, 0.8, 0.9, 0.95, 0.99};
  sweep.values(Axis::gamma) = {1.0, 0.1, 0.01};
  sweep.plane = {{-2, 2, side}, {-2, 2, side}};
  sweep.precision = precision;
  return sweep;
}

Maps maps_of(const Sweep& sweep) {
  MemorySink sink(sweep);
  Meter meter;
  run_sweep(sweep, {}, *make_cpu_mapper(0), sink, meter, [](auto...) {});
  return sink.release();
}

std::int64_t updates_of(const Maps& maps, std::size_t row) {
  std::int64_t updates = 0;
  for (std::size_t point = row; point < maps.counts.size(); point += 3) updates += maps.counts[point].updates;
  return updates;
}

struct Case {
  Precision precision;
  std::int64_t side;
};

/// How gtest names the parameter of a test.
void PrintTo(const Case& c, std::ostream* out) {
  *out << name_of(c.precision) << ", " << c.side << " pixels";
}

class CertifyRefineTest : public ::testing::TestWithParam<Case> {};

TEST_P(CertifyRefineTest, GivesNoOtherFateThanTheExhaustiveMap) {
  Sweep sweep = figure_4(GetParam().precision, GetParam().side);
  const Maps all = maps_of(sweep);
  sweep.criteria.certify = true;
  const Maps certified = maps_of(sweep);
  sweep.refinement.kind = RefinementKind::borders;
  const Maps refined = maps_of(sweep);
  sweep.refinement.kind = RefinementKind::exact;
  const Maps exact = maps_of(sweep);

  const auto pixels = static_cast<std::size_t>(sweep.plane.pixels());
  for (std::size_t point = 0; point < all.counts.size(); ++point) {
    SCOPED_TRACE(point);
    std::int64_t wrongly_filled = 0;
    for (std::size_t i = point * pixels; i < (point + 1) * pixels; ++i) {
      const Fate fate = all.fate[i];
      if (fate != Fate::converged && fate != Fate::dead) continue;
      ASSERT_EQ(certified.fate[i], fate) << i;
      ASSERT_EQ(exact.fate[i], fate) << i;
      if (refined.fate[i] == fate) continue;
      ASSERT_EQ(refined.origin[i], PixelOrigin::filled) << i;
      ++wrongly_filled;
    }
    EXPECT_LE(wrongly_filled, 2);
  }
  // Half of what was seen on larger maps.
  EXPECT_GT(updates_of(all, 0), 18 * updates_of(certified, 0));
  EXPECT_GT(updates_of(all, 1), 9 * updates_of(certified, 1));
  EXPECT_GT(updates_of(all, 2), 30 * updates_of(certified, 2));
}

INSTANTIATE_TEST_SUITE_P(Figure4, CertifyRefineTest,
                         ::testing::Values(Case{Precision::float32, 256}, Case{Precision::float64, 96}));

}  // namespace
}  // namespace deadcone
