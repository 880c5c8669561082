#include "deadcone/proof/bounds.hpp"

#include <algorithm>
#include <limits>

#include "deadcone/proof/rounding.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "proof/coarse.hpp"
#include "proof/dead_bounds.hpp"
#include "proof/energy_bounds.hpp"
#include "proof/memo.hpp"
#include "proof/rest_bounds.hpp"
#include "proof/toll_bounds.hpp"

namespace deadcone {
namespace {

using namespace numeric;

/// Above every number that a condition is compared with.
constexpr auto never = static_cast<double>(std::numeric_limits<float>::max());

/// The exact descent that the theorems are about, for a computation.
struct ExactDescent {
  double beta;
  double eta;
  double momentum_reach;  ///< K for a momentum of the computation, no less than glide and energy need
  double momentum_ratio;  ///< the momentum of this descent over that of the computation
};

/// The exact descent of a computation: that of beta and eta, where margins hold what rounding makes of them.
ExactDescent exact_descent(double beta, double eta, Precision precision) {
  if (margins_hold_rounded_momentum(beta, precision)) return {beta, eta, eta * beta / (1.0 - beta), 1.0};
  return with_precision(precision, [&]<class Real>() -> ExactDescent {
    const auto rounded = rounded_descent<Real>(beta, eta);
    const double taken_up = static_cast<double>(rounded.one_minus_beta);
    const double rounded_eta = -static_cast<double>(rounded.minus_step) / taken_up;
    // Each update rounds momentum, too, which may make it last longer.
    constexpr double rounding = 0.5 * static_cast<double>(std::numeric_limits<Real>::epsilon());
    const double longest = static_cast<double>(rounded.beta) * (1.0 + rounding);
    const double ratio = (1.0 - longest) / taken_up;
    return {longest, rounded_eta / ratio, rounded_eta * longest / std::min(1.0 - longest, taken_up), ratio};
  });
}

/// The energy theorem takes no smaller margin: some low losses have to be left out.
constexpr double least_margin = 0x1p-14;

/// What depends on momentum and learning rate only. Weights are in units of gamma.
struct DescentBounds {
  ExactDescent exact;
  double corridor_weight;  ///< `never` where there is no corridor
  double toll_weight;      ///< `never` where there is no toll
  double toll_margin;
  double trap_bias[trap_thresholds];
  int creep_slope[creep_lags];
};

/// What depends on the learning rate only.
struct TollEdge {
  double weight;  ///< x
  double depth;   ///< there
};

/// What depends on the tolerance over eta gamma only.
struct ToleranceBounds {
  RestBounds::Margin rest;
  int creep_turn[creep_lags];
};

/// The corridor's edge in units of gamma: what is left of the weight at which w is driven up, whatever b is, once the
/// largest gradient has pulled for as long as momentum lasts. `never` where curvature to its right may be 2/eta.
double weight_of_corridor(const ExactDescent& exact) {
  const double edge = rising_weight - 0.5 * exact.eta / (1.0 - exact.beta);
  const bool holds = edge > 0.0 && exact.eta * (1.0 + edge_curvature / edge) < curvature_share * 2.0;
  return holds ? edge : never;
}

/// From here on the trap's condition falls with the slope.
constexpr double least_trap_slope = 1.3;

}  // namespace

/// All that the points of a sweep share.
class ProofBounds::Shared {
 public:
  Shared(const Criteria& criteria, Precision precision)
      : criteria_(criteria),
        precision_(precision),
        rounding_(margins_of(precision)),
        edge_(edge_of_dead_cone(criteria.epsilon * (1.0 + rounding_.state))),
        excluded_(edge_.hi),
        curvature_(edge_.hi),
        rest_(edge_.hi),
        trap_(least_slope()),
        creep_(least_slope()),
        proves_death_(criteria.rho < 1.0 && margins_hold_rounded_radius(criteria.rho, precision)) {}

  /// Whether the theorems say anything. At Delta = 0 the unit is active half of the time at the target: where so much
  /// counts as dead, they say nothing of fates. Nor is anything known of phi and Phi farther down than this.
  static bool holds(const Criteria& criteria, Precision precision) {
    return criteria.epsilon * (1.0 + margins_of(precision).state) < 0.5 && criteria.epsilon >= 1e-130;
  }

  ProofConditions<double> of(const Point& point) {
    const double gamma = point.gamma;
    const double relative_delta = point.delta / gamma;
    const bool is_simple = point.geometry() == Geometry::planar && point.delta == 0.0;
    const DescentBounds& descent = of_descent(point.beta, point.eta);
    const double tolerance = absolute_tolerance(point, criteria_) / (point.eta * gamma);
    ProofConditions<double> conditions = none_of(descent.exact, gamma, precision_);

    const bool may_pass = is_simple && criteria_.stop == StopRule::stationary;
    const double margin =
        may_pass ? margin_of_rest(tolerance, point.eta) : excluded_.margin(point.geometry(), relative_delta);
    const double energy_margin =
        std::max(margin, margin_of_energy(descent.exact.eta, point.geometry(), relative_delta));
    const auto energy_below = [&](double share) { return 0.5 * gamma * gamma * (1.0 - share - rounding_.energy); };
    conditions.energy = energy_below(energy_margin);
    if (!is_simple) return conditions;

    const double toll_margin = std::max(margin, descent.toll_margin);
    if (descent.toll_weight < never && toll_margin < energy_margin) {
      conditions.toll_energy = energy_below(toll_margin);
      conditions.toll_weight = (descent.toll_weight + rounding_.state) * gamma;
      conditions.toll_rise = (rising_weight + rounding_.state) * gamma;
    }
    // What is in the corridor meets the toll's condition, too, where that asks for no more energy and weight.
    const bool pays_a_toll = toll_margin <= margin && descent.toll_weight <= descent.corridor_weight;
    if (descent.corridor_weight < never && !pays_a_toll) {
      conditions.corridor_energy = energy_below(margin);
      conditions.corridor_weight = (descent.corridor_weight + rounding_.state) * gamma;
    }
    // A unit in the trap is dead at a stop unless it counts as converged, which at rho >= 1 it may.
    if (!proves_death_) return conditions;
    for (int i = 0; i < trap_thresholds; ++i) {
      if (!(descent.trap_bias[i] < never)) continue;
      conditions.trap_slope[i] = trap_.slope(i) * (1.0 + rounding_.state);
      conditions.trap_bias[i] = descent.trap_bias[i] * gamma * (1.0 + rounding_.state);
    }
    add_creep(descent, tolerance, gamma, conditions);
    return conditions;
  }

  /// Conditions that no state meets.
  static ProofConditions<double> none_of(const ExactDescent& exact, double gamma, Precision precision) {
    const double state = margins_of(precision).state;
    ProofConditions<double> conditions;
    conditions.momentum_reach = exact.momentum_reach;
    conditions.energy = conditions.corridor_energy = conditions.toll_energy = -1.0;
    conditions.corridor_weight = conditions.toll_weight = conditions.toll_rise = never;
    conditions.corridor_reach = 0.5 * (exact.eta * exact.beta / (1.0 - exact.beta)) * gamma * (1.0 - state);
    std::fill_n(conditions.trap_bias, trap_thresholds, never);
    std::fill_n(conditions.trap_slope, trap_thresholds, never);
    conditions.trap_shrink = 1.0 - state;
    std::fill_n(conditions.creep_slope, creep_lags, never);
    std::fill_n(conditions.creep_bias, creep_lags, never);
    std::fill_n(conditions.creep_turn, creep_lags, never);
    conditions.creep_fall = never;
    return conditions;
  }

 private:
  double least_slope() const { return std::max(-edge_.lo, least_trap_slope) * (1.0 + rounding_.state); }

  const DescentBounds& of_descent(double beta, double eta) {
    return descent_memo_.get({beta, eta}, [&] {
      DescentBounds bounds;
      const ExactDescent& exact = bounds.exact = exact_descent(beta, eta, precision_);
      bounds.corridor_weight = weight_of_corridor(exact);
      add_toll(exact, bounds);
      const double strongest_pull = (1.0 - exact.beta) / (2.0 * exact.eta * (1.0 + exact.beta));
      for (int i = 0; i < trap_thresholds; ++i) bounds.trap_bias[i] = std::min(trap_.bias(i, strongest_pull), never);
      for (int i = 0; i < creep_lags; ++i) bounds.creep_slope[i] = creep_.slope(i, exact.beta, exact.eta);
      return bounds;
    });
  }

  void add_toll(const ExactDescent& exact, DescentBounds& bounds) {
    constexpr int bits = 6;
    bounds.toll_weight = never;
    bounds.toll_margin = 1.0;
    const double eta = coarsely_above<bits>(exact.eta);
    const double glide = coarsely_above<bits>(std::max(exact.eta / (1.0 - exact.beta), eta));
    const auto [weight, depth] = edge_memo_.get({eta}, [&]() -> TollEdge {
      const double edge = edge_of_toll(curvature_share * 2.0 / eta);
      return edge < rising_weight ? TollEdge{edge, depth_at(edge)} : TollEdge{never, 0.0};
    });
    if (weight == never) return;
    bounds.toll_weight = weight;
    bounds.toll_margin =
        toll_memo_.get({eta, glide}, [&, x = weight, h = depth] { return margin_of_toll(eta, glide, x, h); });
  }

  const ToleranceBounds& of_tolerance(double tolerance) {
    const double most = coarsely_above<7>(tolerance);
    const double least = coarsely_below<7>(tolerance);
    return tolerance_memo_.get({most, least}, [&]() -> ToleranceBounds {
      ToleranceBounds bounds = {rest_.margin(most + rounding_.rest), {}};
      for (int i = 0; i < creep_lags; ++i) bounds.creep_turn[i] = creep_.turn(i, creep_rest(least));
      return bounds;
    });
  }

  /// The margin at which no trajectory comes to rest in the dead cone.
  double margin_of_rest(double tolerance, double eta) {
    const auto& [margin, longest_update] = of_tolerance(tolerance).rest;
    return eta * (tolerance + rounding_.rest) < longest_update ? margin : rest_.excluded();
  }

  /// The margin that keeps the curvature below 2/eta, or less where no rest in the dead cone takes more; 1 where none does.
  double margin_of_energy(double eta, Geometry geometry, double relative_delta) {
    const double excess = curvature_share * 2.0 / eta - 1.0;
    if (!(excess > 0.0)) return 1.0;
    const double limit = below(1.0 + coarsely_below<6>(excess));
    const double size = std::fabs(relative_delta);
    const Interval near = {coarsely_below<8>(size), coarsely_above<8>(size)};
    const Interval delta = relative_delta < 0.0 ? Interval{-near.hi, -near.lo} : near;
    const double is_planar = geometry == Geometry::planar ? 1.0 : 0.0;
    const bool is_at_zero = size == 0.0;
    return energy_memo_.get({limit, delta.lo, is_planar}, [&] {
      const double needed_anyway = is_at_zero ? 0.0 : excluded_.margins(geometry, delta).lo;
      return curvature_.margin(limit, geometry, delta, std::max(needed_anyway, least_margin));
    });
  }

  /// The gradient and the momentum at which a trajectory is at rest, with a margin.
  static double creep_rest(double tolerance) { return 0.99 * tolerance; }

  void add_creep(const DescentBounds& descent, double tolerance, double gamma, ProofConditions<double>& conditions) {
    const double rest = creep_rest(tolerance);
    if (rest < rounding_.rest || !CreepBounds::is_short(rest, descent.exact.eta)) return;
    if (!CreepBounds::is_followed(descent.exact.momentum_ratio)) return;
    const ToleranceBounds& of_rest = of_tolerance(tolerance);
    for (int i = 0; i < creep_lags; ++i) {
      const int slope = descent.creep_slope[i];
      const int turn = std::max(creep_.later_turn(slope), of_rest.creep_turn[i]);
      if (turn >= creep_.none()) continue;
      conditions.creep_slope[i] = creep_.slope_at(slope) * (1.0 + rounding_.state);
      conditions.creep_bias[i] = creep_.bias(i, turn, rest) * gamma * (1.0 + rounding_.state);
      conditions.creep_turn[i] = creep_.slope_at(turn) * (1.0 + rounding_.state);
      conditions.creep_fall = rest / 16.0 * gamma;
    }
  }

  Criteria criteria_;
  Precision precision_;
  RoundingMargins rounding_;
  Interval edge_;  ///< of the dead cone
  Exclusion excluded_;
  CurvatureBounds curvature_;
  RestBounds rest_;
  TrapBounds trap_;
  CreepBounds creep_;
  bool proves_death_;  ///< or a dead unit may count as converged
  Memo<DescentBounds, 2> descent_memo_;
  Memo<TollEdge, 1> edge_memo_;
  Memo<double, 2> toll_memo_;
  Memo<ToleranceBounds, 2> tolerance_memo_;
  Memo<double, 3> energy_memo_;
};

ProofBounds::ProofBounds(const Criteria& criteria, Precision precision) : precision_(precision) {
  if (Shared::holds(criteria, precision)) shared_ = std::make_unique<Shared>(criteria, precision);
}
ProofBounds::~ProofBounds() = default;
ProofBounds::ProofBounds(ProofBounds&&) noexcept = default;
ProofBounds& ProofBounds::operator=(ProofBounds&&) noexcept = default;

ProofConditions<double> ProofBounds::of(const Point& point) {
  if (shared_) return shared_->of(point);
  return Shared::none_of(exact_descent(point.beta, point.eta, precision_), point.gamma, precision_);
}

bool proves_anything(const ProofConditions<double>& conditions) {
  return conditions.energy > 0.0 || conditions.corridor_energy > 0.0 || conditions.toll_energy > 0.0 ||
         conditions.creep_fall < never ||
         std::any_of(conditions.trap_bias, conditions.trap_bias + trap_thresholds,
                     [](double bias) { return bias < never; });
}

}  // namespace deadcone
