#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "deadcone/tiling.hpp"
#include "file/schema.hpp"
#include "storage/chunk_encoder.hpp"

namespace deadcone {

/// The elements of a tile of some points in one pixel field, [point][row][column], in the field's type; none where all of
/// them are zero.
struct PixelValues {
  const void* data = nullptr;
  std::size_t count = 0;
};

/// Those of all pixel fields of a Schema, in its order.
struct TileValues {
  std::vector<PixelValues> fields;
  std::shared_ptr<const void> owner = {};  ///< keeps them alive
};

/// The chunks of one tile of a group as they stand in the file: one for each pixel field.
using EncodedTile = std::vector<ChunkBytes>;

/// The values of some points, a group or a single one, in all point variables of a Schema, each as its elements' bytes,
/// one point after the other.
using PointValues = std::vector<Bytes>;

/// The shape of a chunk of a pixel field: that of a tile, or of the map where it is smaller, of all points of a group.
struct ChunkShape {
  std::int64_t points;
  std::int64_t rows;
  std::int64_t columns;

  std::int64_t pixels() const { return points * rows * columns; }
};
ChunkShape chunk_shape(const Schema& schema);

/// Encodes what belongs to a group of points for the file. Any thread may call it.
class TileEncoder {
 public:
  explicit TileEncoder(const Schema& schema);
  /// Those of the file.
  const PointGroups& groups() const { return groups_; }
  /// A tile of Schema::tiles(), of so many points.
  EncodedTile encode(std::int64_t points, const Tile& tile, const TileValues& values) const;
  /// The chunk of one field, by its number.
  ChunkBytes encode_field(std::size_t field, std::int64_t points, const Tile& tile, const PixelValues& values) const;
  /// The values of a group as they stand in the file: its chunks, or where groups are single points the values themselves.
  PointValues encode_points(PointValues values) const;
  /// The chunk of a point field whose elements all have their initial value.
  static ChunkBytes encode_initial(const Schema& schema, const PointVariable& field);

 private:
  std::vector<Variable> fields_;
  std::vector<PointVariable> point_fields_;
  std::vector<std::size_t> point_elements_;  ///< of a chunk of each point field
  PointGroups groups_;
  ChunkShape shape_;
};

}  // namespace deadcone
