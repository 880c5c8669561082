#pragma once

// The minima of a unit's loss, which say what its trajectories may converge to.

#include <array>
#include <vector>

#include "deadcone/unit/model.hpp"
#include "deadcone/unit_kind.hpp"

namespace deadcone {

/// A minimum of L + decay |theta|^2/2, and the curvatures there.
struct Minimum {
  Parameters<double> theta;          ///< r is 0: there is no minimum off the plane
  double loss;                       ///< with the decay
  std::array<double, 2> curvatures;  ///< eigenvalues of the Hessian in the plane, the smaller first; > 0
  double curvature_across;           ///< the second derivative by r
  double leak;                       ///< of prelu; 0 of others
};

/// All minima of the loss of a unit, the least loss first, each a place where the gradient vanishes and all curvatures are
/// positive: none where the loss falls towards infinity, or towards a unit without a weight at a kink. Minima on plateaus, where
/// the digits of the loss end, are left out: those whose smaller curvature is below 1e-9 of the greatest one there is, or whose
/// greater one is below 1e-8 min(1, gamma^2).
///
/// gamma must be > 0 and the decay >= 0, all finite. Throws ConfigError for prelu with a decay, whose minima are not in the plane
/// of (w, b).
///
/// Rectifier, leaky, prelu and, without a decay, clip: complete, as far as two maxima of a function of one variable are not nearer
/// than its grid. Others: by Newton's method from a few starts, which find what hundreds of starts find (docs/units.md).
std::vector<Minimum> find_minima(const Unit& unit, const Target<double>& target, double decay = 0.0);

}  // namespace deadcone
