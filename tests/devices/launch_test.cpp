// How work is laid out for a GPU, as far as it can be checked without one.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "unit/counts.hpp"
#include "unit/geometry.hpp"
#include "unit/layout.hpp"
#include "unit/row_bands.hpp"

namespace deadcone {
namespace {

TEST(LaunchGeometry, RunsEachPixelOnceAndNoneBeyondTheGuard) {
  for (const auto& [count_w, count_b] :
       {std::pair{1, 1}, {512, 512}, {17, 9}, {16, 8}, {1, 300}, {513, 3}, {1, 600'000}, {600'000, 1}}) {
    std::vector<int> times(static_cast<std::size_t>(count_w * count_b));
    for (std::int64_t block = 0; block < blocks_of(count_w, count_b); ++block) {
      for (std::int32_t thread = 0; thread < block_threads; ++thread) {
        const TilePixel pixel = pixel_of(static_cast<std::uint32_t>(block), thread, count_w);
        if (pixel.w < count_w && pixel.b < count_b) ++times[static_cast<std::size_t>(pixel.b * count_w + pixel.w)];
      }
    }
    EXPECT_EQ(times, std::vector<int>(times.size(), 1)) << count_w << " x " << count_b;
  }
}

TEST(LaunchGeometry, GivesAWarpAPatchOfNeighbours) {
  for (std::int32_t warp = 0; warp < block_threads / 32; ++warp) {
    std::int32_t least_w = INT32_MAX, most_w = 0, least_b = INT32_MAX, most_b = 0;
    for (std::int32_t lane = 0; lane < 32; ++lane) {
      const TilePixel pixel = pixel_of(53, 32 * warp + lane, 160);
      least_w = std::min(least_w, pixel.w);
      most_w = std::max(most_w, pixel.w);
      least_b = std::min(least_b, pixel.b);
      most_b = std::max(most_b, pixel.b);
    }
    EXPECT_EQ(most_w - least_w + 1, patch_width);
    EXPECT_EQ(most_b - least_b + 1, patch_height);
  }
}

TEST(LaunchGeometry, FitsTheLargestWindowsIntoOneDimension) {
  EXPECT_LE(blocks_of(1, largest_side), largest_grid);
  EXPECT_LE(blocks_of(largest_side, 1), largest_grid);
  EXPECT_EQ(blocks_of(largest_side, largest_side), std::int64_t{1} << 41);  // no device has the memory for that
}

TEST(BatchGeometry, RunsEachPixelOfEachMapOnceAndMixesNoMapsInAWarp) {
  for (const auto& [count_w, count_b] : {std::pair{1, 1},
                                         {4, 4},
                                         {1, 32},
                                         {5, 5},
                                         {6, 4},
                                         {5, 7},
                                         {32, 32},
                                         {33, 3},
                                         {64, 64},
                                         {48, 1},
                                         {100, 2},
                                         {31, 1}}) {
    SCOPED_TRACE(::testing::Message() << count_w << " x " << count_b);
    const BatchGeometry geometry = batch_geometry(count_w, count_b);
    const std::int64_t map_pixels = std::int64_t{count_w} * count_b;
    constexpr std::int64_t maps = 7;
    std::vector<int> times(static_cast<std::size_t>(maps * map_pixels));
    std::vector<std::set<std::int64_t>> maps_of_warp(
        static_cast<std::size_t>(threads_of(geometry, maps) / warp_threads + 1));
    for (std::int64_t thread = 0; thread < threads_of(geometry, maps); ++thread) {
      const std::int64_t pixel = pixel_of(geometry, thread);
      if (pixel < 0) continue;
      ++times.at(static_cast<std::size_t>(pixel));
      maps_of_warp[static_cast<std::size_t>(thread / warp_threads)].insert(pixel / map_pixels);
    }
    EXPECT_EQ(times, std::vector<int>(times.size(), 1));
    EXPECT_GT(maps * map_pixels * 4, threads_of(geometry, maps) * 3) << "too many lanes without a pixel";
    if (geometry.patch_width == 0) continue;
    for (const auto& of_warp : maps_of_warp) EXPECT_LE(of_warp.size(), 1U);
  }
  EXPECT_NE(batch_geometry(32, 32).patch_width, 0);
  EXPECT_NE(batch_geometry(8, 4).patch_width, 0);
  EXPECT_EQ(batch_geometry(4, 4).patch_width, 0);
  EXPECT_EQ(batch_geometry(1, 1).patch_width, 0);
}

TEST(DeviceCounts, AddUpToThoseOfThePixels) {
  std::vector<DeviceCounts> copies(count_copies);
  std::vector<Fate> fate;
  std::vector<std::int32_t> updates;
  for (int i = 0; i < 1000; ++i) {
    fate.push_back(static_cast<Fate>(i * 7 % fate_count));
    updates.push_back(i % 3 == 0 ? 2'000'000'000 - i : i);
    count_pixel(copies[static_cast<std::size_t>(i * i % count_copies)], fate.back(), updates.back());
  }
  EXPECT_EQ(sum_of_copies(copies.data()), count_pixels(fate, updates));
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
