#pragma once

// Bounds on the loss and its curvature where the loss is below that of the best constant output, in units of gamma: D
// is Delta/gamma, and theta = s (v along Gamma, t). docs/proofs.md derives all of them.
//
// Along a ray of fixed t and v the loss is s^2 A/2 - s B + (1 + D^2)/2, so with c = margin + D^2 it is below (1 -
// margin)/2 for s between (B -+ sqrt(B^2 - A c))/A. The greatest eigenvalue of its Hessian is at most 1 + phi mu / s.

#include "deadcone/unit/model.hpp"
#include "proof/interval.hpp"

namespace deadcone {

using numeric::Interval;

/// A = E[relu(z + t)^2] = (1 + t^2) Phi + t phi for z ~ N(0, 1). It grows with t.
Interval second_moment(Interval t);

/// Where the dead cone ends, for 1e-130 <= epsilon < 1/2: at t = lo the unit is surely active with less than this
/// probability, and with more at every t above hi, but for a relative error of 4e-14 in the probability.
Interval edge_of_dead_cone(double epsilon);

/// A margin at which no point with t <= `dead` has a loss below (1 - margin)/2.
double margin_that_excludes(double dead, Geometry geometry, double relative_delta);

/// The same at Delta = 0 in the plane, for points where a trajectory may come to rest only: where the gradient is below
/// `rest`, times a factor for the update that follows. At most what the function above gives.
double margin_that_excludes_rest(double dead, double rest, double eta);

/// Whether 1 + phi mu / s < `limit` wherever the loss is below (1 - margin)/2 and t > `dead`.
bool curvature_is_below(double limit, double margin, double dead, Geometry geometry, double relative_delta);

/// 1 - sup t phi / Phi, from below: nearer to zero than this, w is driven up at every b.
inline constexpr double rising_weight = 0.7054;

/// sup |t| (1 + t^2) phi, from above: what curvature at Delta = 0 in the plane exceeds 1 by, times s.
inline constexpr double edge_curvature = 0.633;

}  // namespace deadcone
