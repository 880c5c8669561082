#include "deadcone/analysis.hpp"

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "analysis/start_distribution.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/table.hpp"
#include "config/parse.hpp"

namespace deadcone {
namespace {

struct AnalyzeOptions {
  std::string path;
  AnalysisOptions analysis;
  AnalysisRun run;
};

/// One column of the table: a number with so many digits after the point, or a word.
struct Column {
  const char* name;
  int width;
  int digits;
  double (*value)(const PointAnalysis&);
  const char* (*word)(const PointAnalysis&) = nullptr;
};
constexpr Column general_columns[] = {
    {"boundary", 10, 0, [](const PointAnalysis& a) { return static_cast<double>(a.boundary_pixels); }},
    {"dimension", 11, 3, [](const PointAnalysis& a) { return a.dimension.slope; }},
    {"+-", 7, 3, [](const PointAnalysis& a) { return a.dimension.slope_error; }},
    {"boxes", 8, 3, [](const PointAnalysis& a) { return a.box_dimension.slope; }},
    {"+-", 7, 3, [](const PointAnalysis& a) { return a.box_dimension.slope_error; }},
    {"doubt", 8, 0, nullptr, [](const PointAnalysis& a) { return name_of(a.dimension_doubt); }},
    {"S_b", 9, 4, [](const PointAnalysis& a) { return a.entropy.basins; }},
    {"S_bb", 9, 4, [](const PointAnalysis& a) { return a.entropy.boundary; }},
    {"Wada", 7, 0, [](const PointAnalysis& a) { return static_cast<double>(a.wada_distance); }},
    {"linear", 9, 4, [](const PointAnalysis& a) { return a.cones.linear_share.mean; }},
    {"+-", 8, 4, [](const PointAnalysis& a) { return a.cones.linear_share.error; }},
    {"enter", 8, 3, [](const PointAnalysis& a) { return a.cones.dead_entries.mean; }},
    {"leave", 8, 3, [](const PointAnalysis& a) { return a.cones.dead_escapes.mean; }},
};

constexpr Column of_proofs = {"for_ever", 10, 4, [](const PointAnalysis& a) { return a.dead_for_ever_fraction; }};

/// The width of the column of a fate.
int width_of(std::size_t fate) {
  return std::max<int>(12, static_cast<int>(std::strlen(NameTable<Fate>::values[fate].name)) + 2);
}

/// The probabilities of the fates: those of a whole initialization with the longer half of their 95% intervals, or those
/// of the starts of the map.
void print_probabilities(const PointAnalysis& measured, std::size_t fates, bool is_whole) {
  for (std::size_t fate = 0; fate < fates; ++fate) {
    const auto& [share, low, high] = measured.whole_probabilities[fate];
    print_cell(std::cout, is_whole ? share : measured.probabilities[fate], width_of(fate), 6);
    if (is_whole) print_cell(std::cout, std::max(high - share, share - low), 9, 4);
  }
}

void print_table(const FileAnalysis& analysis, const AnalysisOptions& options) {
  const Sweep& sweep = analysis.sweep;
  std::vector<Column> columns(std::begin(general_columns), std::end(general_columns));
  if (sweep.criteria.certify) columns.push_back(of_proofs);
  const std::vector<std::size_t> shown = dimensions(sweep);
  for (const std::size_t axis : shown) std::cout << std::setw(10) << sweep.axes[axis].name;
  const bool is_whole = parse_start_distribution(options.init).is_whole();
  const auto fates = static_cast<std::size_t>(fates_of(sweep.unit, sweep.optimizer, sweep.criteria));
  for (std::size_t fate = 0; fate < fates; ++fate) {
    std::cout << std::setw(width_of(fate)) << NameTable<Fate>::values[fate].name;
    if (is_whole) std::cout << std::setw(9) << "+-";
  }
  for (const Column& column : columns) std::cout << std::setw(column.width) << column.name;
  std::cout << '\n';
  for (const auto& [point, measured] : analysis.points) {
    const std::vector<double> values = sweep.values_at(point);
    std::cout << std::defaultfloat << std::setprecision(6);
    for (const std::size_t axis : shown) std::cout << std::setw(10) << values[axis];
    print_probabilities(measured, fates, is_whole);
    for (const Column& column : columns) {
      if (column.word != nullptr) {
        std::cout << std::setw(column.width) << column.word(measured);
      } else {
        print_cell(std::cout, column.value(measured), column.width, column.digits);
      }
    }
    std::cout << '\n';
  }
}

}  // namespace

Command add_analyze_command(CLI::App& main, const std::string& command_line, const Experiment& experiment) {
  auto options = std::make_shared<AnalyzeOptions>();
  options->run.command_line = command_line;
  CLI::App* app = main.add_subcommand(
      "analyze", "Measure the basins of a sweep: probabilities of fates, boundaries, entropies. Adds them to its file");
  app->add_option("file", options->path, "file of a sweep")->type_name("FILE")->required();
  app->add_option(
         "--init", options->analysis.init,
         "distribution of the starts: uniform (over the window) or normal:SIGMA_W:SIGMA_B, both at the r of the map; "
         "or of all weights: he:FAN_IN or xavier:FAN_IN:FAN_OUT, both with b = 0")
      ->type_name("DISTRIBUTION")
      ->capture_default_str();
  add_integer_option(
      *app, "--box", 1, largest_side, [options](std::int64_t number) { options->analysis.box_side = number; },
      "side in pixels of the boxes of the basin entropy", options->analysis.box_side);
  add_integer_option(
      *app, "--samples", 1, largest_samples, [options](std::int64_t number) { options->analysis.samples = number; },
      "trajectories of each map to run again, for the time in the cones, and starts to draw from he or xavier",
      options->analysis.samples);
  add_threads_option(*app, options->run.threads);
  app->add_flag("--overwrite", options->run.overwrite, "replace an analysis with other options");
  add_lock_option(*app, options->run.missing_lock);
  app->footer(
      "Columns: probabilities of the fates, for he and xavier with half of a 95% interval, from sampled starts of the\n"
      "whole initialization (the file also has those of the starts of the map: a slice of one r); pixels of the boundary,\n"
      "its dimension (2 minus the uncertainty exponent; for 128 pixels or more a side) with standard error; boxes: its\n"
      "box-counting dimension, a check that is biased on small maps; doubt of the dimension: boxes, where the two differ\n"
      "by more than twice their errors, pixels, where fates change from pixel to pixel; basin entropy S_b and\n"
      "boundary basin entropy S_bb (above log 2 = 0.6931 the boundary is fractal, below it may be; two fates never reach\n"
      "it); Wada: pixels by which the boundaries of three or more basins differ (0 or few: Wada property; -1: fewer\n"
      "basins); share of updates in the linear cone, with standard error; how often a trajectory enters and leaves the\n"
      "dead cone; for certified maps, the share of the dead that are dead for ever.\n"
      "Distributions of starts other than uniform need maps of the plane w,b: those of another plane have the shares of\n"
      "their pixels in place of probabilities.\n"
      "The group `analysis` of the file holds these results and more.");
  return {app, [options, &experiment] {
            AnalysisProgress progress;
            print_table(analyze_file(options->path, options->analysis, options->run, progress, experiment),
                        options->analysis);
          }};
}

}  // namespace deadcone
