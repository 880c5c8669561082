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
/// order in which they come; so a caller waits only when it is more than a few tiles ahead.
///
/// Results go into a journal beside the file. From time to time, and at the end, those of finished points are put into a
/// copy of the file, which then takes its place. So the file is whole at any time, and what the journal holds after a
/// kill is taken in when the file is resumed.
class ResultWriter {
 public:
  /// Creates the file, or resumes it; `schema_of` reads the configuration of a file that is there. Throws
  /// FileExists where it exists and must not, or cannot be resumed by this program; ConfigError where it lies in a
  /// missing folder, holds results of another configuration, or cannot fit on the disk however well it compresses;
  /// CannotLock where nothing would keep others from writing it, too; StorageError where the disk or the file fails. A
  /// new file that cannot be completed is removed.
  ResultWriter(const std::string& path, const Schema& schema, const RunInfo& run_info, ExistingFile existing,
               const SchemaSource& schema_of);
  /// Writes what is left, and reports no error: call close() before.
  ~ResultWriter();

  /// How points are stored: those of a file that was there before, or of its journal, else the best.
  const PointGroups& groups() const;
  bool is_done(std::int64_t point) const;
  /// Takes a tile of a group of points, one of Schema::tiles().
  void take(const PointRun& points, const Tile& tile, TileValues values);
  /// Takes the values of a group as a whole, after its last tile. `values` makes them, in any thread; calls `kept`, in any
  /// thread, once the whole group is in the journal; not at all where that fails.
  void finish(const PointRun& points, std::function<PointValues()> values, std::function<void()> kept);
  /// Takes what is known of a point that is not finished, so that a later run can go on from there. Points have no maps.
  void keep(const PointRun& points, PointValues values);
  /// Returns when everything taken is in the file, and on the disk. Throws what went wrong since; so may the others.
  /// Throws ResultsInJournal where the finished points cannot be put into the file.
  void close();

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
  std::unique_ptr<OrderedPipeline> pipeline_;  ///< works on contents_
};

}  // namespace deadcone
