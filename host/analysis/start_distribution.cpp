#include "analysis/start_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

[[noreturn]] void reject(const std::string& text) {
  throw ConfigError(
      "init", "must be uniform, normal:SIGMA_W:SIGMA_B, he:FAN_IN or xavier:FAN_IN:FAN_OUT, but is '" + text + "'");
}

/// The normal distribution with a relative error of the library's erfc, in the lower tail, too.
double normal_distribution(double t) {
  return 0.5 * std::erfc(-t / std::numbers::sqrt2);
}

/// The probability between two bounds, from the tail in which both lie, so that it does not cancel.
double mass_between(double lo, double hi, double sigma) {
  if (lo > 0.0) return mass_between(-hi, -lo, sigma);
  return normal_distribution(hi / sigma) - normal_distribution(lo / sigma);
}

}  // namespace

StartDistribution parse_start_distribution(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const auto number = [&](std::size_t i) {
    const double value = parse_number(parts[i]);
    if (!(value >= 0.0) || !std::isfinite(value)) reject(text);
    return value;
  };
  const auto fan = [&](std::size_t i) { return static_cast<double>(parse_integer(parts[i], 1)); };
  if (text == "uniform") return {};
  if (parts[0] == "normal" && parts.size() == 3) return {false, number(1), number(2)};
  if (parts[0] == "he" && parts.size() == 2) return {false, std::sqrt(2.0 / fan(1)), 0.0, fan(1)};
  if (parts[0] == "xavier" && parts.size() == 3) return {false, std::sqrt(2.0 / (fan(1) + fan(2))), 0.0, fan(1)};
  reject(text);
}

std::vector<double> pixel_masses(const Range& range, double sigma) {
  std::vector<double> masses(static_cast<std::size_t>(range.count));
  const double width = (range.hi - range.lo) / static_cast<double>(range.count);
  const auto edge = [&](std::int64_t i) {
    if (i == range.count) return range.hi;
    if (!range.logarithmic) return range.lo + static_cast<double>(i) * width;
    return range.lo * std::pow(range.hi / range.lo, static_cast<double>(i) / static_cast<double>(range.count));
  };
  for (std::int64_t i = 0; i < range.count; ++i) {
    const double lo = edge(i);
    const double hi = edge(i + 1);
    auto& mass = masses[i];
    if (sigma > 0.0) {
      mass = mass_between(lo, hi, sigma);
    } else {
      mass = (lo < 0.0 && hi > 0.0 ? 1.0 : 0.0) + (lo == 0.0 ? 0.5 : 0.0) + (hi == 0.0 ? 0.5 : 0.0);
    }
  }
  return masses;
}

StartWeights equal_weights(const Grid& grid) {
  const auto equal = [](std::int64_t count) {
    return std::vector<double>(static_cast<std::size_t>(count), 1.0 / static_cast<double>(count));
  };
  return {equal(grid.rows), equal(grid.columns), 1.0};
}

StartWeights weights_of(const StartDistribution& distribution, const Window& window) {
  if (distribution.uniform) return equal_weights(window.grid());
  StartWeights weights = {pixel_masses(window.b, distribution.sigma_b), pixel_masses(window.w, distribution.sigma_w),
                          1.0};
  weights.mass = std::accumulate(weights.rows.begin(), weights.rows.end(), 0.0) *
                 std::accumulate(weights.columns.begin(), weights.columns.end(), 0.0);
  return weights;
}

}  // namespace deadcone
