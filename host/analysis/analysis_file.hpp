#pragma once

// The group `analysis` of a sweep's file: what `deadcone analyze` measures of each point. docs/file-format.md lists
// what is in it.
//
// The group is made in a copy of the file, which then takes its place: a process that is killed meanwhile leaves the
// file as it was. Points are added as in the sweep itself: their numbers, a flush, `point_analyzed`, a flush.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "deadcone/config.hpp"
#include "file/schema.hpp"
#include "storage/lock.hpp"

namespace deadcone {

class AnalysisFile {
 public:
  /// Finds the group in a sweep's file, or makes it; makes it anew where an earlier version measured other things. Nobody else writes the file as long as this lives. Throws
  /// FileExists where it holds an analysis with other options and must not be overwritten; StorageError where the disk
  /// or the file fails, or another process writes it.
  AnalysisFile(const std::string& path, const Sweep& sweep, const AnalysisOptions& options, double start_mass,
               const std::string& command_line, bool overwrite);

  bool is_analyzed(std::int64_t point) const { return analyzed_[point] != 0; }

  struct Result {
    std::int64_t point;
    PointAnalysis analysis;
  };
  /// Adds points. The file is open only meanwhile, so that its maps can be read before and after.
  void write(const std::vector<Result>& results);
  /// The stored analysis of a point that is_analyzed().
  PointAnalysis read(std::int64_t point) const;

 private:
  std::string path_;
  std::optional<FileLock> lock_;
  Sweep sweep_;
  AnalysisOptions options_;
  Schema schema_;  ///< of the group
  std::vector<std::int8_t> analyzed_;
};

/// How many points of the file have been analyzed; -1 where it has no analysis.
std::int64_t analyzed_points(const std::string& path);

}  // namespace deadcone
