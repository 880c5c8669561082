#include "config/checks.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/trajectory/dynamics.hpp"

namespace deadcone {
namespace {

/// One rule for one number.
void require(bool holds, const std::string& parameter, double value, const std::string& rule) {
  if (!holds) throw ConfigError(parameter, rule + ", but is " + shortest(value));
}

void require(const Bounds& bounds, const std::string& parameter, double value) {
  if (!bounds.has(value)) require(false, parameter, value, "must be " + in_words(bounds));
}

template <class Kind>
void require_kind(Kind kind, const std::string& parameter) {
  if (*name_of(kind) == 0) throw ConfigError(parameter, std::string("is not ") + NameTable<Kind>::what);
}

/// Part `index`, from 0, of `count`.
void require_part(const std::string& parameter, std::int64_t index, std::int64_t count) {
  if (count >= 1 && index >= 0 && index < count) return;
  throw ConfigError(parameter,
                    "must be one of 0 to count - 1, but is " + std::to_string(index) + " of " + std::to_string(count));
}

/// One side of a window.
void validate(const Range& range, const std::string& parameter) {
  const std::string ends = "runs from " + shortest(range.lo) + " to " + shortest(range.hi);
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

void validate_axis(const SweepAxis& axis) {
  if (axis.values.empty()) throw ConfigError(axis.name, "has no value");
  for (const double value : axis.values) require(axis.bounds, axis.name, value);
  if (std::ranges::adjacent_find(axis.values, std::ranges::greater_equal()) == axis.values.end()) return;  // they grow
  std::vector<double> values = axis.values;
  std::sort(values.begin(), values.end());
  const auto twice = std::adjacent_find(values.begin(), values.end());
  if (twice != values.end()) throw ConfigError(axis.name, "has the value " + shortest(*twice) + " twice");
}

/// Squares of tolerances must not vanish in the precision in use, or no trajectory would ever come to rest.
template <class Real>
void validate_constants(const Point& point, const Criteria& criteria) {
  const Dynamics<Real> dynamics = make_dynamics<Real>(point, criteria);
  const std::string precision = name_of(precision_of<Real>);
  const auto representable = [&](Real value, const std::string& parameter, double given, const std::string& what) {
    if (!std::isnormal(value)) {
      throw ConfigError(parameter, "is " + shortest(given) + ", so " + what + " is outside the range of " + precision);
    }
  };
  representable(dynamics.target.gamma, "gamma", point.gamma, "it");
  representable(static_cast<Real>(point.eta), "eta", point.eta, "it");
  representable(dynamics.descent.minus_step, "eta", point.eta, "eta (1 - beta)");
  if (point.beta != 0.0) representable(dynamics.descent.beta, "beta", point.beta, "it");
  if (!(dynamics.descent.beta < Real(1))) {
    throw ConfigError("beta", "is " + shortest(point.beta) + ", which rounds to 1 in " + precision);
  }
  if (point.delta != 0.0) representable(dynamics.target.delta, "delta", point.delta, "it");
  if (point.r != 0.0) representable(static_cast<Real>(point.r), "r", point.r, "it");
  representable(dynamics.target_norm * dynamics.target_norm, "gamma", point.gamma, "gamma^2 + delta^2");
  representable(dynamics.rest_squared, "tolerance", criteria.tolerance, "(tolerance / eta)^2");
  representable(dynamics.slow_squared, "tolerance", criteria.tolerance, "(tolerance / (eta (1 - beta)))^2");
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

/// Points whose constants are at the ends of their ranges, so that all are in range where those of these are: every
/// constant grows or falls with the size of each parameter. Of an axis they have the first value, and the nearest to zero
/// that is not zero, the farthest from it, and zero where it is one of them.
std::vector<Point> extreme_points(const Sweep& sweep) {
  std::vector<Point> points(1);
  for (const SweepAxis& axis : sweep.axes) {
    if (axis.place == nullptr) continue;
    std::vector<double> values = {axis.values.front()};
    const auto size = [](double value) { return value == 0.0 ? HUGE_VAL : std::fabs(value); };
    values.push_back(std::ranges::min(axis.values, {}, size));
    values.push_back(std::ranges::max(axis.values, {}, [](double value) { return std::fabs(value); }));
    if (std::ranges::find(axis.values, 0.0) != axis.values.end()) values.push_back(0.0);
    std::vector<Point> more;
    for (const Point& point : points) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
            values.begin() + static_cast<std::ptrdiff_t>(i))
          continue;
        more.push_back(point);
        more.back().*axis.place = values[i];
      }
    }
    points = std::move(more);
  }
  return points;
}

double farthest(const Range& range) {
  return std::fmax(std::fabs(range.lo), std::fabs(range.hi));
}

/// How many numbers the centres of a range are in a precision. They never decrease.
template <class Real>
std::int64_t distinct_centres(const Range& range) {
  // Pixels wider than this are distinct, however their centres are rounded.
  using Limits = std::numeric_limits<Real>;
  const double spacing = std::fmax(farthest(range) * static_cast<double>(Limits::epsilon()), Limits::denorm_min());
  if ((range.hi - range.lo) / static_cast<double>(range.count) > 8.0 * spacing) return range.count;
  std::int64_t distinct = 1;
  auto last = static_cast<Real>(range.centre(0));
  for (std::int64_t i = 1; i < range.count; ++i) {
    const auto centre = static_cast<Real>(range.centre(i));
    distinct += centre != last ? 1 : 0;
    last = centre;
  }
  return distinct;
}

/// How many numbers the values of an axis are in a precision.
template <class Real>
std::int64_t distinct_values(const SweepAxis& axis) {
  std::vector<double> values = axis.values;
  std::sort(values.begin(), values.end());
  // Momentum is used as beta and as 1 - beta, each of them rounded.
  const bool is_momentum = axis.place == &Point::beta;
  const auto coincide = [is_momentum](double one, double other) {
    return static_cast<Real>(one) == static_cast<Real>(other) &&
           (!is_momentum || static_cast<Real>(1.0 - one) == static_cast<Real>(1.0 - other));
  };
  return std::unique(values.begin(), values.end(), coincide) - values.begin();
}

/// Throws where `distinct` of Real is not `count`. `what` are the things that must be distinct, in words.
template <class Count>
void require_distinct(Precision precision, const std::string& parameter, std::int64_t count, const std::string& what,
                      const Count& distinct) {
  const std::int64_t found = with_precision(precision, distinct);
  if (found == count) return;
  const bool wider = precision != Precision::float64 && distinct.template operator()<double>() == count;
  throw ConfigError(
      parameter,
      "has " + std::to_string(count) + " " + what + ", but they are only " + std::to_string(found) +
          (found == 1 ? " number in " : " numbers in ") + name_of(precision) + "; " +
          (wider ? std::string(name_of(Precision::float64)) + " tells them apart" : "no precision tells them apart"));
}

void check_distinct(const Range& range, const std::string& parameter, Precision precision) {
  require_distinct(precision, parameter, range.count, "pixels from " + shortest(range.lo) + " to " + shortest(range.hi),
                   [&]<class Real>() { return distinct_centres<Real>(range); });
}

/// The centre nearest to 0.
double nearest_centre(const Range& range) {
  double nearest = range.centre(0);
  for (std::int64_t i = 1; i < range.count; ++i) {
    if (std::fabs(range.centre(i)) < std::fabs(nearest)) nearest = range.centre(i);
  }
  return nearest;
}

/// Whether the length of a weight (r, w) beside the plane can be computed: its square is neither 0 nor subnormal, which has
/// too few digits.
template <class Real>
bool has_length(double r, double w) {
  const auto of_r = static_cast<Real>(r);
  const auto of_w = static_cast<Real>(w);
  return r == 0.0 || std::isnormal(std::fma(of_w, of_w, of_r * of_r));
}

void check_length(double r, double w, Precision precision) {
  if (with_precision(precision, [&]<class Real>() { return has_length<Real>(r, w); })) return;
  throw ConfigError(
      "r", "is " + shortest(r) + " where w is " + shortest(w) + ", so r^2 + w^2 is outside the range of " +
               name_of(precision) + "; " +
               (has_length<double>(r, w)
                    ? std::string(name_of(Precision::float64)) + " holds it"
                    : "scale r, w, b, gamma, delta and the tolerance by one factor: trajectories scale with them"));
}

}  // namespace

std::vector<SweepAxis> unit_axes() {
  using Table = NameTable<Axis>;
  std::vector<SweepAxis> axes;
  for (std::size_t i = 0; i < Table::values.size(); ++i) {
    const auto& [axis, name, meaning] = Table::values[i];
    axes.push_back({name, meaning, Table::places[i], {Point{}.*Table::places[i]}, Table::bounds[i]});
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

std::vector<Point> Sweep::points(const PointRun& run) const {
  // Counts up as an odometer does.
  std::vector<std::size_t> at(axes.size());
  std::int64_t rest = run.first;
  for (std::size_t i = axes.size(); i > 0; --i) {
    const auto length = std::ssize(axes[i - 1].values);
    at[i - 1] = static_cast<std::size_t>(rest % length);
    rest /= length;
  }
  Point point = this->point(run.first);
  std::vector<Point> points;
  points.reserve(static_cast<std::size_t>(run.count));
  while (true) {
    points.push_back(point);
    if (std::ssize(points) == run.count) return points;
    for (std::size_t i = axes.size(); i > 0; --i) {
      const SweepAxis& axis = axes[i - 1];
      std::size_t& index = at[i - 1];
      index = index + 1 == axis.values.size() ? 0 : index + 1;
      if (axis.place != nullptr) point.*axis.place = axis.values[index];
      if (index != 0) break;
    }
  }
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
  for (const auto& [axis, name, meaning] : NameTable<Axis>::values)
    require(bounds_of(axis), name, point.*NameTable<Axis>::places[static_cast<std::size_t>(axis)]);
  require_kind(criteria.stop, "stop");
  require_kind(precision, "precision");
  require(tolerance_bounds, "tolerance", criteria.tolerance);
  require(rho_bounds, "rho", criteria.rho);
  require(epsilon_bounds, "epsilon", criteria.epsilon);
  require(criteria.max_updates >= 1 && criteria.max_updates <= largest_max_updates, "max_updates",
          static_cast<double>(criteria.max_updates), "must be in [1, " + std::to_string(largest_max_updates) + "]");
  with_precision(precision, [&]<class Real>() { validate_constants<Real>(point, criteria); });
}

void validate_start(double w, double b, const Point& point, const Criteria& criteria, Precision precision) {
  require(any_number, "w", w);
  require(any_number, "b", b);
  validate(point, criteria, precision);
  check_length(point.r, w, precision);
  validate_divergence_limit(std::hypot(w, b, point.r), point, precision);
}

void validate_stored(const Sweep& sweep) {
  validate(sweep.window);
  require_kind(sweep.refinement.kind, "refine");
  require(sample_bounds, "refine_sample", sweep.refinement.sample);
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
    validate_axis(axis);
    if (__builtin_mul_overflow(points, static_cast<std::int64_t>(axis.values.size()), &points)) {
      throw ConfigError("the sweep has more points than an integer can count");
    }
  }
  if (points > largest_points) {
    throw ConfigError("the sweep has " + std::to_string(points) + " points, but can have at most " +
                      std::to_string(largest_points));
  }
  for (const Point& point : extreme_points(sweep)) {
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

void check_distinct(const Sweep& sweep) {
  for (const SweepAxis& axis : sweep.axes) {
    if (axis.place == nullptr) continue;  // what it sets may be computed in another precision
    require_distinct(sweep.precision, axis.name, std::ssize(axis.values), "values",
                     [&]<class Real>() { return distinct_values<Real>(axis); });
  }
  check_distinct(sweep.window.w, "w", sweep.precision);
  check_distinct(sweep.window.b, "b", sweep.precision);
}

void check_squares(const Sweep& sweep) {
  for (const double r : sweep.values(Axis::r)) {
    // The square of most is large enough by itself.
    const bool any_w = with_precision(sweep.precision, [&]<class Real>() { return has_length<Real>(r, 0.0); });
    if (!any_w) check_length(r, nearest_centre(sweep.window.w), sweep.precision);
  }
}

void validate(const Sweep& sweep) {
  validate_stored(sweep);
  check_distinct(sweep);
  check_squares(sweep);
}

void validate(const Execution& execution) {
  require_kind(execution.device, "device");
  require(execution.threads >= 0 && execution.threads <= largest_threads, "threads", execution.threads,
          "must be in [0, " + std::to_string(largest_threads) + "]");
  validate(execution.shard);
  validate(execution.device_share);
}

void validate(const Shard& shard) {
  require_part("shard", shard.index, shard.count);
}

void validate(const DeviceShare& share) {
  require_part("device_share", share.index, share.count);
  require(share.devices >= 0, "device_share", share.devices, "must be of 0 devices or more");
}

}  // namespace deadcone
