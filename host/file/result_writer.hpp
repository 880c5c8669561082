#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "deadcone/file_options.hpp"
#include "file/result_reader.hpp"
#include "file/schema.hpp"
#include "file/tile_encoder.hpp"

namespace deadcone {

class OrderedPipeline;

/// Writes a file of results by its Schema. Tiles are compressed in threads of its own and written by another, in the
/// order in which they come; so a caller waits only when it is more than a few tiles ahead. A point is on its way to
/// the disk whole before the file says that it is done.
class ResultWriter {
 public:
  /// Creates the file, or opens it to resume it; `schema_of` reads the configuration of a file that is there. Throws
  /// FileExists where it exists and must not, or cannot be resumed by this program; ConfigError where it lies in a
  /// missing folder, holds results of another configuration, or cannot fit on the disk however well it compresses;
  /// StorageError where the disk or the file fails. A new file that cannot be completed is removed.
  ResultWriter(const std::string& path, const Schema& schema, const RunInfo& run_info, ExistingFile existing,
               const SchemaSource& schema_of);
  /// Writes what is left, and reports no error: call close() before.
  ~ResultWriter();

  bool is_done(std::int64_t point) const;
  /// Takes a tile of a point, one of Schema::tiles().
  void take(std::int64_t point, const Tile& tile, TileValues values);
  /// Takes the values of a point as a whole, after its last tile; that of point_done is ignored. Calls `kept`, in any
  /// thread, once the whole point is on its way to the disk; not at all where that fails.
  void finish(std::int64_t point, PointValues values, std::function<void()> kept);
  /// Returns when everything taken is written. Throws what went wrong since; so may the others.
  void close();
  /// Copies a finished point from another file with the same Schema, as it is compressed there.
  void copy_point(const ResultReader& from, std::int64_t point);

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
  std::unique_ptr<OrderedPipeline> pipeline_;  ///< works on contents_
};

}  // namespace deadcone
