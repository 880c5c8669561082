#include "deadcone/proof/bounds.hpp"

#include <algorithm>
#include <limits>

#include "deadcone/proof/rounding.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "proof/energy_bounds.hpp"

namespace deadcone {
namespace {

using namespace numeric;

/// Above every number that a condition is compared with.
constexpr auto never = static_cast<double>(std::numeric_limits<float>::max());

/// The exact descent that the theorems are about, for a computation.
struct ExactDescent {
  Point point;            ///< with its beta and eta
  double momentum_reach;  ///< K for a momentum of the computation, no less than glide and energy need
  double momentum_ratio;  ///< the momentum of this descent over that of the computation
};

/// The exact descent of a computation: that of beta and eta, where margins hold what rounding makes of them.
ExactDescent exact_descent(const Point& point, Precision precision) {
  if (margins_hold_rounded_momentum(point.beta, precision))
    return {point, point.eta * point.beta / (1.0 - point.beta), 1.0};
  return with_precision(precision, [&]<class Real>() {
    const auto descent = rounded_descent<Real>(point.beta, point.eta);
    const double eta = -static_cast<double>(descent.minus_eta);
    const double taken_up = static_cast<double>(descent.one_minus_beta);
    // Each update rounds momentum, too, which may make it last longer.
    constexpr double rounding = 0.5 * static_cast<double>(std::numeric_limits<Real>::epsilon());
    const double beta = static_cast<double>(descent.beta) * (1.0 + rounding);
    const double ratio = (1.0 - beta) / taken_up;
    ExactDescent exact = {point, eta * beta / std::min(1.0 - beta, taken_up), ratio};
    exact.point.beta = beta;
    exact.point.eta = eta / ratio;
    return exact;
  });
}

/// The share of 2/eta that curvature is kept below.
constexpr double curvature_share = 0.999;

/// The margins to try: so many to an octave, over so many octaves.
constexpr int steps_per_octave = 32;
constexpr int octaves = 14;

/// 1 for step 0, and falling from there; exact.
double margin_of_step(int step) {
  const double within = 1.0 - 0.5 * (step % steps_per_octave) / steps_per_octave;
  return std::ldexp(within, -(step / steps_per_octave));
}

/// The smallest margin, at least `least`, that keeps the curvature below 2/eta; 1 where none does.
double margin_of_energy(double least, double dead, const Point& point) {
  const double limit = curvature_share * 2.0 / point.eta;
  const auto margin_at = [least](int step) { return std::max(least, margin_of_step(step)); };
  const auto holds = [&](int step) {
    return curvature_is_below(limit, margin_at(step), dead, point.geometry(), point.delta / point.gamma);
  };
  // Larger margins leave less of the plane: once it holds, it holds for all that are larger.
  int good = 0;
  int bad = octaves * steps_per_octave + 1;
  while (bad - good > 1) {
    const int middle = (good + bad) / 2;
    (holds(middle) ? good : bad) = middle;
  }
  return margin_at(good);
}

/// The corridor's edge in units of gamma: what is left of the weight at which w is driven up, whatever b is, once the
/// largest gradient has pulled for as long as momentum lasts.
double edge_of_corridor(const Point& point) {
  return rising_weight - 0.5 * point.eta / (1.0 - point.beta);
}

/// Whether the curvature to the right of that edge is below 2/eta.
bool corridor_holds(const Point& point) {
  const double edge = edge_of_corridor(point);
  return edge > 0.0 && point.eta * (1.0 + edge_curvature / edge) < curvature_share * 2.0;
}

/// The trap's condition on C at C/S = slope, in units of gamma; `never` where there is none. It falls with the slope.
double bias_of_trap(double slope, const Point& point) {
  const Normal<Interval> norm = normal(exactly(-slope));
  const double strongest_pull = (1.0 - point.beta) / (2.0 * point.eta * (1.0 + point.beta));
  const Interval left = exactly(strongest_pull) - norm.distribution;
  if (!(left.lo > 0.0)) return never;
  const Interval t = exactly(slope);
  return ((t * norm.distribution + squared(t) * norm.density) / left).hi;
}

/// The creep's constants, in units of gamma; `rest` is the gradient and the momentum at which a trajectory is at rest.
class Creep {
 public:
  Creep(const Point& point, double rest) : beta_(point.beta), eta_(point.eta), rest_(rest) {}

  /// The least slope, from `least` on, at which momentum follows the gradient; `steepest` where there is none.
  double slope(double least) const {
    const double most = std::min(0.1, (1.0 - beta_) / (2.0 * (1.0 + beta_)));
    return first_slope(least, [&](double slope) { return eta_ * curvature(slope) <= most; });
  }

  /// The least slope, from `least` on, beyond which the gradient is so small where dL/db changes its sign that the
  /// trajectory is as good as at rest before; `steepest` where there is none. That gradient is less than Phi.
  double turn(double least) const {
    return first_slope(least, [this](double slope) { return at(slope).distribution.hi <= 0.4 * rest_; });
  }

  /// The -b from which on a slope of `turn` is reached before dL/db changes its sign and the gradient is `rest`/2.
  double bias(double turn) const {
    return rounding * turn * (turn * turn + 3.0 + 0.5 * rest_ / at(turn).distribution.lo);
  }

  /// Whether the last update is so short that it does not make up for `slack`.
  bool is_short() const { return eta_ * rest_ <= 0.0625; }

  /// Whether the momentum of the computation is as good as that of the exact descent: 3.99 for 4 in creeps() and .99 for
  /// 1 in `rest` make up for the rest.
  static bool is_followed(double momentum_ratio) { return std::fabs(momentum_ratio - 1.0) <= 0.001; }

  static constexpr double slack = 0.04;  ///< by how much the last update may lower the slope
  static constexpr double steepest = 8.0;

 private:
  static constexpr double rounding = 1.0 + 1e-12;  // of the few operations of each function

  static Normal<Interval> at(double slope) { return normal(exactly(-slope)); }

  template <class Holds>
  static double first_slope(double least, const Holds& holds) {
    double slope = least;
    while (slope < steepest && !holds(slope)) slope += 0x1p-7;
    return std::min(slope, steepest);
  }

  /// No less than the norm of the Hessian at this slope and beyond, where w is at least the slope's square and 1.
  static double curvature(double slope) {
    const Normal<Interval> norm = at(slope);
    return rounding * (2.0 * norm.distribution.hi + slope * norm.density.hi);
  }

  double beta_;
  double eta_;
  double rest_;
};

}  // namespace

ProofConditions<double> proof_bounds(const Point& point, const Criteria& criteria, Precision precision) {
  const RoundingMargins rounding = margins_of(precision);
  const auto [exact, momentum_reach, momentum_ratio] = exact_descent(point, precision);
  ProofConditions<double> conditions;
  conditions.momentum_reach = momentum_reach;
  conditions.energy = conditions.corridor_energy = -1.0;
  conditions.corridor_weight = never;
  conditions.corridor_reach =
      0.5 * (exact.eta * exact.beta / (1.0 - exact.beta)) * point.gamma * (1.0 - rounding.state);
  std::fill_n(conditions.trap_bias, trap_thresholds, never);
  std::fill_n(conditions.trap_slope, trap_thresholds, never);
  conditions.trap_shrink = 1.0 - rounding.state;
  conditions.creep_slope = conditions.creep_bias = conditions.creep_turn = never;
  conditions.creep_fall = never;
  // At Delta = 0 the unit is active half of the time at the target: where so much counts as dead, the theorems say
  // nothing of fates. Nor is anything known of phi and Phi farther down than this.
  const double epsilon = criteria.epsilon * (1.0 + rounding.state);
  if (!(epsilon < 0.5 && criteria.epsilon >= 1e-130)) return conditions;

  const bool is_simple = point.geometry() == Geometry::planar && point.delta == 0.0;
  const Interval edge = edge_of_dead_cone(epsilon);
  const double dead = edge.hi;
  double margin = margin_that_excludes(dead, point.geometry(), point.delta / point.gamma);
  if (is_simple && criteria.stop == StopRule::stationary) {
    const double rest = absolute_tolerance(point, criteria) / (point.eta * point.gamma);
    margin = margin_that_excludes_rest(dead, rest + rounding.rest, point.eta);
  }
  const auto energy_below = [&](double share) {
    return 0.5 * point.gamma * point.gamma * (1.0 - share - rounding.energy);
  };
  conditions.energy = energy_below(margin_of_energy(margin, dead, exact));
  if (!is_simple) return conditions;

  if (corridor_holds(exact)) {
    conditions.corridor_energy = energy_below(margin);
    conditions.corridor_weight = (edge_of_corridor(exact) + rounding.state) * point.gamma;
  }
  // A unit in the trap is dead at a stop unless it counts as converged, which at rho >= 1 it may.
  if (!(criteria.rho < 1.0 && margins_hold_rounded_radius(criteria.rho, precision))) return conditions;
  constexpr double steepest_rise = 1.3;  // from here on the condition falls with the slope
  const double least_slope = std::max(-edge.lo, steepest_rise) * (1.0 + rounding.state);
  constexpr double beyond_least[trap_thresholds] = {0.0, 0.5, 1.0, 2.0};
  for (int i = 0; i < trap_thresholds; ++i) {
    const double slope = least_slope + beyond_least[i];
    const double bias = bias_of_trap(slope, exact);
    if (bias == never) continue;
    conditions.trap_slope[i] = slope * (1.0 + rounding.state);
    conditions.trap_bias[i] = bias * point.gamma * (1.0 + rounding.state);
  }

  const double rest = 0.99 * absolute_tolerance(point, criteria) / (point.eta * point.gamma);
  const Creep creep(exact, rest);
  const double slope = creep.slope(least_slope);
  const double turn = creep.turn(std::max(slope, least_slope + Creep::slack));
  if (rest < rounding.rest || !creep.is_short() || turn >= Creep::steepest) return conditions;
  if (!Creep::is_followed(momentum_ratio)) return conditions;
  conditions.creep_slope = slope * (1.0 + rounding.state);
  conditions.creep_bias = creep.bias(turn) * point.gamma * (1.0 + rounding.state);
  conditions.creep_turn = turn * (1.0 + rounding.state);
  conditions.creep_fall = rest / 16.0 * point.gamma;
  return conditions;
}

bool proves_anything(const ProofConditions<double>& conditions) {
  return conditions.energy > 0.0 || conditions.corridor_energy > 0.0 || conditions.creep_turn < never ||
         std::any_of(conditions.trap_bias, conditions.trap_bias + trap_thresholds,
                     [](double bias) { return bias < never; });
}

}  // namespace deadcone
