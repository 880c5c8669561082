#pragma once

// What the theorems of proof/conditions.hpp say of a descent whose coefficients are rounded (docs/proofs.md, section 11).
//
// beta and 1 - beta are rounded on their own: momentum lasts as beta_f says, and takes up fl(1 - beta) of each gradient.
// That is the exact descent of beta_f and of eta_f fl(1 - beta)/(1 - beta_f), whose momentum is that of the loops times
// (1 - beta_f)/fl(1 - beta). In float the two differ by up to 2^-25/(1 - beta), relatively; in double they do not, as
// 1 - beta is exact from beta = 1/2 on.

#include <cmath>

#include "deadcone/kinds.hpp"
#include "deadcone/optimizer/momentum.hpp"

namespace deadcone {

/// By how much the conditions are narrowed, for the rounding of the numbers that are compared with them.
struct RoundingMargins {
  double energy;  ///< of the loss, in units of gamma^2/2
  double state;   ///< of weights and biases, relative
  double rest;    ///< of the gradient, in units of gamma
};
inline RoundingMargins margins_of(Precision precision) {
  return precision == Precision::float32 ? RoundingMargins{0x1p-13, 0x1p-16, 0x1p-16}
                                         : RoundingMargins{0x1p-36, 0x1p-44, 0x1p-40};
}

/// Margins of the energy of a well: one in units of the square of the largest output of a unit in it, since the norms of sigma(z) - y
/// and of y add up to no more than sqrt(2 E*) + |Theta*|; and one for the error of averages that are no closed forms in lines, in units
/// of the square of the greatest slope.
struct WellMargins {
  double output;
  double averages;
};
inline WellMargins well_margins_of(Precision precision) {
  return precision == Precision::float32 ? WellMargins{0x1p-11, 0x1p-18} : WellMargins{0x1p-34, 0x1p-40};
}

/// Whether the margins hold what rounding makes of beta and 1 - beta. Where not, the constants of the theorems are
/// those of the rounded coefficients.
inline bool margins_hold_rounded_momentum(double beta, Precision precision) {
  return with_precision(precision, [&]<class Real>() {
    const auto descent = rounded_descent<Real>(beta, 1.0);
    const double ratio = (1.0 - static_cast<double>(descent.beta)) / static_cast<double>(descent.one_minus_beta);
    return std::fabs(ratio - 1.0) <= 0.5 * margins_of(precision).state;
  });
}

/// Whether rho, where it is below 1, is so by more than rounding: at 1 a dead unit may count as converged.
inline bool margins_hold_rounded_radius(double rho, Precision precision) {
  return rho >= 1.0 || rho * (1.0 + margins_of(precision).state) < 1.0;
}

}  // namespace deadcone
