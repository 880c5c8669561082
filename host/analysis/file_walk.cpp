#include <algorithm>
#include <string>
#include <vector>

#include "analysis/analysis_file.hpp"
#include "analysis/start_distribution.hpp"
#include "base/thread_pool.hpp"
#include "config/checks.hpp"
#include "deadcone/analysis.hpp"
#include "deadcone/detail/scatter.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep_file.hpp"

namespace deadcone {
namespace {

/// Pixels of all maps that are in memory at once, about: half a gigabyte with what belongs to them.
constexpr std::int64_t pixels_at_once = std::int64_t{1} << 25;

/// The same where maps are small: what belongs to a point takes more memory then than its pixels.
constexpr std::int64_t small_map_pixels_at_once = std::int64_t{1} << 15;

/// A map in memory.
struct LoadedPoint {
  std::int64_t index;
  Map map;
  LabelGrid grid;
  PixelFields fields;
};

LoadedPoint load(const SweepReader& file, std::int64_t index) {
  const Sweep& sweep = file.sweep();
  const Window& window = sweep.window;
  LoadedPoint point = {index, {sweep.point(index), window, sweep.criteria, sweep.precision}, {}, {}};
  point.grid.rows = window.b.count;
  point.grid.columns = window.w.count;
  const Tiling tiles(window);
  for (std::int64_t i = 0; i < tiles.count(); ++i) {
    const TileResult result = file.read(index, tiles[i]);
    scatter(result.fate, tiles[i], window, point.grid.labels);
    scatter(result.updates, tiles[i], window, point.fields.updates);
    scatter(result.proof, tiles[i], window, point.fields.proofs);
  }
  if (!has_fates(point.grid))
    throw StorageError("point " + std::to_string(index) + " is marked as done, but has pixels without a fate");
  if (!has_known_proofs(point.fields))
    throw StorageError("point " + std::to_string(index) + " has pixels with an unknown proof");
  return point;
}

/// Analyzes the points that have no analysis yet, some points at a time on all threads.
void analyze_points(const std::string& path, const AnalysisOptions& options, int threads, AnalysisProgress& progress,
                    const Experiment& experiment, AnalysisFile& analysis) {
  ThreadPool pool(threads);
  std::int64_t next = 0;
  while (true) {
    std::vector<LoadedPoint> points;
    {
      const SweepReader file(path, experiment);
      // Enough for every thread; of small maps many, since the file is opened again for the next ones.
      const std::int64_t pixels = file.sweep().window.pixels();
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
      results[i] = {point.index, analyze_point(point.map, point.grid, point.fields, options,
                                               static_cast<std::uint64_t>(point.index))};
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
  const double mass = weights_of(parse_start_distribution(options.init), sweep.window).mass;
  if (!(mass > 0.0)) {
    throw ConfigError("init", "is " + options.init + ", but no start from it lies in the window of " + path);
  }
  AnalysisFile analysis(path, sweep, options, mass, run);
  try {
    analyze_points(path, options, run.threads, progress, experiment, analysis);
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
