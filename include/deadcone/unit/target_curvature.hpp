#pragma once

// The curvature of the loss at its minimum, the target: there the Hessian is E[1 u u^T] with u = (x, 1) and 1 where the
// unit is active (docs/proofs.md, section 2). With t = Delta/gamma, along w and b it is
//
//   ( Phi - t phi   phi )
//   ( phi           Phi )        and Phi across,
//
// so its greatest eigenvalue is Phi - t phi/2 + phi sqrt(1 + t^2/4), which is 1/2 + 1/sqrt(2 pi) at Delta = 0.

#include <cmath>

#include "deadcone/numeric/normal.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone {

/// The greatest curvature of the loss at the target.
inline double target_curvature(const Target<double>& target) {
  const double t = target.delta / target.gamma;
  const auto [density, distribution] = numeric::normal(t);
  // The clamp keeps infinity out where the density is zero.
  const double half = 0.5 * std::fmin(std::fabs(t), 1e6);
  return distribution + density * (std::sqrt(1.0 + half * half) - std::copysign(half, t));
}

}  // namespace deadcone
