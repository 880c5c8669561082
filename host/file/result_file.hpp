#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deadcone/file_options.hpp"
#include "file/result_datasets.hpp"
#include "file/result_reader.hpp"
#include "file/schema.hpp"
#include "file/tile_encoder.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {

/// A file of results in the making, which nobody else reads yet. Where groups are single points, their values as wholes
/// are kept in memory until close().
class ResultFile {
 public:
  /// Makes an empty file of results at `path`; errors call it `name`. Throws StorageError.
  static ResultFile create(const std::string& path, const std::string& name, const Schema& schema,
                           const RunInfo& run_info);
  /// Opens a file of results, to add to it. Throws StorageError where it does not hold what the Schema says, in its groups.
  static ResultFile open(const std::string& path, const std::string& name, const Schema& schema);

  /// How it is stored.
  const Schema& schema() const noexcept { return schema_; }
  /// Writes a tile of Schema::tiles() of a group as it stands in the file.
  void write_tile(const PointRun& points, const Tile& tile, const EncodedTile& encoded);
  /// Writes the values of a group as TileEncoder::encode_points() gives them.
  void write_points(const PointRun& points, const PointValues& encoded);
  /// The same for a point that is not finished; groups are single points.
  void write_begun_points(const PointRun& points, const PointValues& encoded);
  /// Writes what is left, and closes the file. Throws StorageError where anything of it could not be written: only a
  /// file that is closed without an error holds what was given.
  void close();

 private:
  ResultFile(hdf5::File file, const Schema& schema, ResultDatasets datasets);

  hdf5::File file_;
  Schema schema_;
  ResultDatasets datasets_;
  std::vector<Bytes> by_point_;  ///< the whole content of each point field, where groups are single points
};

}  // namespace deadcone
