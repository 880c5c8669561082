#include "analysis/basin_entropy.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "deadcone/fate.hpp"

namespace deadcone {
namespace {

double entropy(const std::array<std::int64_t, fate_count>& counts, double total) {
  double sum = 0.0;
  for (const std::int64_t count : counts) {
    const double p = static_cast<double>(count) / total;
    if (count > 0) sum -= p * std::log(p);
  }
  return sum;
}

}  // namespace

bool BasinEntropy::boundary_is_fractal() const {
  return boundary > std::numbers::ln2;
}

BasinEntropy basin_entropy(const LabelGrid& grid, std::int64_t side) {
  double sum = 0.0;
  std::int64_t boxes = 0;
  std::int64_t mixed = 0;
  for (std::int64_t row = 0; row + side <= grid.rows; row += side) {
    for (std::int64_t column = 0; column + side <= grid.columns; column += side) {
      std::array<std::int64_t, fate_count> counts = {};
      for (std::int64_t r = row; r < row + side; ++r) {
        for (std::int64_t c = column; c < column + side; ++c) ++counts.at(static_cast<std::uint8_t>(grid.at(r, c)));
      }
      const double here = entropy(counts, static_cast<double>(side * side));
      sum += here;
      ++boxes;
      mixed += here > 0.0 ? 1 : 0;
    }
  }
  const auto mean_over = [&](std::int64_t count) {
    return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
  };
  return {mean_over(boxes), mean_over(mixed)};
}

}  // namespace deadcone
