#include "file/tile_encoder.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace deadcone {
namespace {

/// A chunk full of a number.
Bytes filled(hdf5::Type type, double value, std::size_t count) {
  const Bytes element = element_of(type, value);
  Bytes chunk(count * element.size());
  for (std::size_t at = 0; at < chunk.size(); at += element.size())
    std::memcpy(chunk.data() + at, element.data(), element.size());
  return chunk;
}

/// A chunk that a tile at the edge of a map, or a group at the end of an axis, does not fill: the rest is what HDF5 would
/// have put there. The values are rows of the maps of some points; several points have whole maps, as wide as the chunk.
Bytes padded(std::int64_t rows, std::int64_t columns, const ChunkShape& shape, const void* values,
             const Variable& field) {
  Bytes chunk = filled(field.type, field.fill, static_cast<std::size_t>(shape.pixels()));
  const std::size_t size = size_of(field.type);
  const std::size_t bytes = static_cast<std::size_t>(columns) * size;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::memcpy(chunk.data() + static_cast<std::size_t>(row * shape.columns) * size,
                static_cast<const std::byte*>(values) + static_cast<std::size_t>(row) * bytes, bytes);
  }
  return chunk;
}

ChunkBytes encoded(const void* values, std::size_t count, hdf5::Type type) {
  thread_local ChunkEncoder encoder;
  return encoder.encode(values, count, size_of(type));
}

std::size_t chunk_elements(const Schema& schema, const PointVariable& field) {
  return static_cast<std::size_t>(schema.groups.size()) * std::max<std::size_t>(code_length(schema, field), 1);
}

}  // namespace

ChunkShape chunk_shape(const Schema& schema) {
  const std::int64_t points = schema.groups.size();
  const std::int64_t side = points == 1 ? tile_side : largest_side;
  const Grid grid = schema.grid();
  return {points, std::min(grid.rows, side), std::min(grid.columns, side)};
}

TileEncoder::TileEncoder(const Schema& schema)
    : fields_(schema.pixel_fields),
      point_fields_(schema.point_fields),
      groups_(schema.groups),
      shape_(chunk_shape(schema)) {
  for (const PointVariable& field : point_fields_) point_elements_.push_back(chunk_elements(schema, field));
}

EncodedTile TileEncoder::encode(std::int64_t points, const Tile& tile, const TileValues& values) const {
  EncodedTile chunks;
  for (std::size_t i = 0; i < fields_.size(); ++i) chunks.push_back(encode_field(i, points, tile, values.fields[i]));
  return chunks;
}

ChunkBytes TileEncoder::encode_field(std::size_t field, std::int64_t points, const Tile& tile,
                                     const PixelValues& values) const {
  const Variable& variable = fields_[field];
  const auto pixels = static_cast<std::size_t>(shape_.pixels());
  const bool is_whole = points == shape_.points && tile.rows == shape_.rows && tile.columns == shape_.columns;
  const void* data = values.data;
  Bytes zeros;
  if (values.count == 0) {
    zeros.resize(static_cast<std::size_t>(points * tile.pixels()) * size_of(variable.type));
    data = zeros.data();
  }
  if (is_whole) return encoded(data, pixels, variable.type);
  return encoded(padded(points * tile.rows, tile.columns, shape_, data, variable).data(), pixels, variable.type);
}

PointValues TileEncoder::encode_points(PointValues values) const {
  if (shape_.points == 1) return values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Variable& variable = point_fields_[i].variable;
    const std::size_t bytes = point_elements_[i] * size_of(variable.type);
    if (values[i].size() < bytes) {
      Bytes chunk = filled(variable.type, variable.fill, point_elements_[i]);
      std::ranges::copy(values[i], chunk.begin());
      values[i] = std::move(chunk);
    }
    values[i] = encoded(values[i].data(), point_elements_[i], variable.type);
  }
  return values;
}

ChunkBytes TileEncoder::encode_initial(const Schema& schema, const PointVariable& field) {
  const hdf5::Type type = field.variable.type;
  const std::size_t count = chunk_elements(schema, field);
  return encoded(filled(type, field.variable.initial.value_or(field.variable.fill), count).data(), count, type);
}

}  // namespace deadcone
