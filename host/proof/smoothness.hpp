#pragma once

// How fast the slope and the curvature of a smooth unit's loss change, anywhere in the plane of (w, b).
//
// With u = (x, 1) and a unit vector v in the plane, v.u is N(v_b, v_w^2), so E[(v.u)^2] = 1, E[(v.u)^4] <= 3 and E[(v.u)^6] <= 15,
// and the derivatives of L = E[(sigma(z) - y)^2]/2 along v are
//
//   second   E[(sigma'^2 + (sigma - y) sigma'') (v.u)^2]
//   third    E[(3 sigma' sigma'' + (sigma - y) sigma''') (v.u)^3].
//
// With E[y^2] = gamma^2 + Delta^2, Cauchy's inequality bounds both (docs/proofs.md, section 12).

#include <cmath>
#include <optional>

#include "deadcone/unit/model.hpp"
#include "deadcone/unit_kind.hpp"

namespace deadcone {

/// Upper bounds over all z, a little above the suprema.
struct SlopeBounds {
  double greatest;   ///< of |sigma'|
  double second;     ///< of |sigma''|
  double third;      ///< of |sigma'''|
  double curvature;  ///< of |sigma'^2 + sigma sigma''|, half the curvature of sigma^2
  double change;     ///< of |3 sigma' sigma'' + sigma sigma'''|, its derivative
};

/// Those of a unit without a kink; none of others.
constexpr std::optional<SlopeBounds> slope_bounds_of(UnitKind unit) {
  switch (unit) {
    case UnitKind::gelu:
      return SlopeBounds{1.12891, 0.797885, 0.77878, 1.38334, 1.51759};
    case UnitKind::silu:
      return SlopeBounds{1.09984, 0.5, 0.30819, 1.29512, 0.91808};
    case UnitKind::sigmoid:
      return SlopeBounds{0.25, 0.09623, 0.125, 0.07703, 0.10102};
    case UnitKind::tanh:
      return SlopeBounds{1.0, 0.76981, 2.0, 1.0, 2.04295};
    case UnitKind::softplus:
      return SlopeBounds{1.0, 0.25, 0.09623, 1.04534, 0.3902};
    default:
      return std::nullopt;
  }
}

/// What bounds a loss.
struct LossBounds {
  double curvature;     ///< the greatest eigenvalue of the Hessian
  double change;        ///< of the Hessian, per distance
  double slope_change;  ///< of E[sigma'(z)], per distance
};

inline LossBounds loss_bounds(const SlopeBounds& slopes, const Target<double>& target) {
  const double size = std::sqrt(target.gamma * target.gamma + target.delta * target.delta);
  constexpr double root_of_3 = 1.7320509;
  constexpr double third_moment = 2.2795071;  // 3^(3/4)
  constexpr double root_of_15 = 3.8729834;
  return {.curvature = slopes.curvature + root_of_3 * slopes.second * size,
          .change = third_moment * slopes.change + root_of_15 * slopes.third * size,
          .slope_change = slopes.second};
}

}  // namespace deadcone
