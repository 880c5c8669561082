#pragma once

// The constants of the two theorems that prove death, trap and creep, in units of gamma, for one edge of the dead cone.
// docs/proofs.md derives them.

#include <array>
#include <vector>

#include "deadcone/proof/conditions.hpp"
#include "proof/interval.hpp"

namespace deadcone {

using numeric::Interval;

/// The least bias C at some slopes C/S, from which on w never changes its sign.
class TrapBounds {
 public:
  /// `least_slope`: at least 1.3 and beyond the edge of the dead cone. From 1.3 on the condition falls with the slope.
  explicit TrapBounds(double least_slope);

  double slope(int i) const { return slopes_[i].slope; }
  /// The bias for slope `i`; infinite where there is none. `strongest_pull` is (1 - beta)/(2 eta (1 + beta)).
  double bias(int i, double strongest_pull) const;

 private:
  struct Slope {
    double slope;
    Interval distribution;
    Interval pull;  ///< slope Phi + slope^2 phi
  };
  std::array<Slope, trap_thresholds> slopes_;
};

/// The slopes from which on a unit creeps, on a grid, for each of the lags. A slope is that of a number of the grid, which is
/// none() where there is none.
class CreepBounds {
 public:
  explicit CreepBounds(double least_slope);

  /// The least slope at which momentum keeps following the gradient with that lag.
  int slope(int lag, double beta, double eta) const;
  /// The least slope beyond which the gradient is so small where dL/dw changes its sign that the trajectory is at rest
  /// before. `rest` is the gradient and the momentum at which it is. It has to be later_turn() of the above, too.
  int turn(int lag, double rest) const;
  int later_turn(int slope) const;
  int none() const { return static_cast<int>(slopes_.size()); }

  double slope_at(int i) const { return slopes_[static_cast<std::size_t>(i)].slope; }
  /// The -b from which on the slope of number `turn` is reached before the turn, and before the gradient is rest/lag.
  double bias(int lag, int turn, double rest) const;

  /// Whether the last updates are so short that they do not make up for what turn() adds to the least slopes.
  static bool is_short(double rest, double eta) { return eta * rest <= 0.0625; }

  /// Whether the momentum of the computation is as good as that of the exact descent: what creeps() takes off the square of
  /// the lag, and .99 for 1 in `rest`, make up for the rest.
  static bool is_followed(double momentum_ratio) { return std::fabs(momentum_ratio - 1.0) <= 0.001; }

 private:
  struct Slope {
    double slope;
    double
        curvature;  ///< no less than the norm of the Hessian here and beyond, where w is at least the slope's square and 1
    double distribution;  ///< Phi, from below
    double turn_of_b;     ///< the w at which dL/db changes its sign, from above
    double turn_of_w;     ///< the same of dL/dw
    double left;          ///< -dL/db there and farther down, at most
  };
  std::vector<Slope> slopes_;
  int first_turn_;  ///< the first slope that the last updates do not take out of the dead cone
};

}  // namespace deadcone
