#pragma once

// Where rounding decides what becomes of a start.
//
// Near the target, gradient descent with momentum is linear: along an axis of the Hessian with the eigenvalue lambda it is
// stable for h = eta lambda < h* = 2 (1 + beta)/(1 - beta). Rounding adds noise to each gradient, about u |Theta*| with u
// half an ulp of 1. The distance to the target is then an autoregressive process of the second order,
//
//   a_{k+1} = (1 + beta - (1 - beta) h) a_k - beta a_{k-1} - eta (1 - beta) noise_k,
//
// whose variance is known: the gradient stays at lambda |a|, where
//
//   eta lambda |a| = eta u |Theta*| sqrt(h / (2 (1 - h/h*)))        (root mean square).
//
// Where that is not far below the tolerance, a trajectory that is exact would come to rest, and a rounded one goes on. Near
// h* and beyond, trajectories on their way are chaotic, too: docs/reproduction.md has what was measured.

#include <cmath>
#include <limits>

#include "deadcone/config.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/unit/affine.hpp"
#include "deadcone/unit/target_curvature.hpp"

namespace deadcone {

/// h/h*: the target is stable below 1.
inline double share_of_stability_limit(const Point& point) {
  const double h = point.eta * target_curvature({point.gamma, point.delta});
  return h / affine_largest_learning_rate(point.beta);
}

/// The length of the updates that rounding keeps up at the target, root mean square; infinite where it is not stable.
/// `share` is share_of_stability_limit() of the point.
inline double rounding_noise(const Point& point, Precision precision, double share) {
  if (!(share < 1.0)) return std::numeric_limits<double>::infinity();
  const double h = share * affine_largest_learning_rate(point.beta);
  const double ulp = precision == Precision::float32 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                                     : std::numeric_limits<double>::epsilon();
  return 0.5 * ulp * point.eta * std::hypot(point.gamma, point.delta) * std::sqrt(0.5 * h / (1.0 - share));
}

/// Whether rounding may decide fates at a point. Of 550 random points in float (docs/reproduction.md), 323 were such, and
/// the fates of 185 differed from double; of the other 227, those of one did, at .2% of its starts.
inline bool rounding_may_decide(const Point& point, const Criteria& criteria, Precision precision) {
  constexpr double unstable = 0.9;  // of the limit
  constexpr double noisy = 0.25;    // of the tolerance
  const double share = share_of_stability_limit(point);
  return share >= unstable || rounding_noise(point, precision, share) >= noisy * absolute_tolerance(point, criteria);
}

}  // namespace deadcone
