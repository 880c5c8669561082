#include "analysis/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "analysis/basin_boundary.hpp"
#include "analysis/basin_entropy.hpp"
#include "analysis/cone_sample.hpp"
#include "analysis/pair_fractions.hpp"
#include "analysis/start_distribution.hpp"
#include "analysis/whole_initialization.hpp"
#include "config/parse.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

void weigh(const LabelGrid& grid, const PixelMask& boundary, const StartWeights& weights, PointAnalysis& result) {
  for (std::int64_t row = 0; row < grid.rows; ++row) {
    const double of_row = weights.rows[row] / weights.mass;
    for (std::int64_t column = 0; column < grid.columns; ++column) {
      const double weight = of_row * weights.columns[column];
      const auto fate = static_cast<std::uint8_t>(grid.at(row, column));
      result.probabilities.at(fate) += weight;
      if (boundary[row * grid.columns + column] != 0) result.probability_errors.at(fate) += weight;
    }
  }
}

std::array<UpdateStatistics, fate_count> statistics_by_fate(const LabelGrid& grid,
                                                            const std::vector<std::int32_t>& updates) {
  std::array<std::vector<std::int32_t>, fate_count> by_fate;
  for (std::size_t i = 0; i < updates.size(); ++i)
    if (updates[i] >= 0) by_fate.at(static_cast<std::uint8_t>(grid.labels[i])).push_back(updates[i]);
  std::array<UpdateStatistics, fate_count> result;
  for (std::size_t fate = 0; fate < result.size(); ++fate) result[fate] = update_statistics(std::move(by_fate[fate]));
  return result;
}

void count_proofs(const LabelGrid& grid, const std::vector<Proof>& proofs, PointAnalysis& result) {
  std::int64_t dead = 0;
  std::int64_t trapped = 0;
  bool all_known = true;
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    const bool is_dead = grid.labels[i] == Fate::dead;
    const bool known = proofs[i] != Proof::pending;
    if (known) ++result.proofs.at(static_cast<std::uint8_t>(proofs[i]));
    if (is_dead) {
      ++dead;
      all_known = all_known && known;
      if (proofs[i] == Proof::trap) ++trapped;
    }
  }
  // The computed pixels of a refined map lie along boundaries: the share among them is not that of all.
  if (dead > 0 && all_known) result.dead_for_ever_fraction = static_cast<double>(trapped) / static_cast<double>(dead);
}

void measure_dimension(const LabelGrid& grid, PointAnalysis& result) {
  const std::vector<PairsAtDistance> pairs = count_pairs(grid);
  result.uncertain_fractions = uncertain_fractions(pairs);
  result.uncertainty = uncertainty_exponent(pairs, grid.rows, grid.columns);
  result.dimension = result.uncertainty;
  result.dimension.slope = 2.0 - result.uncertainty.slope;
  result.box_counts = box_counts(line_of_boundary(grid), grid.rows, grid.columns);
  result.box_dimension = box_dimension(result.box_counts, grid.rows, grid.columns);
  const double error = std::hypot(result.dimension.slope_error, result.box_dimension.slope_error);
  const bool boxes = std::fabs(result.dimension.slope - result.box_dimension.slope) > 2.0 * error;
  const bool pixels = is_at_pixel_scale(grid, result.uncertain_fractions);
  result.dimension_doubt = static_cast<DimensionDoubt>((boxes ? 1 : 0) + (pixels ? 2 : 0));
}

/// Throws Error where the pixels are not those of the map.
void check_pixels(const Map& map, const LabelGrid& grid, const PixelFields& fields) {
  const Window& window = map.window;
  const auto pixels = static_cast<std::size_t>(window.pixels());
  const auto fits = [pixels](const auto& field) { return field.empty() || field.size() == pixels; };
  if (grid.rows != window.b.count || grid.columns != window.w.count || grid.labels.size() != pixels ||
      !fits(fields.updates) || !fits(fields.proofs)) {
    throw Error("the pixels to analyze do not fit the window of the map");
  }
  if (!has_fates(grid, fates_of(map.unit, map.optimizer, map.criteria)))
    throw Error("the map to analyze has pixels without a fate");
  if (!has_known_proofs(fields)) throw Error("the map to analyze has pixels with an unknown proof");
}

}  // namespace

void validate(const AnalysisOptions& options) {
  parse_start_distribution(options.init);
  const auto require = [](std::int64_t value, const char* parameter, std::int64_t largest) {
    if (value < 1 || value > largest)
      throw ConfigError(parameter, "must be " + in_words(1, largest) + ", but is " + std::to_string(value));
  };
  require(options.box_side, "box_side", largest_side);
  require(options.samples, "samples", largest_samples);
}

bool has_fates(const LabelGrid& grid, int fates) {
  return std::ranges::all_of(grid.labels, [fates](Fate fate) { return static_cast<std::uint8_t>(fate) < fates; });
}

bool has_known_proofs(const PixelFields& fields) {
  return std::ranges::all_of(fields.proofs,
                             [](Proof proof) { return proof == Proof::pending || *name_of(proof) != 0; });
}

UpdateStatistics update_statistics(std::vector<std::int32_t> updates) {
  if (updates.empty()) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none, -1};
  }
  const double sum = static_cast<double>(std::accumulate(updates.begin(), updates.end(), std::int64_t{0}));
  const auto middle = updates.begin() + static_cast<std::ptrdiff_t>(updates.size() / 2);
  std::nth_element(updates.begin(), middle, updates.end());
  double median = *middle;
  if (updates.size() % 2 == 0) median = 0.5 * (median + *std::max_element(updates.begin(), middle));
  return {sum / static_cast<double>(updates.size()), median, *std::max_element(middle, updates.end())};
}

namespace {

/// All that follows from the pixels alone, each with its weight.
PointAnalysis analyze_weighed(const LabelGrid& grid, const PixelFields& fields, const StartWeights& weights,
                              const AnalysisOptions& options) {
  PointAnalysis result;
  const PixelMask boundary = boundary_of(grid);
  weigh(grid, boundary, weights, result);
  result.updates = statistics_by_fate(grid, fields.updates);
  count_proofs(grid, fields.proofs, result);
  result.boundary_pixels = std::count(boundary.begin(), boundary.end(), 1);
  measure_dimension(grid, result);
  result.entropy = basin_entropy(grid, options.box_side);
  result.wada_distance = wada_distance(grid);
  return result;
}

}  // namespace

PointAnalysis analyze_pixels(const Trajectories& trajectories, const LabelGrid& grid, const PixelFields& fields,
                             const AnalysisOptions& options, std::uint64_t seed) {
  const Grid pixels = {grid.rows, grid.columns};
  PointAnalysis result = analyze_weighed(grid, fields, equal_weights(pixels), options);
  result.cones = sample_cones(trajectories, pixels, options.samples, seed);
  return result;
}

PointAnalysis analyze_point(const Map& map, const LabelGrid& grid, const PixelFields& fields,
                            const AnalysisOptions& options, std::uint64_t seed) {
  validate(options);
  validate(map.point, map.criteria, map.precision, map.unit, map.optimizer);
  validate(map.window);
  check_pixels(map, grid, fields);
  const StartDistribution distribution = parse_start_distribution(options.init);
  const StartWeights weights = weights_of(distribution, map.window);
  if (!(weights.mass > 0.0))
    throw ConfigError("init", "is " + options.init + ", but no start from it lies in the window");
  PointAnalysis result = analyze_weighed(grid, fields, weights, options);
  if (distribution.is_whole()) result.whole_probabilities = sample_fates(map, distribution, options.samples);
  result.cones = sample_cones(trajectories_of(map), map.window.grid(), options.samples, seed);
  return result;
}

}  // namespace deadcone
