// Chunks are what zlib and HDF5's shuffle, both written by others, read back.

#include "storage/chunk_encoder.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "file/experiment.hpp"
#include "file/tile_encoder.hpp"

namespace deadcone {
namespace {

std::vector<std::byte> inflated(const ChunkBytes& chunk, std::size_t size) {
  std::vector<std::byte> bytes(size);
  uLongf length = size;
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length, reinterpret_cast<const Bytef*>(chunk.data()),
                       chunk.size()),
            Z_OK);
  EXPECT_EQ(length, size);
  return bytes;
}

/// The elements of an encoded chunk.
template <class T>
std::vector<T> decoded(const ChunkBytes& chunk, std::size_t count) {
  const std::vector<std::byte> bytes = inflated(chunk, count * sizeof(T));
  std::vector<T> values(count);
  auto* to = reinterpret_cast<std::byte*>(values.data());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < sizeof(T); ++j) to[i * sizeof(T) + j] = bytes[j * count + i];
  }
  return values;
}

template <class T>
class ChunkEncoderTest : public ::testing::Test {};
using Elements = ::testing::Types<std::int8_t, std::int32_t, float, double>;
TYPED_TEST_SUITE(ChunkEncoderTest, Elements);

TYPED_TEST(ChunkEncoderTest, GivesBackAnyBytes) {
  std::mt19937_64 random(7);
  ChunkEncoder encoder;
  for (const std::size_t count : {1, 2, 3, 63, 1023, 1024, 1025, 100'000, 512 * 512}) {
    for (const bool noise : {true, false}) {
      std::vector<TypeParam> values(count);
      std::vector<std::byte> bytes(count * sizeof(TypeParam));
      // Noise does not compress, so the chunk is as long as it can get; stripes compress to next to nothing.
      for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(noise ? random() : i / 4096);
      std::memcpy(values.data(), bytes.data(), bytes.size());
      const ChunkBytes chunk = encoder.encode(values.data(), count, sizeof(TypeParam));
      const std::vector<TypeParam> back = decoded<TypeParam>(chunk, count);
      EXPECT_EQ(std::memcmp(back.data(), values.data(), bytes.size()), 0) << count << " elements";
      EXPECT_LE(chunk.size(), Compressor::bound(bytes.size()));
      if (!noise && count >= 100'000) {
        EXPECT_LT(chunk.size(), bytes.size() / 10);
      }
    }
  }
}

TEST(Shuffle, PutsLikeBytesTogether) {
  const std::vector<std::uint32_t> values = {0x04030201, 0x14131211, 0x24232221};
  std::vector<std::byte> bytes(12);
  shuffle(reinterpret_cast<const std::byte*>(values.data()), 3, 4, bytes.data());
  const std::vector<int> expected = {0x01, 0x11, 0x21, 0x02, 0x12, 0x22, 0x03, 0x13, 0x23, 0x04, 0x14, 0x24};
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(std::to_integer<int>(bytes[i]), expected[i]);
}

TEST(TileEncoder, FillsAChunkAtTheEdgeWithWhatIsNotComputed) {
  Sweep sweep;
  sweep.plane.x.count = tile_side + 2;
  sweep.plane.y.count = 3;
  sweep.fields.final = true;
  const Tile tile = {0, tile_side, 3, 2};
  TileResult result;
  result.fate = {Fate::converged, Fate::dead, Fate::stalled, Fate::unfinished, Fate::diverged, Fate::converged};
  result.updates = {1, 2, 3, 4, 5, 6};
  result.w_final = std::vector<float>{1, 2, 3, 4, 5, 6};
  result.b_final = std::vector<float>{7, 8, 9, 10, 11, 12};
  const Experiment& unit = unit_experiment();
  const EncodedTile chunks = TileEncoder(unit.schema(sweep)).encode(1, tile, unit.tile_values(sweep, result));
  ASSERT_EQ(chunks.size(), 4U);
  constexpr std::size_t pixels = 3 * tile_side;
  const auto fate = decoded<std::int8_t>(chunks[0], pixels);
  const auto updates = decoded<std::int32_t>(chunks[1], pixels);
  const auto b_final = decoded<float>(chunks[3], pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::size_t row = i / tile_side;
    const std::size_t column = i % tile_side;
    const bool inside = column < 2;
    const std::size_t at = 2 * row + column;
    ASSERT_EQ(static_cast<Fate>(fate[i]), inside ? result.fate[at] : Fate::pending);
    ASSERT_EQ(updates[i], inside ? result.updates[at] : -1);
    if (inside) {
      ASSERT_EQ(b_final[i], std::get<std::vector<float>>(result.b_final)[at]);
    } else {
      ASSERT_NE(b_final[i], b_final[i]);
    }
  }
}

}  // namespace
}  // namespace deadcone
