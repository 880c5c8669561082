#include "file/tile_encoder.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace deadcone {
namespace {

template <class T>
std::vector<std::byte> bytes_of(T value) {
  std::vector<std::byte> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// A chunk that a tile at the edge of the window does not fill: the rest is what HDF5 would have put there.
std::vector<std::byte> padded(const Tile& tile, const ChunkShape& shape, const void* values, hdf5::Type type) {
  const std::vector<std::byte> fill = fill_of(type);
  const std::size_t size = fill.size();
  std::vector<std::byte> chunk(static_cast<std::size_t>(shape.count_b * shape.count_w) * size);
  for (std::size_t at = 0; at < chunk.size(); at += size) std::memcpy(chunk.data() + at, fill.data(), size);
  for (std::int64_t row = 0; row < tile.count_b; ++row) {
    std::memcpy(chunk.data() + static_cast<std::size_t>(row * shape.count_w) * size,
                static_cast<const std::byte*>(values) + static_cast<std::size_t>(row * tile.count_w) * size,
                static_cast<std::size_t>(tile.count_w) * size);
  }
  return chunk;
}

}  // namespace

ChunkShape chunk_shape(const Window& window) {
  return {std::min(window.b.count, tile_side), std::min(window.w.count, tile_side)};
}

std::vector<std::byte> fill_of(hdf5::Type type) {
  switch (type) {
    case hdf5::Type::int8:
      return bytes_of(static_cast<std::int8_t>(Fate::pending));
    case hdf5::Type::int32:
      return bytes_of(std::int32_t{-1});
    case hdf5::Type::int64:
      return bytes_of(std::int64_t{-1});
    case hdf5::Type::float32:
      return bytes_of(std::numeric_limits<float>::quiet_NaN());
    case hdf5::Type::float64:
      break;
  }
  return bytes_of(std::numeric_limits<double>::quiet_NaN());
}

TileEncoder::TileEncoder(const Sweep& sweep) : maps_(stored_maps(sweep)), shape_(chunk_shape(sweep.window)) {}

EncodedTile TileEncoder::encode(const Tile& tile, const TileResult& result) const {
  thread_local ChunkEncoder encoder;
  const auto pixels = static_cast<std::size_t>(shape_.count_b * shape_.count_w);
  const bool is_whole = tile.count_b == shape_.count_b && tile.count_w == shape_.count_w;
  EncodedTile chunks;
  for (const StoredMap& map : maps_) {
    const std::size_t size = fill_of(map.type).size();
    PixelValues values = values_of(result, map.field);
    // A planar map of a sweep over r has no r to store: it is zero.
    std::vector<std::byte> zeros;
    if (values.count == 0) {
      zeros.resize(static_cast<std::size_t>(tile.pixels()) * size);
      values.data = zeros.data();
    }
    if (is_whole) {
      chunks.push_back(encoder.encode(values.data, pixels, size));
    } else {
      chunks.push_back(encoder.encode(padded(tile, shape_, values.data, map.type).data(), pixels, size));
    }
  }
  return chunks;
}

}  // namespace deadcone
