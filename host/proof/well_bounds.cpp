#include "deadcone/proof/well_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "base/fma.hpp"
#include "deadcone/proof/rounding.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/unit/families.hpp"
#include "proof/coarse.hpp"
#include "proof/memo.hpp"
#include "proof/smoothness.hpp"

namespace deadcone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The loss, with its decay, about a place in the plane.
struct Landscape {
  double loss;
  double gradient;      ///< its length
  double along[2];      ///< the gradient along the eigenvectors of the Hessian
  double curvature[2];  ///< the eigenvalues, the smaller first
  double slope;         ///< E[sigma'(z)]
};

template <class Family>
DEADCONE_HD_INLINE Landscape landscape(const unit::FamilyConstants<double>& constants, const Target<double>& target,
                                       double decay, double w, double b) {
  const Parameters<double> theta = {0.0, w, b};
  const auto activation = Family::activation(constants, unit::Coordinates<double, 3>{{0.0, w, b}});
  const auto along = unit::direction<Geometry::planar>(theta);
  const auto m = unit::moments<2>(activation, along.s, b);
  const Parameters<double> g = unit::gradient<Geometry::planar>(m, theta, along, target);
  const unit::Hessian<double> h = unit::hessian(m, along, target);
  const double gradient_w = g.w + decay * w;
  const double gradient_b = g.b + decay * b;
  const double mean = 0.5 * (h.ww + h.bb) + decay;
  const double half_difference = 0.5 * (h.ww - h.bb);
  const double radius = std::sqrt(half_difference * half_difference + h.wb * h.wb);
  // An eigenvector of the greater one.
  double direction_w = half_difference >= 0.0 ? half_difference + radius : h.wb;
  double direction_b = half_difference >= 0.0 ? h.wb : radius - half_difference;
  const double length = std::sqrt(direction_w * direction_w + direction_b * direction_b);
  direction_w = length > 0.0 ? direction_w / length : 1.0;
  direction_b = length > 0.0 ? direction_b / length : 0.0;
  const double loss = unit::loss(unit::averages(activation, along.s, b), theta, target);
  return {.loss = loss + 0.5 * decay * (w * w + b * b),
          .gradient = std::sqrt(gradient_w * gradient_w + gradient_b * gradient_b),
          .along = {direction_w * gradient_b - direction_b * gradient_w,
                    direction_w * gradient_w + direction_b * gradient_b},
          .curvature = {mean - radius, mean + radius},
          .slope = m.b[0]};
}

using LandscapeAt = Landscape (*)(const unit::FamilyConstants<double>&, const Target<double>&, double decay, double w,
                                  double b);

template <class Family>
Landscape plain_landscape(const unit::FamilyConstants<double>& constants, const Target<double>& target, double decay,
                          double w, double b) {
  return landscape<Family>(constants, target, decay, w, b);
}
template <class Family>
DEADCONE_WITH_FMA Landscape fma_landscape(const unit::FamilyConstants<double>& constants, const Target<double>& target,
                                          double decay, double w, double b) {
  return landscape<Family>(constants, target, decay, w, b);
}

LandscapeAt landscape_of(UnitKind unit) {
  LandscapeAt at = nullptr;
  unit::with_family(unit, [&]<class Family>() {
    if constexpr (Family::coordinates == 3) at = has_fma() ? fma_landscape<Family> : plain_landscape<Family>;
  });
  return at;
}

/// What the search for a well is told.
struct Problem {
  LandscapeAt landscape;
  unit::FamilyConstants<double> constants;
  SlopeBounds slopes;
  Target<double> target;
  double decay;
  double curvature;      ///< the greatest that may be in a well
  double active_slope;   ///< a unit whose mean slope is above is active for sure
  double rest_gradient;  ///< nothing comes to rest where the gradient is longer; infinite where that does not count
  double rho;
  std::int64_t evaluations;
};

/// A square of the plane, of side `base / 2^depth`, its number of sides from 0.
struct Cell {
  int depth;
  std::int64_t w;
  std::int64_t b;
  double least_loss;  ///< in it, from below
  Landscape middle;

  bool operator<(const Cell& other) const { return least_loss > other.least_loss; }  // of a queue: the least first
};

/// Finds the well of a minimum: water rises in a growing box of cells about it, the cell with the least loss first. Where a cell
/// cannot be shown to have no critical point, and is too small to be cut, the water stops.
class Flood {
 public:
  Flood(const Problem& problem, const Minimum& minimum, bool has_wall)
      : problem_(problem), minimum_(minimum), has_wall_(has_wall) {
    const double size = size_of(problem.target);
    while (base_ < 0.5 * size) base_ *= 2.0;
    const double s = 0.5 * std::fabs(minimum.theta.w);
    core_ = 0.5 * minimum.curvatures[0] / bounds_from(s).change;
    if (has_kinks()) core_ = std::min(core_, s);
    // At rest in the core it is near enough to the minimum to have converged.
    const double norm = std::sqrt(minimum.theta.w * minimum.theta.w + minimum.theta.b * minimum.theta.b);
    rests_converged_ = problem.rest_gradient <= 0.5 * minimum.curvatures[0] * problem.rho * norm;
  }

  /// The well, its energy without a margin.
  Well<double> run() {
    const std::int64_t w = side_of(minimum_.theta.w);
    const std::int64_t b = side_of(minimum_.theta.b);
    least_w_ = w, greatest_w_ = w + 1, least_b_ = b, greatest_b_ = b + 1;
    add(0, w, b);
    double level = 0.0;
    while (true) {
      const Cell cell = queue_.top();
      level = cell.least_loss;
      if (has_wall_ && level >= wall()) {
        level = wall();
        reached_wall_ = true;
        break;
      }
      if (evaluations_ >= problem_.evaluations) break;
      queue_.pop();
      if (is_clear(cell)) {
        grow_at(cell);
      } else if (cell.depth < deepest) {
        for (int i = 0; i < 4; ++i) add(cell.depth + 1, 2 * cell.w + i % 2, 2 * cell.b + i / 2);
      } else {
        break;
      }
    }
    return {level, base_ * static_cast<double>(least_w_), base_ * static_cast<double>(greatest_w_),
            base_ * static_cast<double>(least_b_), base_ * static_cast<double>(greatest_b_)};
  }

  /// Whether the water reached the wall, which stopped it.
  bool reached_wall() const { return reached_wall_; }

 private:
  static constexpr int deepest = 20;
  /// What rounding makes of a gradient, relative to 1 + |w| + |b|; docs/units.md has less.
  static constexpr double rounding = 1e-11;

  /// At w = 0 the unit is a constant, and the loss this or more.
  double wall() const { return 0.5 * problem_.target.gamma * problem_.target.gamma; }

  bool has_kinks() const { return problem_.slopes.kink_count > 0; }

  /// The bounds where |w| >= s.
  LossBounds bounds_from(double s) const { return loss_bounds(problem_.slopes, problem_.target, s); }

  /// The numbers between which |w| is in a column of squares.
  static double least_weight(double side, std::int64_t w) { return side * static_cast<double>(w >= 0 ? w : -(w + 1)); }
  static double greatest_weight(double side, std::int64_t w) { return side * static_cast<double>(w >= 0 ? w + 1 : -w); }

  std::int64_t side_of(double x) const { return static_cast<std::int64_t>(std::floor(x / base_)); }

  void add(int depth, std::int64_t w, std::int64_t b) {
    const double side = std::ldexp(base_, -depth);
    const Landscape at =
        problem_.landscape(problem_.constants, problem_.target, problem_.decay, (static_cast<double>(w) + 0.5) * side,
                           (static_cast<double>(b) + 0.5) * side);
    ++evaluations_;
    const double h = half_diagonal(depth);
    const double change = bounds_from(least_weight(side, w)).change;
    const double near_middle =
        at.loss - h * (at.gradient + h * (0.5 * std::max(-at.curvature[0], 0.0) + h * change / 6.0));
    // The standard deviation of sigma(z) is at most |w| times the greatest slope, that of y is gamma.
    const double missing = std::max(problem_.target.gamma - problem_.slopes.greatest * greatest_weight(side, w), 0.0);
    queue_.push({depth, w, b, std::max(near_middle, 0.5 * missing * missing), at});
  }

  double half_diagonal(int depth) const { return std::ldexp(base_, -depth) * 0.70710678118654757; }

  /// Whether nothing but the minimum is critical in a cell, and nothing else comes to rest there and counts as dead.
  bool is_clear(const Cell& cell) const {
    const double side = std::ldexp(base_, -cell.depth);
    const double h = half_diagonal(cell.depth);
    const double w = (static_cast<double>(cell.w) + 0.5) * side;
    const double b = (static_cast<double>(cell.b) + 0.5) * side;
    const Landscape& at = cell.middle;
    const LossBounds bounds = bounds_from(least_weight(side, cell.w));
    if (!(bounds.curvature + problem_.decay < problem_.curvature)) return false;
    const bool is_active = std::fabs(at.slope) - h * bounds.slope_change > problem_.active_slope;
    const double from_minimum_w = w - minimum_.theta.w;
    const double from_minimum_b = b - minimum_.theta.b;
    const double reach = std::sqrt(from_minimum_w * from_minimum_w + from_minimum_b * from_minimum_b) + h;
    if (reach < core_) return is_active || rests_converged_;
    double least_gradient = 0.0;
    for (int i = 0; i < 2; ++i) {
      const double change = h * (std::fabs(at.curvature[i]) + 0.5 * h * bounds.change);
      least_gradient = std::max(least_gradient, std::fabs(at.along[i]) - change);
    }
    least_gradient -= rounding * (1.0 + std::fabs(w) + std::fabs(b));
    return least_gradient > (is_active ? 0.0 : problem_.rest_gradient);
  }

  /// Makes the box larger where a cell without critical points is at its edge, but for the wall.
  void grow_at(const Cell& cell) {
    const std::int64_t sides = std::int64_t{1} << cell.depth;
    const bool is_right = minimum_.theta.w > 0.0;
    if (cell.w == least_w_ * sides && !(has_wall_ && is_right && least_w_ == 0)) add_column(--least_w_);
    if (cell.w + 1 == greatest_w_ * sides && !(has_wall_ && !is_right && greatest_w_ == 0)) add_column(greatest_w_++);
    if (cell.b == least_b_ * sides) add_row(--least_b_);
    if (cell.b + 1 == greatest_b_ * sides) add_row(greatest_b_++);
  }
  void add_column(std::int64_t w) {
    for (std::int64_t b = least_b_; b < greatest_b_; ++b) add(0, w, b);
  }
  void add_row(std::int64_t b) {
    for (std::int64_t w = least_w_; w < greatest_w_; ++w) add(0, w, b);
  }

  const Problem& problem_;
  const Minimum& minimum_;
  const bool has_wall_;
  double base_ = 0.5;
  double core_;
  bool rests_converged_;
  std::priority_queue<Cell> queue_;
  std::int64_t evaluations_ = 0;
  std::int64_t least_w_ = 0, greatest_w_ = 0, least_b_ = 0, greatest_b_ = 0;  ///< of the box, in sides
  bool reached_wall_ = false;
};

/// The well of a minimum, its energy without a margin. No well crosses the line w = 0 with less loss than gamma^2/2, so the
/// search stays on one side of it, and only one that fills that side goes on across.
Well<double> find_well(const Problem& problem, const Minimum& minimum) {
  const bool has_kinks = problem.slopes.kink_count > 0;
  if (has_kinks && minimum.theta.w == 0.0) return unit::no_well<double>;
  Flood one_side(problem, minimum, minimum.theta.w != 0.0);
  const Well<double> well = one_side.run();
  if (!one_side.reached_wall() || has_kinks) return well;
  const Well<double> across = Flood(problem, minimum, false).run();
  return across.energy > well.energy ? across : well;
}

}  // namespace

bool may_have_wells(UnitKind unit, const Optimizer& optimizer, const Criteria& criteria) {
  const bool is_descent = optimizer.kind == OptimizerKind::momentum || optimizer.kind == OptimizerKind::heavy_ball;
  return unit != UnitKind::prelu && is_descent && optimizer.clip == ClipKind::none && !optimizer.has_warmup &&
         optimizer.schedule == Schedule() && criteria.lyapunov_updates == 0;
}

class WellBounds::Search {
 public:
  Search(UnitKind unit, const Optimizer& optimizer, const Criteria& criteria, Precision precision,
         std::int64_t evaluations)
      : unit_(unit),
        landscape_(landscape_of(unit)),
        optimizer_(optimizer),
        criteria_(criteria),
        precision_(precision),
        evaluations_(evaluations) {}

  std::vector<Well<double>> of(const Point& point, std::span<const Minimum> minima) {
    if (point.r != 0.0 || !margins_hold_rounded_momentum(point.beta, precision_)) return {};
    const Target<double> target = {point.gamma, point.delta};
    const double decay = optimizer_.has_decay ? point.decay : 0.0;
    const Unit unit = {unit_, point.unit_constants()};
    const SlopeBounds slopes = *slope_bounds_of(unit);
    // Heavy ball is momentum at a rate that is 1/(1 - beta) times as large.
    const double eta = optimizer_.kind == OptimizerKind::momentum ? point.eta : point.eta / (1.0 - point.beta);
    const double limit = curvature_share * 2.0 / eta;
    if (!(loss_bounds(slopes, target, infinity).curvature + decay < limit)) return {};
    // Without kinks that holds everywhere, and no square has to be looked at for it.
    const double curvature = slopes.kink_count > 0 ? coarsely_below<1>(limit) : infinity;
    // A stop is judged after its update, which changes the gradient by less than 2/eta times the tolerance.
    const double rest = criteria_.stop == StopRule::stationary
                            ? coarsely_above<1>(3.0 * absolute_tolerance(point, criteria_) / point.eta)
                            : infinity;
    const Problem problem = {.landscape = landscape_,
                             .constants = unit::family_constants(unit),
                             .slopes = slopes,
                             .target = target,
                             .decay = decay,
                             .curvature = curvature,
                             .active_slope = criteria_.epsilon * slopes.greatest * (1.0 + 1e-9),
                             .rest_gradient = rest,
                             .rho = criteria_.rho,
                             .evaluations = evaluations_};
    const auto [first, second] = point.unit_constants();
    std::vector<Well<double>> wells =
        known_.get({point.gamma, point.delta, decay, rest, curvature, first, second}, [&] {
          std::vector<Well<double>> found;
          for (const Minimum& minimum : minima) found.push_back(find_well(problem, minimum));
          return found;
        });
    for (std::size_t i = 0; i < wells.size(); ++i) take_margin(wells[i], minima[i], slopes, target);
    return wells;
  }

 private:
  /// Lowers the energy of a well by more than rounding makes of an energy, or gives the well up.
  void take_margin(Well<double>& well, const Minimum& minimum, const SlopeBounds& slopes,
                   const Target<double>& target) const {
    well.energy -= well_margin(slopes, target, well.energy, precision_);
    const double farthest = std::max({-well.least_w, well.greatest_w, -well.least_b, well.greatest_b});
    const bool may_diverge = !(2.0 * farthest < unit::divergence_factor * size_of(target));
    if (!(well.energy > minimum.loss) || may_diverge) well = unit::no_well<double>;
  }

  UnitKind unit_;
  LandscapeAt landscape_;
  Optimizer optimizer_;
  Criteria criteria_;
  Precision precision_;
  std::int64_t evaluations_;
  Memo<std::vector<Well<double>>, 7> known_;
};

WellBounds::WellBounds(UnitKind unit, const Optimizer& optimizer, const Criteria& criteria, Precision precision,
                       std::int64_t evaluations) {
  if (evaluations > 0 && may_have_wells(unit, optimizer, criteria))
    search_ = std::make_unique<Search>(unit, optimizer, criteria, precision, evaluations);
}
WellBounds::~WellBounds() = default;
WellBounds::WellBounds(WellBounds&&) noexcept = default;
WellBounds& WellBounds::operator=(WellBounds&&) noexcept = default;

std::vector<Well<double>> WellBounds::of(const Point& point, std::span<const Minimum> minima) {
  return search_ ? search_->of(point, minima) : std::vector<Well<double>>();
}

}  // namespace deadcone
