#include "deadcone/config.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "deadcone/errors.hpp"
#include "deadcone/trajectory/dynamics.hpp"

namespace deadcone {
namespace {

std::string written(double value) {
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::digits10);
  text << value;
  return text.str();
}

/// One rule for one number.
void require(bool holds, const std::string& parameter, double value, const std::string& rule) {
  if (!holds) throw ConfigError(parameter, rule + ", but is " + written(value));
}

template <class Kind>
void require_kind(Kind kind, const std::string& parameter) {
  if (*name_of(kind) == 0) throw ConfigError(parameter, std::string("is not ") + NameTable<Kind>::what);
}

/// One side of a window.
void validate(const Range& range, const std::string& parameter) {
  const std::string ends = "runs from " + written(range.lo) + " to " + written(range.hi);
  if (!std::isfinite(range.lo) || !std::isfinite(range.hi)) {
    throw ConfigError(parameter, ends + ", but its ends must be finite");
  }
  if (!(range.lo < range.hi)) throw ConfigError(parameter, ends + ", but must run from low to high");
  if (!std::isfinite(range.hi - range.lo)) throw ConfigError(parameter, ends + ": the distance is not finite");
  if (range.count < 1 || range.count > largest_side) {
    throw ConfigError(parameter, "must have 1 to " + std::to_string(largest_side) + " pixels, but has " +
                                     std::to_string(range.count));
  }
}

void validate_axis(std::vector<double> values, const std::string& name) {
  if (values.empty()) throw ConfigError(name, "has no value");
  for (const double value : values) require(std::isfinite(value), name, value, "must be finite");
  std::sort(values.begin(), values.end());
  const auto twice = std::adjacent_find(values.begin(), values.end());
  if (twice != values.end()) throw ConfigError(name, "has the value " + written(*twice) + " twice");
}

/// Squares of tolerances must not vanish in the precision in use, or no trajectory would ever come to rest.
template <class Real>
void validate_constants(const Point& point, const Criteria& criteria) {
  const Dynamics<Real> dynamics = make_dynamics<Real>(point, criteria);
  const std::string precision = name_of(precision_of<Real>);
  const auto representable = [&](Real value, const std::string& parameter, double given, const std::string& what) {
    if (!std::isnormal(value)) {
      throw ConfigError(parameter, "is " + written(given) + ", so " + what + " is outside the range of " + precision);
    }
  };
  representable(dynamics.target.gamma, "gamma", point.gamma, "it");
  representable(dynamics.descent.minus_eta, "eta", point.eta, "it");
  if (point.beta != 0.0) representable(dynamics.descent.beta, "beta", point.beta, "it");
  if (!(dynamics.descent.beta < Real(1))) {
    throw ConfigError("beta", "is " + written(point.beta) + ", which rounds to 1 in " + precision);
  }
  if (point.delta != 0.0) representable(dynamics.target.delta, "delta", point.delta, "it");
  if (point.r != 0.0) representable(static_cast<Real>(point.r), "r", point.r, "it");
  representable(dynamics.target_norm * dynamics.target_norm, "gamma", point.gamma, "gamma^2 + delta^2");
  representable(dynamics.rest_squared, "tolerance", criteria.tolerance, "(tolerance / eta)^2");
  representable(dynamics.converged_radius_squared, "rho", criteria.rho, "(rho |Theta*|)^2");
  representable(dynamics.epsilon, "epsilon", criteria.epsilon, "it");
}

/// The square of the distance that counts as divergence must be finite, or an overflow would pass for a fate.
void validate_divergence_limit(double start_norm, const Point& point, Precision precision) {
  const double limit = divergence_factor * (start_norm + std::hypot(point.gamma, point.delta));
  const double largest = precision == Precision::float32 ? static_cast<double>(std::numeric_limits<float>::max())
                                                         : std::numeric_limits<double>::max();
  if (!(limit * limit < largest / 2)) {
    throw ConfigError(
        "the start or the target is so large that 1e6 (|theta_0| + |Theta*|), squared, is outside the range of " +
        std::string(name_of(precision)));
  }
}

double farthest(const Range& range) {
  return std::fmax(std::fabs(range.lo), std::fabs(range.hi));
}

}  // namespace

std::vector<SweepAxis> unit_axes() {
  using Table = NameTable<Axis>;
  std::vector<SweepAxis> axes;
  for (std::size_t i = 0; i < Table::values.size(); ++i) {
    const auto& [axis, name, meaning] = Table::values[i];
    axes.push_back({name, meaning, Table::places[i], {Point{}.*Table::places[i]}});
  }
  return axes;
}

std::int64_t Sweep::points() const {
  std::int64_t product = 1;
  for (const SweepAxis& axis : axes) product *= static_cast<std::int64_t>(axis.values.size());
  return product;
}

std::vector<double> Sweep::values_at(std::int64_t index) const {
  std::vector<double> values(axes.size());
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    const auto count = static_cast<std::int64_t>(axes[axis].values.size());
    values[axis] = axes[axis].values[index % count];
    index /= count;
  }
  return values;
}

Point Sweep::point(std::int64_t index) const {
  const std::vector<double> values = values_at(index);
  Point point;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (axes[axis].place != nullptr) point.*axes[axis].place = values[axis];
  }
  return point;
}

void validate(const Window& window) {
  validate(window.w, "w");
  validate(window.b, "b");
}

void validate(const Point& point, const Criteria& criteria, Precision precision) {
  require(point.beta >= 0.0 && point.beta < 1.0, "beta", point.beta, "must be in [0, 1)");
  require(point.gamma > 0.0 && std::isfinite(point.gamma), "gamma", point.gamma, "must be > 0 and finite");
  require(point.eta > 0.0 && std::isfinite(point.eta), "eta", point.eta, "must be > 0 and finite");
  require(std::isfinite(point.delta), "delta", point.delta, "must be finite");
  require(std::isfinite(point.r), "r", point.r, "must be finite");
  require_kind(criteria.stop, "stop");
  require_kind(precision, "precision");
  require(criteria.tolerance > 0.0 && std::isfinite(criteria.tolerance), "tolerance", criteria.tolerance,
          "must be > 0 and finite");
  require(criteria.rho > 0.0 && std::isfinite(criteria.rho), "rho", criteria.rho, "must be > 0 and finite");
  require(criteria.epsilon > 0.0 && criteria.epsilon < 1.0, "epsilon", criteria.epsilon, "must be in (0, 1)");
  require(criteria.max_updates >= 1 && criteria.max_updates <= largest_max_updates, "max_updates",
          static_cast<double>(criteria.max_updates), "must be in [1, " + std::to_string(largest_max_updates) + "]");
  with_precision(precision, [&]<class Real>() { validate_constants<Real>(point, criteria); });
}

void validate_start(double w, double b, const Point& point, const Criteria& criteria, Precision precision) {
  require(std::isfinite(w), "w", w, "must be finite");
  require(std::isfinite(b), "b", b, "must be finite");
  validate(point, criteria, precision);
  validate_divergence_limit(std::hypot(w, b, point.r), point, precision);
}

void validate(const Sweep& sweep) {
  validate(sweep.window);
  require_kind(sweep.refinement.kind, "refine");
  require(sweep.refinement.sample >= 0.0 && sweep.refinement.sample <= 1.0, "refine_sample", sweep.refinement.sample,
          "must be in [0, 1]");
  require(sweep.refinement.rule == 1 || sweep.refinement.rule == 2, "refine", sweep.refinement.rule,
          "must have the rule 1 or 2");
  if (sweep.refinement.kind != RefinementKind::none && (sweep.fields.final || sweep.fields.loss)) {
    throw ConfigError("fields", "must not have final or loss with refine: most pixels are filled, not computed");
  }
  if (sweep.criteria.certify && (sweep.fields.final || sweep.fields.loss)) {
    throw ConfigError("fields",
                      "must not have final or loss with certify: a proof ends a trajectory before it comes to rest");
  }
  std::int64_t points = 1;
  for (const SweepAxis& axis : sweep.axes) {
    validate_axis(axis.values, axis.name);
    if (__builtin_mul_overflow(points, static_cast<std::int64_t>(axis.values.size()), &points)) {
      throw ConfigError("the sweep has more points than an integer can count");
    }
  }
  if (points > largest_points) {
    throw ConfigError("the sweep has " + std::to_string(points) + " points, but can have at most " +
                      std::to_string(largest_points));
  }
  for (std::int64_t i = 0; i < points; ++i) {
    const Point point = sweep.point(i);
    validate(point, sweep.criteria, sweep.precision);
    validate_divergence_limit(std::hypot(farthest(sweep.window.w), farthest(sweep.window.b), point.r), point,
                              sweep.precision);
  }
  std::int64_t pixels = 0;
  std::int64_t updates = 0;
  if (__builtin_mul_overflow(points, sweep.window.pixels(), &pixels) ||
      __builtin_mul_overflow(sweep.window.pixels(), sweep.criteria.max_updates, &updates)) {
    throw ConfigError("the sweep has more pixels or updates than an integer can count");
  }
}

void validate(const Execution& execution) {
  require_kind(execution.device, "device");
  require(execution.threads >= 0 && execution.threads <= largest_threads, "threads", execution.threads,
          "must be in [0, " + std::to_string(largest_threads) + "]");
  validate(execution.shard);
}

void validate(const Shard& shard) {
  if (shard.count < 1 || shard.index < 0 || shard.index >= shard.count) {
    throw ConfigError("shard", "must be one of 0 to count - 1, but is " + std::to_string(shard.index) + " of " +
                                   std::to_string(shard.count));
  }
}

}  // namespace deadcone
