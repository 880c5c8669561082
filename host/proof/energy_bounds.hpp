#pragma once

// Bounds on the loss and its curvature where the loss is below that of the best constant output, in units of gamma: D
// is Delta/gamma, and theta = s (v along Gamma, t). docs/proofs.md derives all of them.
//
// Along a ray of fixed t and v the loss is s^2 A/2 - s B + (1 + D^2)/2, so with c = margin + D^2 it is below (1 -
// margin)/2 for s between (B -+ sqrt(B^2 - A c))/A. The greatest eigenvalue of its Hessian is at most 1 + phi mu / s.

#include <memory>

#include "deadcone/unit/model.hpp"
#include "proof/interval.hpp"

namespace deadcone {

using numeric::Interval;

/// A = E[relu(z + t)^2] = (1 + t^2) Phi + t phi for z ~ N(0, 1). It grows with t.
Interval second_moment(Interval t);

/// Where the dead cone ends, for 1e-130 <= epsilon < 1/2: at t = lo the unit is surely active with less than this
/// probability, and with more at every t above hi, but for a relative error of 4e-14 in the probability.
Interval edge_of_dead_cone(double epsilon);

/// What leaves the dead cone out of the low losses.
class Exclusion {
 public:
  explicit Exclusion(double dead);

  /// A margin at which no point with t <= `dead` has a loss below (1 - margin)/2.
  double margin(Geometry geometry, double relative_delta) const {
    return margins(geometry, numeric::exactly(relative_delta)).hi;
  }
  /// The same for every Delta/gamma of an interval.
  Interval margins(Geometry geometry, Interval relative_delta) const;

 private:
  Interval distribution_;  ///< Phi at the edge
  Interval best_;          ///< Phi/sqrt(A) there
};

/// What keeps the curvature of low losses small, for one edge of the dead cone. Functions of t that it has computed it
/// keeps. One thread calls at a time.
class CurvatureBounds {
 public:
  explicit CurvatureBounds(double dead);
  ~CurvatureBounds();

  /// A margin at which 1 + phi mu / s < `limit` wherever the loss is below (1 - margin)/2 and t > `dead`, for all
  /// Delta/gamma of the interval. It is the least one within `accuracy`, relatively, or `least`, if that is larger; 1 where
  /// there is none.
  double margin(double limit, Geometry geometry, Interval relative_delta, double least);

  static constexpr double accuracy = 0x1p-6;

 private:
  struct Cell;
  std::unique_ptr<Cell> root_;
};

/// 1 - sup t phi / Phi, from below: nearer to zero than this, w is driven up at every b.
inline constexpr double rising_weight = 0.7054;

/// sup |t| (1 + t^2) phi, from above: what curvature at Delta = 0 in the plane exceeds 1 by, times s.
inline constexpr double edge_curvature = 0.633;

}  // namespace deadcone
