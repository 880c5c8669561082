#pragma once

#include <vector>

namespace deadcone {

/// The straight line nearest to some points, by least squares.
struct LineFit {
  double slope = 0.0;
  double slope_error = 0.0;  ///< standard error
  int points = 0;            ///< that it was fitted to
};

/// The fit of y over x. Fewer than three points have no error to speak of: slope and error are not numbers then.
LineFit fit_line(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace deadcone
