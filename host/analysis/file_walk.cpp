#include <algorithm>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/analysis_file.hpp"
#include "analysis/start_distribution.hpp"
#include "base/thread_pool.hpp"
#include "config/checks.hpp"
#include "deadcone/analysis.hpp"
#include "deadcone/detail/scatter.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep_file.hpp"
#include "deadcone/sweep_maps.hpp"

namespace deadcone {
namespace {

/// Pixels of all maps that are in memory at once, about: half a gigabyte with what belongs to them.
constexpr std::int64_t pixels_at_once = std::int64_t{1} << 25;

/// The same where maps are small: what belongs to a point takes more memory then than its pixels.
constexpr std::int64_t small_map_pixels_at_once = std::int64_t{1} << 15;

/// A map in memory.
struct LoadedPoint {
  std::int64_t index;
  LabelGrid grid;
  PixelFields fields;
};

LoadedPoint load(const SweepReader& file, std::int64_t index) {
  const Sweep& sweep = file.sweep();
  const Grid grid = sweep.plane.grid();
  LoadedPoint point = {index, {}, {}};
  point.grid.rows = grid.rows;
  point.grid.columns = grid.columns;
  const Tiling tiles(grid);
  for (std::int64_t i = 0; i < tiles.count(); ++i) {
    const TileResult result = file.read(index, tiles[i]);
    scatter(result.fate, tiles[i], grid, point.grid.labels);
    scatter(result.updates, tiles[i], grid, point.fields.updates);
    scatter(result.proof, tiles[i], grid, point.fields.proofs);
  }
  if (!has_fates(point.grid, fates_of(sweep.unit, sweep.optimizer, sweep.criteria)))
    throw StorageError("point " + std::to_string(index) + " is marked as done, but has pixels without a fate");
  if (!has_known_proofs(point.fields))
    throw StorageError("point " + std::to_string(index) + " has pixels with an unknown proof");
  return point;
}

PointAnalysis analyze(const Sweep& sweep, const LoadedPoint& point, const AnalysisOptions& options) {
  const auto seed = static_cast<std::uint64_t>(point.index);
  if (!sweep.plane.is_of_starts()) {
    const StartOfPixel start = [&](std::int64_t row, std::int64_t column) {
      return sweep.start(point.index, row, column);
    };
    return analyze_pixels({start, sweep.criteria, sweep.precision, sweep.unit, sweep.optimizer}, point.grid,
                          point.fields, options, seed);
  }
  const Map map = {sweep.point(point.index), sweep.plane.window(),      sweep.criteria, sweep.precision, sweep.unit,
                   sweep.optimizer,          well_evaluations_of(sweep)};
  return analyze_point(map, point.grid, point.fields, options, seed);
}

/// The probability that a start from the distribution lies in the window. Throws ConfigError where it is 0, or the pixels
/// are no starts of one point.
double start_mass(const std::string& path, const Sweep& sweep, const std::string& init) {
  const StartDistribution distribution = parse_start_distribution(init);
  if (!sweep.plane.is_of_starts()) {
    if (distribution.uniform) return 1.0;
    throw ConfigError("init", "must be uniform, since the pixels of " + path + " are not starts in the plane w,b");
  }
  const double mass = weights_of(distribution, sweep.plane.window()).mass;
  if (!(mass > 0.0)) throw ConfigError("init", "is " + init + ", but no start from it lies in the window of " + path);
  return mass;
}

/// Analyzes the points that have no analysis yet, some points at a time on all threads.
void analyze_points(const std::string& path, const Sweep& sweep, const AnalysisOptions& options, int threads,
                    AnalysisProgress& progress, const Experiment& experiment, AnalysisFile& analysis) {
  ThreadPool pool(threads);
  std::int64_t next = 0;
  while (true) {
    std::vector<LoadedPoint> points;
    {
      const SweepReader file(path, experiment);
      // Enough for every thread; of small maps many, since the file is opened again for the next ones.
      const std::int64_t pixels = sweep.plane.pixels();
      const std::int64_t most = std::max(std::int64_t{16} * pool.size(), small_map_pixels_at_once / pixels);
      const std::int64_t at_once = std::clamp<std::int64_t>(pixels_at_once / pixels, 1, most);
      for (; next < file.sweep().points() && std::ssize(points) < at_once; ++next) {
        if (file.is_done(next) && !analysis.is_analyzed(next)) points.push_back(load(file, next));
      }
    }
    if (points.empty()) return;
    std::vector<AnalysisFile::Result> results(points.size());
    pool.for_each_block(std::ssize(points), [&](std::int64_t i) {
      if (progress.stop.load(std::memory_order_relaxed)) throw Interrupted();
      const LoadedPoint& point = points[i];
      results[i] = {point.index, analyze(sweep, point, options)};
      progress.points.fetch_add(1, std::memory_order_relaxed);
    });
    analysis.add(results);
  }
}

}  // namespace

FileAnalysis analyze_file(const std::string& path, const AnalysisOptions& options, const AnalysisRun& run,
                          AnalysisProgress& progress, const Experiment& experiment) {
  validate(options);
  validate(Execution{.device = Device::cpu, .threads = run.threads});
  const Sweep sweep = SweepReader(path, experiment).sweep();
  try {
    check_distinct(sweep);  // files of version 0.1 may hold what is not
  } catch (const ConfigError& error) {
    throw StorageError(path + ": " + error.what());
  }
  const double mass = start_mass(path, sweep, options.init);
  AnalysisFile analysis(path, sweep, options, mass, run);
  try {
    analyze_points(path, sweep, options, run.threads, progress, experiment, analysis);
  } catch (const Interrupted&) {
    analysis.close();
    throw;
  }
  analysis.close();
  FileAnalysis result = {sweep, {}};
  for (std::int64_t point = 0; point < sweep.points(); ++point) {
    if (analysis.is_analyzed(point)) result.points.push_back({point, analysis.read(point)});
  }
  return result;
}

FileAnalysis analyze_file(const std::string& path, const AnalysisOptions& options, const AnalysisRun& run) {
  AnalysisProgress progress;
  return analyze_file(path, options, run, progress);
}

}  // namespace deadcone
