#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/analysis_file.hpp"
#include "cli/commands.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/sweep_file.hpp"
#include "config/parse.hpp"
#include "cli/options.hpp"
#include "analysis/start_distribution.hpp"
#include "base/thread_pool.hpp"

namespace deadcone {
namespace {

/// Pixels of all maps that are in memory at once, about: half a gigabyte, what belongs to them included.
constexpr std::int64_t pixels_at_once = std::int64_t{1} << 25;

struct AnalyzeOptions {
  std::string path;
  AnalysisOptions analysis;
  int threads = 0;
  bool overwrite = false;
};

/// A map in memory.
struct LoadedPoint {
  std::int64_t index;
  Map map;
  LabelGrid grid;
  PixelFields fields;
};

/// Copies the pixels of a tile to their places in a map; none where the field is not kept.
template <class T>
void place(const std::vector<T>& pixels, const Tile& tile, const Window& window, std::vector<T>& map) {
  if (pixels.empty()) return;
  map.resize(static_cast<std::size_t>(window.pixels()));
  for (std::int64_t row = 0; row < tile.count_b; ++row) {
    const std::ptrdiff_t to = (tile.first_b + row) * window.w.count + tile.first_w;
    std::copy_n(pixels.begin() + row * tile.count_w, tile.count_w, map.begin() + to);
  }
}

LoadedPoint load(const SweepReader& file, std::int64_t index) {
  const Sweep& sweep = file.sweep();
  const Window& window = sweep.window;
  LoadedPoint point = {index, {sweep.point(index), window, sweep.criteria, sweep.precision}, {}, {}};
  point.grid.rows = window.b.count;
  point.grid.columns = window.w.count;
  const Tiling tiles(window);
  for (std::int64_t i = 0; i < tiles.count(); ++i) {
    const Tile tile = tiles[i];
    const TileResult result = file.read(index, tile);
    place(result.fate, tile, window, point.grid.labels);
    place(result.updates, tile, window, point.fields.updates);
    place(result.proof, tile, window, point.fields.proofs);
  }
  const auto is_fate = [](Fate fate) { return *name_of(fate) != 0; };
  if (!std::all_of(point.grid.labels.begin(), point.grid.labels.end(), is_fate))
    throw StorageError("point " + std::to_string(index) + " is called done and has pixels without a fate");
  const auto is_proof = [](Proof proof) { return proof == Proof::pending || *name_of(proof) != 0; };
  if (!std::ranges::all_of(point.fields.proofs, is_proof))
    throw StorageError("point " + std::to_string(index) + " has pixels with a proof that stands for nothing");
  return point;
}

/// Analyzes what is not yet, some points at a time on all threads.
void analyze_points(const AnalyzeOptions& options, AnalysisFile& analysis) {
  ThreadPool pool(options.threads);
  std::int64_t next = 0;
  while (true) {
    std::vector<LoadedPoint> points;
    {
      const SweepReader file(options.path);
      const std::int64_t at_once =
          std::clamp<std::int64_t>(pixels_at_once / file.sweep().window.pixels(), 1, std::int64_t{16} * pool.size());
      for (; next < file.sweep().points() && std::ssize(points) < at_once; ++next) {
        if (file.is_done(next) && !analysis.is_analyzed(next)) points.push_back(load(file, next));
      }
    }
    if (points.empty()) return;
    std::vector<AnalysisFile::Result> results(points.size());
    pool.for_each_block(std::ssize(points), [&](std::int64_t i) {
      const LoadedPoint& point = points[static_cast<std::size_t>(i)];
      results[static_cast<std::size_t>(i)] = {point.index,
                                              analyze_point(point.map, point.grid, point.fields, options.analysis,
                                                            static_cast<std::uint64_t>(point.index))};
    });
    analysis.write(results);
  }
}

/// One column of the table: a number with so many digits after the point.
struct Column {
  const char* name;
  int width;
  int digits;
  double (*value)(const PointAnalysis&);
};
constexpr Column general_columns[] = {
    {"boundary", 10, 0, [](const PointAnalysis& a) { return static_cast<double>(a.boundary_pixels); }},
    {"dimension", 11, 3, [](const PointAnalysis& a) { return a.dimension.slope; }},
    {"+-", 7, 3, [](const PointAnalysis& a) { return a.dimension.slope_error; }},
    {"exponent", 10, 3, [](const PointAnalysis& a) { return a.uncertainty.slope; }},
    {"S_b", 9, 4, [](const PointAnalysis& a) { return a.entropy.basins; }},
    {"S_bb", 9, 4, [](const PointAnalysis& a) { return a.entropy.boundary; }},
    {"Wada", 7, 0, [](const PointAnalysis& a) { return static_cast<double>(a.wada_distance); }},
    {"linear", 9, 4, [](const PointAnalysis& a) { return a.cones.linear_share.mean; }},
    {"+-", 8, 4, [](const PointAnalysis& a) { return a.cones.linear_share.error; }},
    {"enter", 8, 3, [](const PointAnalysis& a) { return a.cones.dead_entries.mean; }},
    {"leave", 8, 3, [](const PointAnalysis& a) { return a.cones.dead_escapes.mean; }},
};

constexpr Column of_proofs = {"for_ever", 10, 4, [](const PointAnalysis& a) { return a.dead_for_ever_fraction; }};

void print_table(const Sweep& sweep, const AnalysisFile& analysis) {
  std::vector<Column> columns(std::begin(general_columns), std::end(general_columns));
  if (sweep.criteria.certify) columns.push_back(of_proofs);
  const std::vector<std::size_t> shown = dimensions(sweep);
  for (const std::size_t axis : shown) std::cout << std::setw(10) << sweep.axes[axis].name;
  for (const Named<Fate>& fate : NameTable<Fate>::values) std::cout << std::setw(12) << fate.name;
  for (const Column& column : columns) std::cout << std::setw(column.width) << column.name;
  std::cout << '\n';
  for (std::int64_t index = 0; index < sweep.points(); ++index) {
    if (!analysis.is_analyzed(index)) continue;
    const std::vector<double> values = sweep.values_at(index);
    std::cout << std::defaultfloat << std::setprecision(6);
    for (const std::size_t axis : shown) std::cout << std::setw(10) << values[axis];
    const PointAnalysis measured = analysis.read(index);
    std::cout << std::fixed << std::setprecision(6);
    for (const double probability : measured.probabilities) std::cout << std::setw(12) << probability;
    for (const Column& column : columns) {
      const double value = column.value(measured);
      std::cout << std::setw(column.width);
      if (std::isnan(value)) {
        std::cout << '-';
      } else {
        std::cout << std::setprecision(column.digits) << value;
      }
    }
    std::cout << '\n';
  }
}

void run(const AnalyzeOptions& options, const std::string& command_line) {
  const StartDistribution distribution = parse_start_distribution(options.analysis.init);
  const Sweep sweep = SweepReader(options.path).sweep();
  const double mass = weights_of(distribution, sweep.window).mass;
  if (!(mass > 0.0)) {
    throw ConfigError("--init " + options.analysis.init + ": no start from it lies in the window of " + options.path);
  }
  AnalysisFile analysis(options.path, sweep, options.analysis, mass, command_line, options.overwrite);
  analyze_points(options, analysis);
  print_table(sweep, analysis);
}

}  // namespace

Command add_analyze_command(CLI::App& main, const std::string& command_line) {
  auto options = std::make_shared<AnalyzeOptions>();
  CLI::App* app = main.add_subcommand(
      "analyze", "Measure the basins of a sweep: probabilities of fates, boundaries, entropies; adds them to its file");
  app->add_option("file", options->path, "file of a sweep")->type_name("FILE")->required();
  app->add_option("--init", options->analysis.init,
                  "how starts are distributed: uniform (over the window), normal:SIGMA_W:SIGMA_B, he:FAN_IN, "
                  "xavier:FAN_IN:FAN_OUT (both with b = 0)")
      ->type_name("DISTRIBUTION")
      ->capture_default_str();
  add_text_option(
      *app, "--box", "N", [options](const std::string& text) { options->analysis.box_side = parse_count(text); },
      "side in pixels of the boxes of the basin entropy", std::to_string(options->analysis.box_side));
  add_text_option(
      *app, "--samples", "N", [options](const std::string& text) { options->analysis.samples = parse_count(text); },
      "trajectories of each map that are run once more, for the time in the cones",
      std::to_string(options->analysis.samples));
  add_threads_option(*app, options->threads);
  app->add_flag("--overwrite", options->overwrite, "replace an analysis with other options");
  app->footer(
      "Columns: probabilities of the fates; pixels of the boundary, its box-counting dimension and the standard error\n"
      "of that, the uncertainty exponent (2 minus the dimension); basin entropy S_b, boundary basin entropy S_bb "
      "(above\n"
      "log 2 = 0.6931 the boundary is fractal); by how many pixels the boundaries of three or more basins differ "
      "(Wada:\n"
      "0 or few; -1: fewer basins); share of steps in the linear cone, with its standard error; how often a "
      "trajectory\n"
      "enters and leaves the dead cone; where trajectories are certified, the share of the dead that are dead for "
      "ever.\nAll of it, and more, is in the group `analysis` of the file.");
  return {app, [options, command_line] { run(*options, command_line); }};
}

}  // namespace deadcone
