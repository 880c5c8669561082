#include "file/tile_encoder.hpp"

#include <algorithm>
#include <cstring>

namespace deadcone {
namespace {

/// A chunk that a tile at the edge of a map does not fill: the rest is what HDF5 would have put there.
std::vector<std::byte> padded(const Tile& tile, const ChunkShape& shape, const void* values, const Variable& field) {
  const Bytes fill = element_of(field.type, field.fill);
  const std::size_t size = fill.size();
  std::vector<std::byte> chunk(static_cast<std::size_t>(shape.pixels()) * size);
  for (std::size_t at = 0; at < chunk.size(); at += size) std::memcpy(chunk.data() + at, fill.data(), size);
  for (std::int64_t row = 0; row < tile.count_b; ++row) {
    std::memcpy(chunk.data() + static_cast<std::size_t>(row * shape.columns) * size,
                static_cast<const std::byte*>(values) + static_cast<std::size_t>(row * tile.count_w) * size,
                static_cast<std::size_t>(tile.count_w) * size);
  }
  return chunk;
}

}  // namespace

ChunkShape chunk_shape(const Schema& schema) {
  return {std::min(schema.plane[0].range.count, tile_side), std::min(schema.plane[1].range.count, tile_side)};
}

TileEncoder::TileEncoder(const Schema& schema) : fields_(schema.pixel_fields), shape_(chunk_shape(schema)) {}

EncodedTile TileEncoder::encode(const Tile& tile, const TileValues& values) const {
  EncodedTile chunks;
  for (std::size_t i = 0; i < fields_.size(); ++i) chunks.push_back(encode_field(i, tile, values.fields[i]));
  return chunks;
}

ChunkBytes TileEncoder::encode_field(std::size_t field, const Tile& tile, const PixelValues& values) const {
  thread_local ChunkEncoder encoder;
  const auto pixels = static_cast<std::size_t>(shape_.pixels());
  const bool is_whole = tile.count_b == shape_.rows && tile.count_w == shape_.columns;
  const std::size_t size = size_of(fields_[field].type);
  const void* data = values.data;
  std::vector<std::byte> zeros;
  if (values.count == 0) {
    zeros.resize(static_cast<std::size_t>(tile.pixels()) * size);
    data = zeros.data();
  }
  if (is_whole) return encoder.encode(data, pixels, size);
  return encoder.encode(padded(tile, shape_, data, fields_[field]).data(), pixels, size);
}

}  // namespace deadcone
