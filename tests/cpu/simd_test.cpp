// Every instruction set that this machine has gives the bits of the scalar path: over random models, numbers of pixels
// that leave lanes empty, and few updates.

#include "cpu/simd_loop.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "cpu/cpu_mapper.hpp"
#include "support/same_bits.hpp"

namespace deadcone {
namespace {

using test::expect_same;

constexpr Fields all_fields = {.updates = true, .final = true, .loss = true};

TileResult computed(InstructionSet set, int threads, const Map& map) {
  TileResult result;
  Meter meter;
  make_cpu_mapper(threads, set)->map(map, {0, 0, map.window.b.count, map.window.w.count}, all_fields, meter, result);
  EXPECT_EQ(meter.pixels, map.window.pixels());
  EXPECT_EQ(meter.updates, count_pixels(result.fate, result.updates).updates);
  return result;
}

class Simd : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!has_instruction_set(GetParam())) GTEST_SKIP() << "this machine has no " << meaning_of(GetParam());
  }
};

TEST_P(Simd, GivesTheScalarBitsForAnyNumberOfPixels) {
  // From one pixel to more than all lanes in flight hold.
  for (std::int64_t pixels = 1; pixels <= 101; pixels += pixels < 35 ? 1 : 11) {
    SCOPED_TRACE(pixels);
    Map map;
    map.criteria.tolerance = 1e-3;
    map.window = {{-2.0, 2.0, pixels}, {0.5, 1.5, 1}};
    for (const Precision precision : {Precision::float32, Precision::float64}) {
      map.precision = precision;
      expect_same(computed(GetParam(), 2, map), computed(InstructionSet::scalar, 1, map));
    }
  }
}

TEST_P(Simd, GivesTheScalarBitsForTilesOfAnySizeAndAnyNumberOfThreads) {
  constexpr std::int64_t columns = 19;
  constexpr std::int64_t rows = 13;
  Map map;
  map.criteria.tolerance = 1e-3;
  map.window = {{-1.5, 1.0, columns}, {-1.0, 1.5, rows}};
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    map.precision = precision;
    const TileResult expected = computed(InstructionSet::scalar, 1, map);
    for (int threads = 1; threads <= 5; ++threads) {
      const auto mapper = make_cpu_mapper(threads, GetParam());
      for (std::int64_t side = 1; side <= columns; ++side) {
        SCOPED_TRACE(testing::Message() << threads << " threads, tiles of " << side);
        const Tiling tiles(map.window.grid(), side);
        for (std::int64_t i = 0; i < tiles.count(); ++i) {
          const Tile tile = tiles[i];
          Meter meter;
          TileResult result;
          mapper->map(map, tile, Fields{}, meter, result);
          for (std::int64_t pixel = 0; pixel < tile.pixels(); ++pixel) {
            const std::int64_t row = tile.first_row + pixel / tile.columns;
            const std::int64_t column = tile.first_column + pixel % tile.columns;
            const auto at = static_cast<std::size_t>(row * columns + column);
            ASSERT_EQ(result.fate[static_cast<std::size_t>(pixel)], expected.fate[at]);
            ASSERT_EQ(result.updates[static_cast<std::size_t>(pixel)], expected.updates[at]);
          }
        }
      }
    }
  }
}

TEST_P(Simd, GivesTheScalarBitsDeepInTheDeadCone) {
  // phi underflows here, and the float gradient is zero, beside starts that live.
  Map map;
  map.window = {{-0.5, 0.5, 24}, {-20.0, 2.0, 24}};
  expect_same(computed(GetParam(), 2, map), computed(InstructionSet::scalar, 2, map));
}

TEST_P(Simd, GivesTheScalarProofsWhereLanesEndAnyTime) {
  // Proofs at update 0 and late, stops between two looks for a proof, and runs cut short, in the same vectors.
  Map map;
  map.criteria.certify = true;
  map.window = {{-2.0, 2.0, 37}, {-2.0, 2.0, 29}};
  for (const double gamma : {1.0, 0.01}) {
    for (const std::int64_t max_updates : {1, 8, 9, 100, 3000}) {
      for (const Precision precision : {Precision::float32, Precision::float64}) {
        SCOPED_TRACE(testing::Message() << gamma << ", " << max_updates << " updates, " << name_of(precision));
        map.point.gamma = gamma;
        map.criteria.max_updates = max_updates;
        map.precision = precision;
        expect_same(computed(GetParam(), 2, map), computed(InstructionSet::scalar, 1, map));
      }
    }
  }
}

/// All but the scalar path.
std::vector<InstructionSet> vector_sets() {
  std::vector<InstructionSet> sets;
  for (const Named<InstructionSet>& each : NameTable<InstructionSet>::values) {
    if (each.kind != InstructionSet::scalar) sets.push_back(each.kind);
  }
  return sets;
}

INSTANTIATE_TEST_SUITE_P(All, Simd, testing::ValuesIn(vector_sets()),
                         [](const auto& set) { return name_of(set.param); });

TEST(InstructionSets, TheBestIsThere) {
  EXPECT_TRUE(has_instruction_set(best_instruction_set()));
  EXPECT_TRUE(has_instruction_set(InstructionSet::scalar));
}

}  // namespace
}  // namespace deadcone
