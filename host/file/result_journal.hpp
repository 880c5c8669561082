#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "file/result_file.hpp"
#include "file/result_reader.hpp"
#include "file/schema.hpp"
#include "file/tile_encoder.hpp"
#include "storage/journal.hpp"

namespace deadcone {

/// How many finished points of a file of results wait in its journal, after a kill or while a sweep runs.
std::int64_t points_in_journal(const std::string& path);

/// The journal of a file of results: the tiles and points that are not in the file yet.
class ResultJournal {
 public:
  /// Finds what an earlier run has left, or throws that away with `discard`. `place` and `schema` must
  /// outlive this. Throws
  /// StorageError where it belongs to results of another configuration or of other bits.
  ResultJournal(const OutputPlace& place, const Schema& schema, bool discard);

  /// The finished points.
  std::vector<std::int64_t> points() const;
  bool has_points() const { return !points_.empty(); }
  /// Whether there are points of which some tiles have come, and not all.
  bool has_begun_points() const { return !begun_.empty(); }

  void add_tile(std::int64_t point, const Tile& tile, const EncodedTile& encoded);
  /// Finishes a point, after its last tile.
  void add_point(std::int64_t point, const PointValues& values);
  /// Sends everything to the disk from time to time.
  void sync_by_time() { journal_.sync_by_time(); }
  /// Puts the finished points into a file of results.
  void copy_points(ResultFile& file) const;
  /// Forgets everything.
  void clear();

 private:
  /// Numbers of records of the journal: by tile, and that of the values of the point as a whole.
  struct Point {
    std::map<std::int64_t, std::size_t> tiles;
    std::size_t values = 0;
  };

  void note(std::size_t record);
  void add_identity();

  const Schema& schema_;
  Journal journal_;
  std::map<std::int64_t, Point> begun_;
  std::map<std::int64_t, Point> points_;  ///< finished
};

}  // namespace deadcone
