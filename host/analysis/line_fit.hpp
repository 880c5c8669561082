#pragma once

#include <vector>

#include "deadcone/analysis.hpp"

namespace deadcone {

/// The fit of y over x. Slope and error are not numbers for fewer than three points.
LineFit fit_line(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace deadcone
