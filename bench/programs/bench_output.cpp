// How fast one core encodes the maps of a sweep for the file: bytes of labels and of steps per second, before
// compression, on a real map; beside what HDF5's own filters would do, zlib at level 1 after the same shuffle.
//
//   bench_output    {"compressor": ..., "labels": {"bytes_per_second": R, "ratio": X, "zlib_bytes_per_second": R},
//   "steps": ...}

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/mapper.hpp"
#include "storage/chunk_encoder.hpp"

namespace deadcone {
namespace {

/// The tiles of the map of the paper's beta = .7, gamma = 1.
std::vector<TileResult> computed_tiles() {
  Map map;
  map.point.beta = 0.7;
  map.window = {{-2, 2, 1024}, {-2, 2, 1024}};
  const auto mapper = make_cpu_mapper(0);
  const Tiling tiles(map.window.grid());
  std::vector<TileResult> results(static_cast<std::size_t>(tiles.count()));
  Meter meter;
  for (std::int64_t i = 0; i < tiles.count(); ++i)
    mapper->map(map, tiles[i], Fields{}, meter, results[static_cast<std::size_t>(i)]);
  return results;
}

ChunkBytes zlib_level_1(const void* values, std::size_t count, std::size_t size) {
  std::vector<std::byte> shuffled(count * size);
  shuffle(static_cast<const std::byte*>(values), count, size, shuffled.data());
  uLongf length = compressBound(shuffled.size());
  ChunkBytes chunk(length);
  compress2(reinterpret_cast<Bytef*>(chunk.data()), &length, reinterpret_cast<const Bytef*>(shuffled.data()),
            shuffled.size(), 1);
  chunk.resize(length);
  return chunk;
}

/// Throws where the chunk does not hold the values.
void verify(const ChunkBytes& chunk, const void* values, std::size_t count, std::size_t size) {
  std::vector<std::byte> expected(count * size);
  shuffle(static_cast<const std::byte*>(values), count, size, expected.data());
  std::vector<std::byte> bytes(expected.size());
  uLongf length = bytes.size();
  const int status = uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length,
                                reinterpret_cast<const Bytef*>(chunk.data()), chunk.size());
  if (status != Z_OK || length != bytes.size() || bytes != expected) throw std::runtime_error("a chunk is wrong");
}

/// The median over some turns of bytes per second, and what it compresses to.
template <class Encode>
double rate(const Encode& encode, double bytes) {
  std::vector<double> rates;
  for (int turn = 0; turn < 9; ++turn) {
    const auto start = std::chrono::steady_clock::now();
    encode();
    rates.push_back(bytes / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

template <class T>
void report(const char* name, const std::vector<TileResult>& tiles, std::vector<T> TileResult::*field) {
  ChunkEncoder encoder;
  std::size_t bytes = 0;
  std::size_t encoded = 0;
  for (const TileResult& tile : tiles) {
    const std::vector<T>& values = tile.*field;
    const ChunkBytes chunk = encoder.encode(values.data(), values.size(), sizeof(T));
    verify(chunk, values.data(), values.size(), sizeof(T));
    bytes += values.size() * sizeof(T);
    encoded += chunk.size();
  }
  const auto all = [&](const auto& encode) {
    return rate(
        [&] {
          for (const TileResult& tile : tiles) encode((tile.*field).data(), (tile.*field).size(), sizeof(T));
        },
        static_cast<double>(bytes));
  };
  const double ours =
      all([&](const void* values, std::size_t count, std::size_t size) { return encoder.encode(values, count, size); });
  const double zlib = all(zlib_level_1);
  std::printf(", \"%s\": {\"bytes_per_second\": %.0f, \"ratio\": %.2f, \"zlib_bytes_per_second\": %.0f}", name, ours,
              static_cast<double>(bytes) / static_cast<double>(encoded), zlib);
}

}  // namespace
}  // namespace deadcone

int main() {
  try {
    const auto tiles = deadcone::computed_tiles();
    std::printf("{\"compressor\": \"%s\"", deadcone::Compressor::library().c_str());
    deadcone::report("labels", tiles, &deadcone::TileResult::fate);
    deadcone::report("steps", tiles, &deadcone::TileResult::updates);
    std::puts("}");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_output: %s\n", error.what());
    return 1;
  }
}
