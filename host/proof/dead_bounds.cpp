#include "proof/dead_bounds.hpp"

#include <algorithm>
#include <limits>

namespace deadcone {

using namespace numeric;

TrapBounds::TrapBounds(double least_slope) {
  constexpr double beyond_least[trap_thresholds] = {0.0, 0.5, 1.0, 2.0};
  for (int i = 0; i < trap_thresholds; ++i) {
    const double slope = least_slope + beyond_least[i];
    const Normal<Interval> norm = normal(exactly(-slope));
    const Interval t = exactly(slope);
    slopes_[i] = {slope, norm.distribution, t * norm.distribution + squared(t) * norm.density};
  }
}

double TrapBounds::bias(int i, double strongest_pull) const {
  const auto& [slope, distribution, pull] = slopes_[i];
  const Interval left = exactly(strongest_pull) - distribution;
  return left.lo > 0.0 ? (pull / left).hi : std::numeric_limits<double>::infinity();
}

namespace {

constexpr double rounding = 1.0 + 1e-12;  // of the few operations of each function
constexpr double grid = 0x1p-7;
constexpr double steepest = 8.0;
constexpr double slack = 0.08;         // by how much the last two updates may lower the slope,
constexpr double slack_of_one = 0.04;  // and the first of them

/// By how much the gradient may change in an update, relatively, for each of the lags.
constexpr double change[creep_lags] = {0.2, 0.08};

}  // namespace

CreepBounds::CreepBounds(double least_slope) : first_turn_(0) {
  for (double slope = least_slope; slope < steepest; slope += grid) {
    const auto [density, distribution] = normal(exactly(-slope));
    const Interval one = exactly(1.0);
    const Interval t = exactly(slope);
    const Interval mills = density / distribution;
    const Interval variance = one + t * mills - squared(mills);
    slopes_.push_back({.slope = slope,
                       .curvature = rounding * (2.0 * distribution.hi + slope * density.hi),
                       .distribution = distribution.lo,
                       .turn_of_b = (mills / (mills - t)).hi,
                       .turn_of_w = (one + t * mills).hi,
                       .left = (t * distribution * variance).hi});
    if (slope < least_slope + slack) ++first_turn_;
  }
}

int CreepBounds::slope(int lag, double beta, double eta) const {
  const double after = beta * creep_lag(lag) + (1.0 - beta);  // of an update, |m| over the gradient before it
  const double most = std::min(change[lag], (1.0 - beta) * (creep_lag(lag) - 1.0) / creep_lag(lag)) / after / rounding;
  const auto is_too_curved = [&](const Slope& at) { return eta * at.curvature > most; };
  return static_cast<int>(std::partition_point(slopes_.begin(), slopes_.end(), is_too_curved) - slopes_.begin());
}

int CreepBounds::turn(int lag, double rest) const {
  const double kept = 1.0 - change[lag];
  const double most = kept / creep_lag(lag) * rest / rounding;
  const double least = kept / std::sqrt(1.0 - kept * kept) * rounding;
  const auto is_too_steep = [&](const Slope& at) { return at.left > most || at.slope < least; };
  const auto found = std::partition_point(slopes_.begin(), slopes_.end(), is_too_steep) - slopes_.begin();
  return std::max(static_cast<int>(found), first_turn_);
}

int CreepBounds::later_turn(int slope) const {
  constexpr int steps = static_cast<int>(slack_of_one / grid) + 1;
  return std::min(slope + steps, none());
}

double CreepBounds::bias(int lag, int turn, double rest) const {
  const auto& at = slopes_[static_cast<std::size_t>(turn)];
  return rounding * at.slope * std::max(at.turn_of_b, at.turn_of_w + rest / (creep_lag(lag) * at.distribution));
}

}  // namespace deadcone
