#pragma once

#include <cstdint>
#include <map>
#include <optional>
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

/// How many points the groups have that wait in the journal of a place; none where none do.
std::optional<std::int64_t> group_size_in_journal(const OutputPlace& place);

/// The journal of a file of results: the tiles and groups of points that are not in the file yet.
class ResultJournal {
 public:
  /// Finds what an earlier run has left, or throws that away with `discard`. `place` and `schema` must outlive this.
  /// Throws StorageError where it belongs to results of another configuration, of other bits or in other groups.
  ResultJournal(const OutputPlace& place, const Schema& schema, bool discard);

  /// The finished points.
  std::vector<PointRun> points() const;
  bool has_points() const { return !finished_.empty(); }
  /// Whether there are values of points that are not finished.
  bool has_begun_values() const { return !begun_values_.empty(); }
  /// Whether there are groups of which some tiles have come, and not all.
  bool has_begun_points() const { return !begun_.empty(); }

  void add_tile(const PointRun& points, const Tile& tile, const EncodedTile& encoded);
  /// Finishes a group, after its last tile: its values as TileEncoder::encode_points() gives them.
  void add_points(const PointRun& points, const PointValues& encoded);
  /// Takes what is known of a point before it is finished, in place of what was known before; of points without maps.
  void add_begun_values(const PointRun& points, const PointValues& encoded);
  /// Sends everything to the disk from time to time.
  void sync_by_time() { journal_.sync_by_time(); }
  /// Puts the finished points into a file of results, and what is known of others.
  void copy_points(ResultFile& file) const;
  /// Forgets everything.
  void clear();

 private:
  /// Numbers of records of the journal: by tile, and that of the values of the points as wholes.
  struct Group {
    std::map<std::int64_t, std::size_t> tiles;
    std::size_t values = 0;
  };

  void note(std::size_t record);
  /// The tiles of a group, which come before its values.
  std::int64_t tiles() const { return schema_.has_maps() ? schema_.tiles().count() : 0; }
  void add_identity();

  const Schema& schema_;
  Journal journal_;
  std::map<std::int64_t, Group> begun_;               ///< by the first point
  std::map<std::int64_t, Group> finished_;            ///< likewise
  std::map<std::int64_t, std::size_t> begun_values_;  ///< likewise, of groups that are not finished: numbers of records
};

}  // namespace deadcone
