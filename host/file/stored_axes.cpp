#include "file/stored_axes.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <system_error>
#include <vector>

#include "deadcone/errors.hpp"
#include "file/result_datasets.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {
namespace {

/// Whether two axes have the same ends, and points between that both come from LO:HI:N or log:LO:HI:N.
bool differ_by_rounding(const std::vector<double>& stored, const std::vector<double>& wanted) {
  if (stored.size() != wanted.size() || stored.size() < 3) return false;
  if (stored.front() != wanted.front() || stored.back() != wanted.back()) return false;
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  const double lo = wanted.front();
  const double hi = wanted.back();
  const auto steps = static_cast<double>(wanted.size() - 1);
  const double largest = std::fmax(std::fabs(lo), std::fabs(hi));
  for (std::size_t i = 1; i + 1 < wanted.size(); ++i) {
    // Points at equal distances have the errors of the ends, those at equal ratios their own, and what pow() adds.
    const double linear = lo + static_cast<double>(i) * (hi - lo) / steps;
    const bool is_linear = std::fabs(wanted[i] - linear) <= 8.0 * epsilon * largest;
    const double tolerance = is_linear ? 8.0 * epsilon * largest : 64.0 * epsilon * std::fabs(wanted[i]);
    if (!(std::fabs(stored[i] - wanted[i]) <= tolerance)) return false;
  }
  return true;
}

}  // namespace

void adopt_stored_axes(const std::string& path, Sweep& sweep, const Experiment& experiment) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return;
  Sweep stored;
  try {
    stored = experiment.sweep_of(read_configuration(hdf5::File::open_to_read(path)), path);
  } catch (const StorageError&) {
    return;
  }
  for (const std::size_t i : sweep.point_axes()) {
    if (differ_by_rounding(stored.axes[i].values, sweep.axes[i].values)) sweep.axes[i].values = stored.axes[i].values;
  }
}

}  // namespace deadcone
