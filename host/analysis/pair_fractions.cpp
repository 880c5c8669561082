#include "analysis/pair_fractions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "analysis/basin_boundary.hpp"
#include "deadcone/fate.hpp"

namespace deadcone {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// The fit takes distances up to this part of the shorter side: farther apart, the pairs of a smooth boundary see its
/// curvature, and other pieces of it.
constexpr std::int64_t fitted_part = 32;

/// Resamples of the bootstrap: its error is good to one part in twenty.
constexpr int resamples = 200;

/// The exponent of pixels that are as uncertain at two pixels as at one is 0; below this a map is not resolved.
constexpr double least_resolved_exponent = 0.1;

using Blocks = std::array<std::int64_t, pair_blocks * pair_blocks>;

/// The first pixel of a block along a side, and the one after its last.
std::int64_t begin_of(std::int64_t block, std::int64_t side) {
  return (block * side + pair_blocks - 1) / pair_blocks;
}

/// A loop of its own, which compilers make vector instructions of.
std::int64_t count_differences(const Fate* one, const Fate* other, std::int64_t count) {
  std::int32_t differences = 0;
  for (std::int64_t i = 0; i < count; ++i) differences += one[i] != other[i] ? 1 : 0;
  return differences;
}

/// Counts the pairs of the pixels of a row with those `rows_apart` and `columns_apart` farther on.
void count_row(const LabelGrid& grid, std::int64_t row, std::int64_t rows_apart, std::int64_t columns_apart,
               std::int64_t block_row, PairCounts& counts) {
  if (row + rows_apart >= grid.rows) return;
  const Fate* const first = grid.labels.data() + row * grid.columns;
  const Fate* const second = first + rows_apart * grid.columns + columns_apart;
  for (std::int64_t block = 0; block < pair_blocks; ++block) {
    const std::int64_t begin = begin_of(block, grid.columns);
    const std::int64_t end = std::min(begin_of(block + 1, grid.columns), grid.columns - columns_apart);
    if (end <= begin) continue;
    counts.pairs[block_row * pair_blocks + block] += end - begin;
    counts.uncertain[block_row * pair_blocks + block] += count_differences(first + begin, second + begin, end - begin);
  }
}

double sum(const Blocks& blocks, const std::vector<std::size_t>& drawn) {
  std::int64_t total = 0;
  for (const std::size_t block : drawn) total += blocks[block];
  return static_cast<double>(total);
}

/// The exponents of the pairs of both axes, along w and along b, from the blocks that were drawn.
struct Exponents {
  LineFit all, along_x, along_y;
};

Exponents exponents_of(const std::vector<PairsAtDistance>& fitted, const std::vector<std::size_t>& drawn) {
  std::vector<double> distances;
  std::vector<double> all;
  std::vector<double> along_x;
  std::vector<double> along_y;
  for (const auto& [distance, of_w, of_b] : fitted) {
    const double pairs_w = sum(of_w.pairs, drawn);
    const double pairs_b = sum(of_b.pairs, drawn);
    const double uncertain_w = sum(of_w.uncertain, drawn);
    const double uncertain_b = sum(of_b.uncertain, drawn);
    distances.push_back(std::log(static_cast<double>(distance)));
    all.push_back(std::log((uncertain_w + uncertain_b) / (pairs_w + pairs_b)));
    along_x.push_back(std::log(uncertain_w / pairs_w));
    along_y.push_back(std::log(uncertain_b / pairs_b));
  }
  return {fit_line(distances, all), fit_line(distances, along_x), fit_line(distances, along_y)};
}

/// The standard deviation of the finite ones of some values; not a number where there are fewer than two.
double deviation_of(const std::vector<double>& values) {
  double count = 0.0;
  double mean = 0.0;
  double squares = 0.0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    ++count;
    const double off = value - mean;
    mean += off / count;
    squares += off * (value - mean);
  }
  return count > 1.0 ? std::sqrt(squares / (count - 1.0)) : none;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : none;
}

std::int64_t total(const Blocks& blocks) {
  std::int64_t sum = 0;
  for (const std::int64_t value : blocks) sum += value;
  return sum;
}

}  // namespace

std::vector<PairsAtDistance> count_pairs(const LabelGrid& grid) {
  std::vector<PairsAtDistance> result;
  for (const std::int64_t distance : box_sizes(grid.rows, grid.columns)) {
    PairsAtDistance& pairs = result.emplace_back(PairsAtDistance{distance, {}, {}});
    for (std::int64_t block = 0; block < pair_blocks; ++block) {
      for (std::int64_t row = begin_of(block, grid.rows); row < begin_of(block + 1, grid.rows); ++row) {
        count_row(grid, row, 0, distance, block, pairs.along_x);
        count_row(grid, row, distance, 0, block, pairs.along_y);
      }
    }
  }
  return result;
}

UncertainFractions uncertain_fractions(const std::vector<PairsAtDistance>& pairs) {
  UncertainFractions fractions;
  for (const auto& [distance, of_w, of_b] : pairs) {
    fractions.all.push_back(
        share(total(of_w.uncertain) + total(of_b.uncertain), total(of_w.pairs) + total(of_b.pairs)));
    fractions.along_x.push_back(share(total(of_w.uncertain), total(of_w.pairs)));
    fractions.along_y.push_back(share(total(of_b.uncertain), total(of_b.pairs)));
  }
  return fractions;
}

LineFit uncertainty_exponent(const std::vector<PairsAtDistance>& pairs, std::int64_t rows, std::int64_t columns) {
  std::vector<PairsAtDistance> fitted;
  std::ranges::copy_if(pairs, std::back_inserter(fitted), [&](const PairsAtDistance& each) {
    return each.distance <= std::min(rows, columns) / fitted_part;
  });
  std::vector<std::size_t> drawn(pair_blocks * pair_blocks);
  for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i] = i;
  const Exponents found = exponents_of(fitted, drawn);
  if (!std::isfinite(found.all.slope)) return {none, none, found.all.points};

  std::mt19937_64 random(1);
  std::vector<double> all;
  std::vector<double> along_x;
  std::vector<double> along_y;
  std::vector<double> differences;
  for (int i = 0; i < resamples; ++i) {
    for (std::size_t& block : drawn) block = static_cast<std::size_t>(random() % drawn.size());
    const Exponents resampled = exponents_of(fitted, drawn);
    all.push_back(resampled.all.slope);
    along_x.push_back(resampled.along_x.slope);
    along_y.push_back(resampled.along_y.slope);
    differences.push_back(resampled.along_x.slope - resampled.along_y.slope);
  }
  const auto with_error = [](LineFit fit, const std::vector<double>& resampled) {
    fit.slope_error = std::hypot(fit.slope_error, deviation_of(resampled));
    return fit;
  };
  const double difference = found.along_x.slope - found.along_y.slope;
  if (!(std::fabs(difference) > 2.0 * deviation_of(differences))) return with_error(found.all, all);
  return difference < 0.0 ? with_error(found.along_x, along_x) : with_error(found.along_y, along_y);
}

bool is_at_pixel_scale(const LabelGrid& grid, const UncertainFractions& fractions) {
  if (fractions.all.size() < 2 || !(fractions.all[0] > 0.0)) return false;
  std::array<std::int64_t, fate_count> counts = {};
  for (const Fate label : grid.labels) ++counts.at(static_cast<std::size_t>(label));
  double at_random = 1.0;
  for (const std::int64_t count : counts) at_random -= std::pow(share(count, std::ssize(grid.labels)), 2.0);
  return std::log2(fractions.all[1] / fractions.all[0]) < least_resolved_exponent || fractions.all[0] > 0.5 * at_random;
}

}  // namespace deadcone
