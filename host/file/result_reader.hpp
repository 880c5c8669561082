#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "file/result_datasets.hpp"
#include "file/schema.hpp"
#include "file/tile_encoder.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {

/// Reads a file of results by its Schema.
class ResultReader {
 public:
  /// Throws StorageError where the file is missing, damaged, lacks a part of a finished point, or holds no results.
  ResultReader(const std::string& path, const SchemaSource& schema_of);

  const Schema& schema() const noexcept { return schema_; }
  /// A root attribute: "version", "device", "history", ...
  std::string attribute(const std::string& name) const { return file_.text_attribute(name); }
  /// The numerics version of the program that wrote it.
  int numerics() const { return read_numerics(file_); }
  bool is_done(std::int64_t point) const { return done_[point] != 0; }
  /// How many of some points are done.
  std::int64_t done_points(const PointRun& points) const;
  /// What marks the point as done, or not: 1 or 0 in a sound file.
  int done_mark(std::int64_t point) const { return done_[point]; }

  /// The values of a group of points, or of a single one.
  PointValues read_points(const PointRun& points) const;
  /// Reads a tile of a group of points or a single one in each pixel field, row by row, to the place with its number; not
  /// where that is null. Decodes whatever way the file stores it in. Throws StorageError where it cannot, or where the
  /// chunks do not pass their checksum.
  void read(const PointRun& points, const Tile& tile, const std::vector<void*>& to) const;
  /// Whether pixel field `field` is stored in the chunks that this program writes.
  bool has_own_chunks(std::size_t field) const { return has_own_chunks_[field]; }
  /// A tile of a group as `encoder` makes it, which may be that of other groups: the chunks that stand in the file where they
  /// are such, else encoded anew. Throws StorageError where it is not there, or does not decode to what it should be.
  EncodedTile read_encoded(const PointRun& points, const Tile& tile, const TileEncoder& encoder) const;
  /// The bytes that the pixel fields take in the file, and would take without compression.
  std::uint64_t stored_bytes() const;
  std::uint64_t raw_bytes() const { return static_cast<std::uint64_t>(pixel_bytes(schema_)); }

 private:
  hdf5::File file_;
  Schema schema_;
  ResultDatasets datasets_;
  std::vector<std::int8_t> done_;
  std::vector<bool> has_own_chunks_;
};

}  // namespace deadcone
