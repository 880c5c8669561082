#pragma once

// The group `analysis` of a sweep's file: what `deadcone analyze` measures of each point. docs/file-format.md lists
// what is in it.
//
// Analyses are added to a copy of the file, which then takes its place, at the end and from time to time: a process that
// is killed meanwhile leaves the file as it was.

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "base/pace.hpp"
#include "deadcone/config.hpp"
#include "deadcone/file_options.hpp"
#include "file/schema.hpp"
#include "storage/new_file.hpp"
#include "storage/output_place.hpp"

namespace deadcone {

class AnalysisFile {
 public:
  /// Finds the group in a sweep's file; where there is none, it is made with the first points, and anew where an earlier
  /// version measured other things. Nobody else writes the file as long as this lives. Throws FileExists where it
  /// holds an analysis with other options and must not be overwritten; StorageError where the disk or the file fails, or
  /// another process writes it.
  AnalysisFile(const std::string& path, const Sweep& sweep, const AnalysisOptions& options, double start_mass,
               const AnalysisRun& run);

  bool is_analyzed(std::int64_t point) const { return analyzed_[point] != 0; }

  struct Result {
    std::int64_t point;
    PointAnalysis analysis;
  };
  /// Adds points; writes them if the last time is long enough ago.
  void add(const std::vector<Result>& results);
  /// Writes what is left.
  void close();
  /// The analysis of a point that is_analyzed(), after close().
  PointAnalysis read(std::int64_t point) const;

 private:
  void update_file();

  OutputPlace place_;
  Sweep sweep_;
  AnalysisOptions options_;
  Schema schema_;  ///< of the group
  double start_mass_;
  std::string command_line_;
  bool has_group_;  ///< the file has the group of these options
  std::vector<std::int8_t> analyzed_;
  std::vector<Result> pending_;  ///< added, and not in the file
  Pace pace_ = replacement_pace();
};

/// How many points of the file have been analyzed; -1 where it has no analysis.
std::int64_t analyzed_points(const std::string& path);

}  // namespace deadcone
