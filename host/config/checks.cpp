#include "deadcone/config.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

std::string written(double value) {
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::digits10);
  text << value;
  return text.str();
}

/// One rule for one number, and how it is told.
void require(bool holds, const std::string& name, double value, const std::string& rule) {
  if (!holds) throw ConfigError(name + " is " + written(value) + ", but " + rule);
}

void validate(const Range& range, const std::string& name) {
  require(std::isfinite(range.lo), name + ": LO", range.lo, "must be finite");
  require(std::isfinite(range.hi), name + ": HI", range.hi, "must be finite");
  if (!(range.lo < range.hi)) {
    throw ConfigError(name + " runs from " + written(range.lo) + " to " + written(range.hi) +
                      ", but LO must be below HI");
  }
  require(std::isfinite(range.hi - range.lo), name + ": HI - LO", range.hi - range.lo, "must be finite");
  require(range.count >= 1, name + ": N", static_cast<double>(range.count), "must be at least 1");
  require(range.count <= largest_side, name + ": N", static_cast<double>(range.count),
          "must be at most " + std::to_string(largest_side) + " to fit in memory");
}

void validate_axis(std::vector<double> values, const std::string& name) {
  if (values.empty()) throw ConfigError(name + " has no value");
  for (const double value : values) require(std::isfinite(value), name, value, "must be finite");
  std::sort(values.begin(), values.end());
  const auto twice = std::adjacent_find(values.begin(), values.end());
  if (twice != values.end()) throw ConfigError(name + " has the value " + written(*twice) + " twice");
}

/// Squares of tolerances must not vanish in the precision in use, or no trajectory would ever come to rest.
template <class Real>
void validate_constants(const Point& point, const Criteria& criteria) {
  const Dynamics<Real> dynamics = make_dynamics<Real>(point, criteria);
  const std::string precision = name_of(precision_of<Real>);
  const auto representable = [&](Real value, const std::string& name, double given) {
    if (!std::isnormal(value))
      throw ConfigError(name + " = " + written(given) + " is outside the range of " + precision);
  };
  representable(dynamics.target.gamma, "gamma", point.gamma);
  representable(dynamics.descent.minus_eta, "eta", point.eta);
  if (point.beta != 0.0) representable(dynamics.descent.beta, "beta", point.beta);
  require(dynamics.descent.beta < Real(1), "beta", point.beta, "rounds to 1 in " + precision);
  if (point.delta != 0.0) representable(dynamics.target.delta, "delta", point.delta);
  if (point.r != 0.0) representable(static_cast<Real>(point.r), "r", point.r);
  representable(dynamics.target_norm * dynamics.target_norm, "gamma, squared,", point.gamma);
  representable(dynamics.rest_squared, "(tol/eta)^2 at tol", absolute_tolerance(point, criteria));
  representable(dynamics.converged_radius_squared, "(rho |Theta*|)^2 at rho", criteria.rho);
  representable(dynamics.epsilon, "epsilon", criteria.epsilon);
}

/// The distance that counts as divergence must be a finite number when squared, or an overflow would pass for a fate.
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
    values[axis] = axes[axis].values[static_cast<std::size_t>(index % count)];
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
  validate(window.w, "the window in w");
  validate(window.b, "the window in b");
}

void validate(const Point& point, const Criteria& criteria, Precision precision) {
  require(point.beta >= 0.0 && point.beta < 1.0, "beta", point.beta, "must be in [0, 1)");
  require(point.gamma > 0.0 && std::isfinite(point.gamma), "gamma", point.gamma, "must be above 0 and finite");
  require(point.eta > 0.0 && std::isfinite(point.eta), "eta", point.eta, "must be above 0 and finite");
  require(std::isfinite(point.delta), "delta", point.delta, "must be finite");
  require(std::isfinite(point.r), "r", point.r, "must be finite");
  require(criteria.tolerance > 0.0 && std::isfinite(criteria.tolerance), "tol", criteria.tolerance,
          "must be above 0 and finite");
  require(criteria.rho > 0.0 && std::isfinite(criteria.rho), "rho", criteria.rho, "must be above 0 and finite");
  require(criteria.epsilon > 0.0 && criteria.epsilon < 1.0, "epsilon", criteria.epsilon, "must be between 0 and 1");
  require(criteria.max_updates >= 1 && criteria.max_updates < std::numeric_limits<std::int32_t>::max(), "max-steps",
          static_cast<double>(criteria.max_updates), "must be from 1 to 2147483646");
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
  require(sweep.refinement.sample >= 0.0 && sweep.refinement.sample <= 1.0, "refine-sample", sweep.refinement.sample,
          "must be from 0 to 1");
  if (sweep.refinement.kind != RefinementKind::none && (sweep.fields.final || sweep.fields.loss)) {
    throw ConfigError(
        "--refine fills most pixels without computing them, so they have no final parameters and no loss: "
        "leave final and loss out of --fields, or --refine");
  }
  if (sweep.criteria.certify && (sweep.fields.final || sweep.fields.loss)) {
    throw ConfigError(
        "--certify ends trajectories before they come to rest, so there are no final parameters and no "
        "loss to keep: leave final and loss out of --fields, or --certify");
  }
  std::int64_t points = 1;
  for (const SweepAxis& axis : sweep.axes) {
    validate_axis(axis.values, axis.name);
    if (__builtin_mul_overflow(points, static_cast<std::int64_t>(axis.values.size()), &points)) {
      throw ConfigError("the sweep has more points than can be counted");
    }
  }
  if (points > largest_points) {
    throw ConfigError("the sweep has " + std::to_string(points) + " points, more than the " +
                      std::to_string(largest_points) + " that a file holds");
  }
  std::int64_t pixels = 0;
  std::int64_t updates = 0;
  if (__builtin_mul_overflow(points, sweep.window.pixels(), &pixels) ||
      __builtin_mul_overflow(sweep.window.pixels(), sweep.criteria.max_updates, &updates)) {
    throw ConfigError("the sweep has more pixels or updates than can be counted; lower N or --max-steps");
  }
  for (std::int64_t i = 0; i < points; ++i) {
    const Point point = sweep.point(i);
    validate(point, sweep.criteria, sweep.precision);
    validate_divergence_limit(std::hypot(farthest(sweep.window.w), farthest(sweep.window.b), point.r), point,
                              sweep.precision);
  }
}

}  // namespace deadcone
