#include "analysis/line_fit.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace deadcone {

LineFit fit_line(const std::vector<double>& x, const std::vector<double>& y) {
  const auto count = static_cast<double>(x.size());
  LineFit fit;
  fit.points = static_cast<int>(x.size());
  if (x.size() < 3) {
    fit.slope = fit.slope_error = std::numeric_limits<double>::quiet_NaN();
    return fit;
  }
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / count;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / count;
  double xx = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  fit.slope = xy / xx;
  double residual = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double off = y[i] - mean_y - fit.slope * (x[i] - mean_x);
    residual += off * off;
  }
  fit.slope_error = std::sqrt(residual / (count - 2.0) / xx);
  return fit;
}

}  // namespace deadcone
