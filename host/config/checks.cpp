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
#include "deadcone/optimizer/schedule.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/trajectory/general_dynamics.hpp"

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

/// One side of a plane, whose centres are values of an axis: they never decrease.
void validate_side(const Range& range, const SweepAxis& axis) {
  validate(range, axis.name);
  if (!range.listed.empty()) throw ConfigError(axis.name, "must be a range, as an axis of the plane");
  require(axis.bounds, axis.name, range.centre(0));
  require(axis.bounds, axis.name, range.centre(range.count - 1));
  for (std::int64_t i = 0; axis.bounds.are_whole && i < range.count; ++i)
    require(axis.bounds, axis.name, range.centre(i));
}

void validate_axis(const SweepAxis& axis) {
  if (axis.values.empty())
    throw ConfigError(axis.name,
                      axis.side == nullptr ? "has no value" : "must have a value, since it is not in the plane");
  for (const double value : axis.values) require(axis.bounds, axis.name, value);
  if (std::ranges::adjacent_find(axis.values, std::ranges::greater_equal()) == axis.values.end()) return;  // they grow
  std::vector<double> values = axis.values;
  std::sort(values.begin(), values.end());
  const auto twice = std::adjacent_find(values.begin(), values.end());
  if (twice != values.end()) throw ConfigError(axis.name, "has the value " + shortest(*twice) + " twice");
}

/// Throws where a number that follows from a parameter has no value, or too few digits, in a precision.
template <class Real>
void representable(Real value, const std::string& parameter, double given, const std::string& what) {
  if (std::isnormal(value)) return;
  throw ConfigError(
      parameter, "is " + shortest(given) + ", so " + what + " is outside the range of " + name_of(precision_of<Real>));
}

/// The same for a share in [0, 1), which must not round to 1.
template <class Real>
void representable_share(Real value, const std::string& parameter, double given) {
  if (given != 0.0) representable(value, parameter, given, "it");
  if (value < Real(1)) return;
  throw ConfigError(parameter, "is " + shortest(given) + ", which rounds to 1 in " + name_of(precision_of<Real>));
}

/// Squares of tolerances must not vanish in the precision in use, or no trajectory would ever come to rest.
template <class Real>
void validate_constants(const Point& point, const Criteria& criteria) {
  const Dynamics<Real> dynamics = make_dynamics<Real>(point, criteria);
  representable(dynamics.target.gamma, "gamma", point.gamma, "it");
  representable(static_cast<Real>(point.eta), "eta", point.eta, "it");
  representable(dynamics.descent.minus_step, "eta", point.eta, "eta (1 - beta)");
  representable_share(dynamics.descent.beta, "beta", point.beta);
  if (point.delta != 0.0) representable(dynamics.target.delta, "delta", point.delta, "it");
  if (point.r != 0.0) representable(static_cast<Real>(point.r), "r", point.r, "it");
  representable(dynamics.target_norm * dynamics.target_norm, "gamma", point.gamma, "gamma^2 + delta^2");
  representable(dynamics.rest_squared, "tolerance", criteria.tolerance, "(tolerance / eta)^2");
  representable(dynamics.slow_squared, "tolerance", criteria.tolerance, "(tolerance / (eta (1 - beta)))^2");
  representable(dynamics.converged_radius_squared, "rho", criteria.rho, "(rho |Theta*|)^2");
  representable(dynamics.epsilon, "epsilon", criteria.epsilon, "it");
}

/// The same for the loop of any unit and optimiser.
template <class Real>
void validate_general_constants(const Point& point, const Criteria& criteria, UnitKind unit,
                                const Optimizer& optimizer) {
  const GeneralConstants<Real> constants = make_general_constants<Real>(point, criteria, unit, optimizer, {});
  const auto& [rate, beta, rest, square_decay, rest_of_square, eps, clip, decay, warmup, reciprocal] =
      constants.optimizer;
  const auto has = [&](Axis axis) { return is_used(axis, unit, optimizer); };
  representable(constants.target.gamma, "gamma", point.gamma, "it");
  representable(rate, "eta", point.eta, "it");
  if (has(Axis::beta)) representable_share(beta, "beta", point.beta);
  if (has(Axis::beta2)) representable_share(square_decay, "beta2", point.beta2);
  if (has(Axis::alpha)) representable_share(square_decay, "alpha", point.alpha);
  if (has(Axis::eps)) representable(eps, "eps", point.optimizer_epsilon, "it");
  if (has(Axis::clip)) representable(clip, "clip", point.clip, "it");
  if (has(Axis::decay) && point.decay != 0.0) representable(decay, "decay", point.decay, "it");
  if (point.delta != 0.0) representable(constants.target.delta, "delta", point.delta, "it");
  if (point.r != 0.0) representable(static_cast<Real>(point.r), "r", point.r, "it");
  representable(constants.target_norm * constants.target_norm, "gamma", point.gamma, "gamma^2 + delta^2");
  representable(constants.tolerance_squared, "tolerance", criteria.tolerance, "its square");
  representable(static_cast<Real>(criteria.rho) * constants.target_norm, "rho", criteria.rho, "rho |(gamma, delta)|");
  representable(static_cast<Real>(criteria.epsilon), "epsilon", criteria.epsilon, "it");
  for (const Axis axis : axes_of_constants(unit)) {
    const double given = point.*traits_of(axis).place;
    const auto value = static_cast<Real>(given);
    if (given != 0.0) representable(value * value, name_of(axis), given, "its square");
  }
}

void validate_schedule(const Schedule& schedule, std::int64_t max_updates) {
  const auto& [kind, updates, factor] = schedule;
  require_kind(kind, "schedule");
  const auto has_updates = [&](const char* name) {
    require(updates >= 1 && updates <= largest_max_updates, "schedule", static_cast<double>(updates),
            std::string(name) + " must be " + in_words(1, largest_max_updates));
  };
  const auto has_factor = [&](const char* name, const Bounds& bounds) {
    require(bounds.has(factor), "schedule", factor, std::string(name) + " must be " + in_words(bounds));
  };
  constexpr Bounds share_above_zero = {.lo = 0.0, .hi = 1.0, .has_hi = true};
  switch (kind) {
    case ScheduleKind::constant:
      break;
    case ScheduleKind::step:
      has_updates("EVERY");
      has_factor("FACTOR", share_above_zero);
      break;
    case ScheduleKind::exponential:
      has_factor("RATE", share_above_zero);
      break;
    case ScheduleKind::cosine:
      has_updates("T");
      has_factor("FLOOR", closed_share);
      break;
    case ScheduleKind::linear:
      has_updates("T");
      break;
  }
  const std::int64_t length = schedule_length(schedule, max_updates);
  require(length <= largest_schedule, "schedule", static_cast<double>(length),
          "must end, or be below 1e-30, after at most " + std::to_string(largest_schedule) + " updates");
}

/// Checks what trajectories are asked for after their end.
void validate_orbits(const Criteria& criteria, UnitKind unit) {
  const auto in_range = [](const char* name, std::int64_t value) {
    require(value >= 0 && value <= largest_orbit, name, static_cast<double>(value),
            "must be " + in_words(0, largest_orbit));
  };
  in_range("cycles", criteria.longest_cycle);
  in_range("lyapunov", criteria.lyapunov_updates);
  constexpr std::int64_t most =
      largest_max_updates - 2 * largest_orbit;  // so that what comes after them is counted, too
  if (criteria.measures_orbits()) {
    require(criteria.max_updates <= most, "max_updates", static_cast<double>(criteria.max_updates),
            "must be at most " + std::to_string(most) + " with cycles or lyapunov");
  }
  if (criteria.lyapunov_updates > 0 && learns_leak(unit))
    throw ConfigError("lyapunov", "must not be given with prelu: the Hessian of its slope is not known");
}

/// Checks kinds, and what does not depend on a point.
void validate_training(UnitKind unit, const Optimizer& optimizer, std::int64_t max_updates) {
  require_kind(unit, "unit");
  require_kind(optimizer.kind, "optimizer");
  require_kind(optimizer.clip, "clip");
  validate_schedule(optimizer.schedule, max_updates);
  if (learns_leak(unit) && optimizer.has_decay)
    throw ConfigError("decay", "must not be given with prelu: the minima of its loss are not known then");
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

/// The values of an axis, in the plane or not, by number.
class AxisValues {
 public:
  AxisValues(const Sweep& sweep, std::size_t axis)
      : range_(sweep.plane.range_of(axis)), values_(sweep.axes[axis].values) {}

  std::int64_t count() const { return range_ != nullptr ? range_->count : std::ssize(values_); }
  double operator[](std::int64_t i) const {
    return range_ != nullptr ? range_->centre(i) : values_[static_cast<std::size_t>(i)];
  }

 private:
  const Range* range_;
  const std::vector<double>& values_;
};

/// Of the values of an axis the first, the nearest to zero that is not zero, the farthest from it, and zero where it is
/// one of them; each once.
std::vector<double> extreme_values(const AxisValues& values) {
  double nearest = values[0];
  double farthest = values[0];
  bool has_zero = false;
  const auto size = [](double value) { return value == 0.0 ? HUGE_VAL : std::fabs(value); };
  for (std::int64_t i = 0; i < values.count(); ++i) {
    const double value = values[i];
    if (size(value) < size(nearest)) nearest = value;
    if (std::fabs(value) > std::fabs(farthest)) farthest = value;
    has_zero = has_zero || value == 0.0;
  }
  std::vector<double> extremes;
  const auto add = [&extremes](double value) {
    if (std::ranges::find(extremes, value) == extremes.end()) extremes.push_back(value);
  };
  add(values[0]);
  add(nearest);
  add(farthest);
  if (has_zero) add(0.0);
  return extremes;
}

/// Points whose constants are at the ends of their ranges, so that all are in range where those of these are: every
/// constant grows or falls with the size of each parameter.
std::vector<Point> extreme_points(const Sweep& sweep) {
  std::vector<Point> points(1);
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    double Point::*const place = sweep.axes[axis].place;
    if (place == nullptr || !sweep.uses(axis)) continue;
    const std::vector<double> values = extreme_values(AxisValues(sweep, axis));
    std::vector<Point> more;
    for (const Point& point : points) {
      for (const double value : values) {
        more.push_back(point);
        more.back().*place = value;
      }
    }
    points = std::move(more);
  }
  return points;
}

double farthest(const Range& range) {
  return std::fmax(std::fabs(range.lo), std::fabs(range.hi));
}

/// The largest size of a start along an axis; of pixels at most.
double farthest_start(const Sweep& sweep, Axis axis) {
  if (const Range* range = sweep.plane.range_of(static_cast<std::size_t>(axis))) return farthest(*range);
  double size = 0.0;
  for (const double value : sweep.values(axis)) size = std::fmax(size, std::fabs(value));
  return size;
}

/// Whether a mapper uses two values of an axis as one number. The decay of an average is used as beta and as 1 - beta, each
/// of them rounded.
template <class Real>
auto coincidence(const SweepAxis& axis) {
  const bool is_decay = axis.place == &Point::beta || axis.place == &Point::beta2 || axis.place == &Point::alpha;
  return [is_decay](double one, double other) {
    return static_cast<Real>(one) == static_cast<Real>(other) &&
           (!is_decay || static_cast<Real>(1.0 - one) == static_cast<Real>(1.0 - other));
  };
}

/// Whether pixels are wider than rounding, wherever they are, so that their centres are distinct.
template <class Real>
bool has_wide_pixels(const Range& range) {
  using Limits = std::numeric_limits<Real>;
  const auto epsilon = static_cast<double>(Limits::epsilon());
  if (range.logarithmic) {
    return range.lo > static_cast<double>(Limits::min()) &&
           std::log(range.hi / range.lo) / static_cast<double>(range.count) > 8.0 * epsilon;
  }
  const double spacing = std::fmax(farthest(range) * epsilon, Limits::denorm_min());
  return (range.hi - range.lo) / static_cast<double>(range.count) > 8.0 * spacing;
}

/// How many numbers the centres of a range are in a precision. They never decrease.
template <class Real>
std::int64_t distinct_centres(const Range& range, const SweepAxis& axis) {
  if (has_wide_pixels<Real>(range)) return range.count;
  const auto coincide = coincidence<Real>(axis);
  std::int64_t distinct = 1;
  double last = range.centre(0);
  for (std::int64_t i = 1; i < range.count; ++i) {
    const double centre = range.centre(i);
    distinct += coincide(last, centre) ? 0 : 1;
    last = centre;
  }
  return distinct;
}

/// How many numbers the values of an axis are in a precision.
template <class Real>
std::int64_t distinct_values(const SweepAxis& axis) {
  std::vector<double> values = axis.values;
  std::sort(values.begin(), values.end());
  return std::unique(values.begin(), values.end(), coincidence<Real>(axis)) - values.begin();
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

void check_distinct(const Range& range, const SweepAxis& axis, Precision precision) {
  require_distinct(precision, axis.name, range.count, "pixels from " + shortest(range.lo) + " to " + shortest(range.hi),
                   [&]<class Real>() { return distinct_centres<Real>(range, axis); });
}

/// The value of an axis nearest to 0; with `is_not_zero`, of the others than 0, where there are some.
double nearest_to_zero(const AxisValues& values, bool is_not_zero) {
  const auto size = [is_not_zero](double value) { return value == 0.0 && is_not_zero ? HUGE_VAL : std::fabs(value); };
  double nearest = values[0];
  for (std::int64_t i = 1; i < values.count(); ++i) {
    if (size(values[i]) < size(nearest)) nearest = values[i];
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

double Range::logarithmic_centre(std::int64_t i) const {
  // In more digits than the result has, so that it does not show which library computed it.
  const long double share = (static_cast<long double>(i) + 0.5L) / static_cast<long double>(count);
  const long double ratio = static_cast<long double>(hi) / static_cast<long double>(lo);
  return static_cast<double>(static_cast<long double>(lo) * std::pow(ratio, share));
}

std::vector<SweepAxis> unit_axes() {
  using Table = NameTable<Axis>;
  std::vector<SweepAxis> axes;
  for (std::size_t i = 0; i < Table::values.size(); ++i) {
    const auto& [axis, name, meaning] = Table::values[i];
    const AxisTraits& traits = Table::traits[i];
    std::vector<double> values;
    if (traits.place != nullptr) values.push_back(traits.default_value());
    axes.push_back({name, meaning, traits.place, values, traits.bounds, traits.side});
  }
  return axes;
}

std::vector<Axis> axes_of_constants(UnitKind unit) {
  std::vector<Axis> axes;
  for (double Point::*const place : {&Point::constant, &Point::second_constant}) {
    for (const auto& [axis, name, meaning] : NameTable<Axis>::values) {
      if (traits_of(axis).place == place && is_used(axis, unit, {})) axes.push_back(axis);
    }
  }
  return axes;
}

void Sweep::set_unit(const Unit& to) {
  for (const Axis axis : axes_of_constants(unit)) values(axis) = {traits_of(axis).default_value()};
  unit = to.kind;
  const std::vector<Axis> constants = axes_of_constants(unit);
  for (std::size_t i = 0; i < constants.size(); ++i) values(constants[i]) = {to.constants[i]};
}

std::vector<std::size_t> Sweep::point_axes() const {
  std::vector<std::size_t> numbers;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (plane.range_of(axis) == nullptr && uses(axis)) numbers.push_back(axis);
  }
  return numbers;
}

std::int64_t Sweep::points() const {
  std::int64_t product = 1;
  for (const std::size_t axis : point_axes()) product *= std::ssize(axes[axis].values);
  return product;
}

std::vector<double> Sweep::values_at(std::int64_t index) const {
  std::vector<double> values(axes.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    if (plane.range_of(axis) != nullptr || !uses(axis)) continue;
    const auto count = std::ssize(axes[axis].values);
    values[axis] = axes[axis].values[static_cast<std::size_t>(index % count)];
    index /= count;
  }
  return values;
}

std::vector<Point> Sweep::points(const PointRun& run) const {
  // Counts up as an odometer does.
  const std::vector<std::size_t> numbers = point_axes();
  std::vector<std::size_t> at(numbers.size());
  std::int64_t rest = run.first;
  for (std::size_t i = numbers.size(); i > 0; --i) {
    const auto length = std::ssize(axes[numbers[i - 1]].values);
    at[i - 1] = static_cast<std::size_t>(rest % length);
    rest /= length;
  }
  Point point = this->point(run.first);
  std::vector<Point> points;
  points.reserve(static_cast<std::size_t>(run.count));
  while (true) {
    points.push_back(point);
    if (std::ssize(points) == run.count) return points;
    for (std::size_t i = numbers.size(); i > 0; --i) {
      const SweepAxis& axis = axes[numbers[i - 1]];
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
  for (const std::size_t axis : point_axes()) {
    if (axes[axis].place != nullptr) point.*axes[axis].place = values[axis];
  }
  return point;
}

StartPoint Sweep::start(std::int64_t index, std::int64_t row, std::int64_t column) const {
  std::vector<double> values = values_at(index);
  values[static_cast<std::size_t>(plane.x_axis)] = plane.x.centre(column);
  values[static_cast<std::size_t>(plane.y_axis)] = plane.y.centre(row);
  StartPoint start;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (axes[axis].place != nullptr && uses(axis)) start.point.*axes[axis].place = values[axis];
  }
  start.w = values[static_cast<std::size_t>(Axis::w)];
  start.b = values[static_cast<std::size_t>(Axis::b)];
  return start;
}

bool has_general_starts(const Sweep& sweep) {
  // The values of an axis are distinct, so one of two is not 0.
  const AxisValues values(sweep, static_cast<std::size_t>(Axis::r));
  return values[0] != 0.0 || values[values.count() - 1] != 0.0;
}

bool has_minimum_by_pixel(const Sweep& sweep) {
  return sweep.is_general() && sweep.refinement.kind == RefinementKind::none;
}

void validate(const Range& range, const std::string& parameter) {
  if (!range.listed.empty()) {
    if (std::ssize(range.listed) != range.count) throw ConfigError(parameter, "must list as many values as it has");
    if (!std::ranges::all_of(range.listed, [](double value) { return std::isfinite(value); }))
      throw ConfigError(parameter, "must have finite values");
    return;
  }
  const std::string ends = "runs from " + shortest(range.lo) + " to " + shortest(range.hi);
  if (!std::isfinite(range.lo) || !std::isfinite(range.hi)) {
    throw ConfigError(parameter, ends + ", but its ends must be finite");
  }
  if (!(range.lo < range.hi)) throw ConfigError(parameter, ends + ", but must run from low to high");
  if (!std::isfinite(range.hi - range.lo)) throw ConfigError(parameter, ends + ": the distance is not finite");
  if (range.logarithmic && !(range.lo > 0.0)) {
    throw ConfigError(parameter, ends + ", but must begin above 0 in the logarithm");
  }
  if (range.count < 1 || range.count > largest_side) {
    throw ConfigError(parameter, "must have 1 to " + std::to_string(largest_side) + " pixels, but has " +
                                     std::to_string(range.count));
  }
}

void validate(const Window& window) {
  validate(window.w, "w");
  validate(window.b, "b");
}

void validate(const Point& point, const Criteria& criteria, Precision precision, UnitKind unit,
              const Optimizer& optimizer) {
  validate_training(unit, optimizer, criteria.max_updates);
  for (const auto& [axis, name, meaning] : NameTable<Axis>::values) {
    double Point::*const place = traits_of(axis).place;
    if (place != nullptr && is_used(axis, unit, optimizer)) require(bounds_of(axis), name, point.*place);
  }
  if (unit == UnitKind::clip && !(point.constant < point.second_constant)) {
    throw ConfigError("lo", "must be less than hi, but they are " + shortest(point.constant) + " and " +
                                shortest(point.second_constant));
  }
  require_kind(criteria.stop, "stop");
  require_kind(precision, "precision");
  require(tolerance_bounds, "tolerance", criteria.tolerance);
  require(rho_bounds, "rho", criteria.rho);
  require(epsilon_bounds, "epsilon", criteria.epsilon);
  require(criteria.max_updates >= 1 && criteria.max_updates <= largest_max_updates, "max_updates",
          static_cast<double>(criteria.max_updates), "must be in [1, " + std::to_string(largest_max_updates) + "]");
  validate_orbits(criteria, unit);
  with_precision(precision, [&]<class Real>() {
    if (is_general(unit, optimizer, criteria)) {
      validate_general_constants<Real>(point, criteria, unit, optimizer);
    } else {
      validate_constants<Real>(point, criteria);
    }
  });
}

void validate_start(double w, double b, const Point& point, const Criteria& criteria, Precision precision,
                    UnitKind unit, const Optimizer& optimizer) {
  require(any_number, "w", w);
  require(any_number, "b", b);
  validate(point, criteria, precision, unit, optimizer);
  check_length(point.r, w, precision);
  validate_divergence_limit(std::hypot(w, b, point.r), point, precision);
}

namespace {

void validate_plane(const Sweep& sweep) {
  const Plane& plane = sweep.plane;
  require_kind(plane.x_axis, "plane");
  require_kind(plane.y_axis, "plane");
  if (plane.x_axis == plane.y_axis) {
    throw ConfigError("plane", std::string("must have two axes, but has ") + name_of(plane.x_axis) + " twice");
  }
  validate_side(plane.x, sweep.axis(plane.x_axis));
  validate_side(plane.y, sweep.axis(plane.y_axis));
}

/// Axes that the trajectories do not depend on must be as nobody has touched them.
void validate_unused_axes(const Sweep& sweep) {
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    if (sweep.uses(i)) continue;
    const SweepAxis& axis = sweep.axes[i];
    const bool is_untouched = axis.values == std::vector{traits_of(static_cast<Axis>(i)).default_value()};
    if (is_untouched && sweep.plane.range_of(i) == nullptr) continue;
    throw ConfigError(axis.name, std::string("is an axis that the unit ") + name_of(sweep.unit) + " under " +
                                     name_of(sweep.optimizer.kind) + " does not have as it is configured");
  }
}

}  // namespace

namespace {

/// The range of clip at every point and pixel: each lo beside each hi.
void validate_clip_range(const Sweep& sweep) {
  if (sweep.unit != UnitKind::clip) return;
  const AxisValues lo(sweep, static_cast<std::size_t>(Axis::lo));
  const AxisValues hi(sweep, static_cast<std::size_t>(Axis::hi));
  double greatest = lo[0];
  double least = hi[0];
  for (std::int64_t i = 1; i < lo.count(); ++i) greatest = std::fmax(greatest, lo[i]);
  for (std::int64_t i = 1; i < hi.count(); ++i) least = std::fmin(least, hi[i]);
  require(greatest < least, "lo", greatest, "must be less than every hi, of which the least is " + shortest(least));
}

}  // namespace

void validate_stored(const Sweep& sweep) {
  validate_training(sweep.unit, sweep.optimizer, sweep.criteria.max_updates);
  validate_plane(sweep);
  validate_unused_axes(sweep);
  require_kind(sweep.refinement.kind, "refine");
  require(sample_bounds, "refine_sample", sweep.refinement.sample);
  require(sweep.refinement.rule == 1 || sweep.refinement.rule == 2, "refine", sweep.refinement.rule,
          "must have the rule 1 or 2");
  if (sweep.refinement.kind != RefinementKind::none && (sweep.fields.final || sweep.fields.loss)) {
    throw ConfigError("fields", "must not have final or loss with refine: most pixels are filled, not computed");
  }
  if (sweep.refinement.kind != RefinementKind::none && sweep.criteria.measures_orbits()) {
    throw ConfigError("refine", "must not be given with cycles or lyapunov: most pixels are filled, not computed");
  }
  if (sweep.refinement.kind == RefinementKind::exact && !sweep.plane.is_of_starts()) {
    throw ConfigError("refine", "must not be exact in another plane than w,b: fates of blocks are proved there alone");
  }
  if (sweep.refinement.kind == RefinementKind::exact && sweep.is_general()) {
    throw ConfigError("refine", "must not be exact for other units than relu under momentum: no theorem proves fates");
  }
  if (sweep.criteria.certify && (sweep.fields.final || sweep.fields.loss)) {
    throw ConfigError("fields",
                      "must not have final or loss with certify: a proof ends a trajectory before it comes to rest");
  }
  std::int64_t points = 1;
  for (const std::size_t number : sweep.point_axes()) {
    const SweepAxis& axis = sweep.axes[number];
    validate_axis(axis);
    if (__builtin_mul_overflow(points, static_cast<std::int64_t>(axis.values.size()), &points)) {
      throw ConfigError("the sweep has more points than an integer can count");
    }
  }
  if (points > largest_points) {
    throw ConfigError("the sweep has " + std::to_string(points) + " points, but can have at most " +
                      std::to_string(largest_points));
  }
  validate_clip_range(sweep);
  const double farthest_w = farthest_start(sweep, Axis::w);
  const double farthest_b = farthest_start(sweep, Axis::b);
  for (const Point& point : extreme_points(sweep)) {
    validate(point, sweep.criteria, sweep.precision, sweep.unit, sweep.optimizer);
    validate_divergence_limit(std::hypot(farthest_w, farthest_b, point.r), point, sweep.precision);
  }
  std::int64_t pixels = 0;
  std::int64_t updates = 0;
  if (__builtin_mul_overflow(points, sweep.plane.pixels(), &pixels) ||
      __builtin_mul_overflow(sweep.plane.pixels(), sweep.criteria.max_updates, &updates)) {
    throw ConfigError("the sweep has more pixels or updates than an integer can count");
  }
}

void check_distinct(const Sweep& sweep) {
  for (const std::size_t number : sweep.point_axes()) {
    const SweepAxis& axis = sweep.axes[number];
    if (axis.place == nullptr && axis.side == nullptr) continue;  // it may be computed in another precision
    require_distinct(sweep.precision, axis.name, std::ssize(axis.values), "values",
                     [&]<class Real>() { return distinct_values<Real>(axis); });
  }
  check_distinct(sweep.plane.x, sweep.axis(sweep.plane.x_axis), sweep.precision);
  check_distinct(sweep.plane.y, sweep.axis(sweep.plane.y_axis), sweep.precision);
}

void check_squares(const Sweep& sweep) {
  // Where the smallest r has a length beside the smallest w, all have. The square of most is large enough by itself.
  const double r = nearest_to_zero(AxisValues(sweep, static_cast<std::size_t>(Axis::r)), true);
  const bool any_w = with_precision(sweep.precision, [&]<class Real>() { return has_length<Real>(r, 0.0); });
  const AxisValues w(sweep, static_cast<std::size_t>(Axis::w));
  if (!any_w) check_length(r, nearest_to_zero(w, false), sweep.precision);
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
