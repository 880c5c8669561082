#pragma once

// Distributions of initial parameters, which turn fractions of a window into probabilities.

#include <string>
#include <vector>

#include "deadcone/config.hpp"

namespace deadcone {

/// Independent w and b around zero, each normal, or uniform over the window: of the starts of one r. Or an initialization
/// of all weights of a unit, `inputs` independent ones of standard deviation sigma_w: w is the component along the target
/// direction, and r the length of the others, sigma_w times chi with inputs - 1 degrees of freedom.
struct StartDistribution {
  bool uniform = true;
  double sigma_w = 0.0;  ///< standard deviations where it is not; 0: all of it at zero
  double sigma_b = 0.0;
  double inputs = 0.0;  ///< 0: a distribution of w and b alone

  bool is_whole() const { return inputs > 0.0; }
};

/// The distribution that AnalysisOptions::init names. Throws ConfigError.
StartDistribution parse_start_distribution(const std::string& text);

/// The probability of each pixel of a range under a normal distribution around zero; the part beyond the range is in no
/// pixel. With `sigma` 0 the pixel that holds zero has all of it, or each of two that meet there has half.
std::vector<double> pixel_masses(const Range& range, double sigma);

/// The weights of rows and columns: the probability of a pixel is their product. `mass` is that of the whole window.
struct StartWeights {
  std::vector<double> rows;     ///< b
  std::vector<double> columns;  ///< w
  double mass = 1.0;
};
StartWeights weights_of(const StartDistribution& distribution, const Window& window);

/// The same weight for every pixel.
StartWeights equal_weights(const Grid& grid);

}  // namespace deadcone
