#pragma once

// Where a trajectory can come to rest in the dead cone, under the stationary rule, in the plane at Delta = 0; in units of
// gamma. docs/proofs.md, section 5.

#include <vector>

#include "proof/interval.hpp"

namespace deadcone {

using numeric::Interval;

/// What is left of the loss where units stop in the dead cone, for one edge of it. What it computes it keeps. One thread
/// calls at a time.
class RestBounds {
 public:
  /// `dead` < 0 is where the dead cone ends.
  explicit RestBounds(double dead);

  /// Where no trajectory stops.
  struct Margin {
    double margin;          ///< at t < `dead`, if it was below a loss of (1 - margin)/2 during its last update,
    double longest_update;  ///< which was shorter than this and began where the gradient is below `rest`
  };
  /// The margin is at most what Exclusion gives, which holds for every update.
  Margin margin(double rest);
  /// That one.
  double excluded() const { return excluded_; }

 private:
  /// The gradient and its parts at the t of a cell.
  struct Cell {
    Interval t;
    Interval distribution;
    Interval density;
    Interval second;  ///< A
    Interval edge;    ///< phi (1 + t^2) - t Phi
    double least;     ///< no more than |gradient| at any s
    double
        empty_from;  ///< from which margin on no loss below (1 - margin)/2 is at the t of this cell, nor farther down
  };
  /// What is known of one margin.
  struct Limit {
    double rest = -1.0;   ///< no more than |gradient| wherever it can stop; negative: not computed
    double steepest = 0;  ///< no less than |t| there
  };

  static Cell cell_at(Interval t);
  static double least_gradient(const Cell& cell, double margin);
  const Limit& limit_at(int step);

  double dead_;
  double excluded_;            ///< the margin at which nothing is in the dead cone
  double distribution_there_;  ///< Phi where the last update may begin
  std::vector<Cell> cells_;    ///< downwards from there
  std::vector<Limit> limits_;  ///< of the margins of margin_of_step()
};

}  // namespace deadcone
