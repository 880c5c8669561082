// How work is laid out for a GPU, as far as it can be checked without one.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "unit/geometry.hpp"
#include "unit/layout.hpp"
#include "unit/row_bands.hpp"

namespace deadcone {
namespace {

TEST(LaunchGeometry, RunsEachPixelOnceAndNoneBeyondTheGuard) {
  for (const auto& [count_w, count_b] : {std::pair{1, 1}, {512, 512}, {17, 9}, {16, 8}, {1, 300}, {513, 3}}) {
    std::vector<int> times(static_cast<std::size_t>(count_w * count_b));
    for (std::int32_t block_b = 0; block_b < blocks_down(count_b); ++block_b) {
      for (std::int32_t block_w = 0; block_w < blocks_across(count_w); ++block_w) {
        for (std::int32_t thread = 0; thread < block_threads; ++thread) {
          const TilePixel pixel = pixel_of(block_w, block_b, thread);
          if (pixel.w < count_w && pixel.b < count_b) ++times[static_cast<std::size_t>(pixel.b * count_w + pixel.w)];
        }
      }
    }
    EXPECT_EQ(times, std::vector<int>(times.size(), 1)) << count_w << " x " << count_b;
  }
}

TEST(LaunchGeometry, GivesAWarpAPatchOfNeighbours) {
  for (std::int32_t warp = 0; warp < block_threads / 32; ++warp) {
    std::int32_t least_w = INT32_MAX, most_w = 0, least_b = INT32_MAX, most_b = 0;
    for (std::int32_t lane = 0; lane < 32; ++lane) {
      const TilePixel pixel = pixel_of(3, 5, 32 * warp + lane);
      least_w = std::min(least_w, pixel.w);
      most_w = std::max(most_w, pixel.w);
      least_b = std::min(least_b, pixel.b);
      most_b = std::max(most_b, pixel.b);
    }
    EXPECT_EQ(most_w - least_w + 1, patch_width);
    EXPECT_EQ(most_b - least_b + 1, patch_height);
  }
}

TEST(TileLayout, HasRoomForEveryFieldAndNoOverlap) {
  for (const std::int64_t pixels : {1, 255, 256, 262'144}) {
    for (const bool final : {false, true}) {
      for (const bool loss : {false, true}) {
        for (const bool general_and_certified : {false, true}) {
          const auto count = static_cast<std::size_t>(pixels);
          Map map;
          map.point.r = general_and_certified ? 0.5 : 0.0;
          map.criteria.certify = general_and_certified;
          const TileLayout layout = layout_of(pixels, wanted_fields(map, {true, final, loss}), Precision::float64);
          const bool has_r = final && general_and_certified;
          EXPECT_GE(layout.proof - layout.fate, count);
          EXPECT_GE(layout.r_final - layout.proof, general_and_certified ? count : 0);
          EXPECT_GE(layout.w_final - layout.r_final, has_r ? count * sizeof(double) : 0);
          EXPECT_GE(layout.b_final - layout.w_final, final ? count * sizeof(double) : 0);
          EXPECT_GE(layout.loss_final - layout.b_final, final ? count * sizeof(double) : 0);
          EXPECT_GE(layout.updates - layout.loss_final, loss ? count * sizeof(double) : 0);
          EXPECT_GE(layout.total - layout.updates, count * sizeof(std::int32_t));
          for (const std::size_t offset : {layout.fate, layout.proof, layout.r_final, layout.w_final, layout.b_final,
                                           layout.loss_final, layout.updates, layout.total}) {
            EXPECT_EQ(offset % field_alignment, 0);
          }
        }
      }
    }
  }
}

TEST(TileLayout, CopiesBackWhatIsKept) {
  const TileLayout with = layout_of(1000, wanted_fields({}, {true, true, true}), Precision::float32);
  const TileLayout without = layout_of(1000, wanted_fields({}, {false, true, true}), Precision::float32);
  EXPECT_EQ(with.kept, with.total);
  EXPECT_EQ(without.kept, without.updates);
  EXPECT_EQ(without.total, with.total);
}

TEST(RowBands, AreHalvedUntilThereIsMemory) {
  for (std::int64_t rows = 1; rows <= 512; ++rows) {
    for (const std::int64_t room : {1, 2, 3, 100, 511, 512}) {
      std::vector<std::int64_t> asked;
      const std::int64_t fit = rows_that_fit(rows, [&](std::int64_t n) {
        asked.push_back(n);
        return n <= room;
      });
      EXPECT_GE(fit, 1);
      EXPECT_LE(fit, room);
      EXPECT_EQ(asked.back(), fit);
      EXPECT_TRUE(fit == rows || 2 * fit + 1 > room) << "more would have fitted";
    }
  }
  EXPECT_EQ(rows_that_fit(512, [](std::int64_t) { return false; }), 0);
}

}  // namespace
}  // namespace deadcone
