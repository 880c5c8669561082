#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "deadcone/tiling.hpp"
#include "file/schema.hpp"
#include "storage/chunk_encoder.hpp"

namespace deadcone {

/// The elements of a tile in one pixel field, row by row, in the field's type; none where all of them are zero.
struct PixelValues {
  const void* data = nullptr;
  std::size_t count = 0;
};

/// Those of all pixel fields of a Schema, in its order.
struct TileValues {
  std::vector<PixelValues> fields;
  std::shared_ptr<const void> owner = {};  ///< keeps them alive
};

/// The chunks of one tile as they stand in the file: one for each pixel field.
using EncodedTile = std::vector<ChunkBytes>;

/// The shape of a chunk of a pixel field: that of a tile, or of the map where it is smaller.
struct ChunkShape {
  std::int64_t rows;
  std::int64_t columns;

  std::int64_t pixels() const { return rows * columns; }
};
ChunkShape chunk_shape(const Schema& schema);

/// Encodes the tiles of Schema::tiles() for the file. Any thread may call it.
class TileEncoder {
 public:
  explicit TileEncoder(const Schema& schema);
  EncodedTile encode(const Tile& tile, const TileValues& values) const;
  /// The chunk of one field, by its number.
  ChunkBytes encode_field(std::size_t field, const Tile& tile, const PixelValues& values) const;

 private:
  std::vector<Variable> fields_;
  ChunkShape shape_;
};

}  // namespace deadcone
