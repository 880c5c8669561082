#pragma once

// What is computed (Sweep) and how (Execution): plain structs, and the one place where defaults live. How a sweep is
// run may never change what comes out, so the two are kept apart.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "deadcone/fate.hpp"
#include "deadcone/kinds.hpp"
#include "deadcone/optimizer_kinds.hpp"
#include "deadcone/unit_kind.hpp"

namespace deadcone {

/// The numbers that a parameter may have: finite ones, between two bounds that may be among them.
struct Bounds {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  bool has_lo = false;
  bool has_hi = false;
  bool are_whole = false;  ///< whole numbers alone

  bool has(double value) const {
    return std::isfinite(value) && (has_lo ? value >= lo : value > lo) && (has_hi ? value <= hi : value < hi) &&
           (!are_whole || value == std::floor(value));
  }
};

inline constexpr Bounds any_number = {};
inline constexpr Bounds positive_number = {.lo = 0.0};
inline constexpr Bounds open_share = {.lo = 0.0, .hi = 1.0};
inline constexpr Bounds closed_share = {.lo = 0.0, .hi = 1.0, .has_lo = true, .has_hi = true};
inline constexpr Bounds share_below_one = {.lo = 0.0, .hi = 1.0, .has_lo = true};
inline constexpr Bounds number_from_zero = {.lo = 0.0, .has_lo = true};

/// The largest number of updates of a warm-up: all numbers up to it are exact in single precision.
inline constexpr std::int64_t largest_warmup = std::int64_t{1} << 24;
inline constexpr Bounds warmup_bounds = {
    .lo = 0.0, .hi = static_cast<double>(largest_warmup), .has_lo = true, .has_hi = true, .are_whole = true};

/// Rows and columns of pixels.
struct Grid {
  std::int64_t rows = 1;
  std::int64_t columns = 1;

  std::int64_t pixels() const { return rows * columns; }
};

/// The values along one side of a map: the centres of `count` pixels between two ends, all of one width, or in the
/// logarithm.
struct Range {
  double lo = -2.0;
  double hi = 2.0;
  std::int64_t count = 512;
  bool logarithmic = false;
  /// Where not empty, `count` values that stand in place of the centres: a sweep's values of w or b in the windows that it
  /// gives to a mapper.
  std::vector<double> listed = {};

  /// The value of pixel i.
  double centre(std::int64_t i) const {
    if (!listed.empty()) return listed[static_cast<std::size_t>(i)];
    if (logarithmic) return logarithmic_centre(i);
    return lo + (static_cast<double>(i) + 0.5) * (hi - lo) / static_cast<double>(count);
  }

 private:
  double logarithmic_centre(std::int64_t i) const;
};

/// The values of `count` pixels from pixel `first` on, computed in double and rounded once.
template <class Real>
std::vector<Real> centres(const Range& range, std::int64_t first, std::int64_t count) {
  std::vector<Real> values(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) values[i] = static_cast<Real>(range.centre(first + i));
  return values;
}

/// The initial parameters that a mapper gets: one pixel for each pair (b, w), b the slower index.
struct Window {
  Range w;
  Range b;

  Grid grid() const { return {b.count, w.count}; }
  std::int64_t pixels() const { return grid().pixels(); }
};

/// The hyper-parameters of one map.
struct Point {
  double beta = 0.9;   ///< momentum, in [0, 1)
  double gamma = 1.0;  ///< standard deviation of the target, > 0
  double eta = 0.1;    ///< learning rate, > 0
  double delta = 0.0;  ///< mean of the target
  double r = 0.0;      ///< initial weight orthogonal to Gamma; 0 is the paper's plane
  // Numbers that the unit or the optimiser of a sweep may have; others do not use them.
  double beta2 = 0.999;             ///< decay of the average of squares of Adam, and of the momentum of Lion, in [0, 1)
  double alpha = 0.99;              ///< the same of RMSprop, in [0, 1)
  double optimizer_epsilon = 1e-8;  ///< added to the root of squares, > 0
  double clip = 1.0;                ///< bound of clipping, > 0
  double decay = 0.0;               ///< weight decay, >= 0
  double warmup = 0.0;              ///< updates of the warm-up, a whole number in [0, largest_warmup]
  double constant = 0.0;            ///< of the unit, the first that its kind leaves open
  double second_constant = 0.0;

  Geometry geometry() const { return r == 0.0 ? Geometry::planar : Geometry::general; }
  std::array<double, 2> unit_constants() const { return {constant, second_constant}; }
};

/// All that a trajectory starts from.
struct StartPoint {
  Point point;
  double w = 0.0;  ///< initial weight along Gamma
  double b = 0.0;  ///< initial bias
};

/// When a trajectory ends and what its end is called.
struct Criteria {
  StopRule stop = StopRule::stationary;
  double tolerance = 1e-6;          ///< length of an update that counts as none
  bool relative_tolerance = false;  ///< tolerance in units of |Theta*|
  double rho = 0.01;                ///< converged: within rho |Theta*|
  double epsilon = 0.01;            ///< dead: active with probability below epsilon
  std::int64_t max_updates = 100'000;
  bool certify = false;  ///< end a trajectory where its fate is proved
  // What a trajectory is asked for after its end (trajectory/orbit.hpp). Those that are asked run in the general loop.
  std::int64_t longest_cycle = 0;     ///< the longest period that is looked for after max_updates; 0: none is
  std::int64_t lyapunov_updates = 0;  ///< updates for the Lyapunov exponent; 0: it is not measured

  bool measures_orbits() const { return longest_cycle > 0 || lyapunov_updates > 0; }
  bool operator==(const Criteria& other) const = default;
};

/// Which results are kept beside the fate, which always is.
struct Fields {
  bool updates = true;  ///< `steps` in the file
  bool final = false;   ///< the last parameters
  bool loss = false;    ///< the loss there
};

/// A word of --fields and of the configuration in a file, and what it switches on.
struct FieldOption {
  std::string word;
  std::string meaning;
  bool Fields::*place = nullptr;  ///< null: nothing that a mapper of the unit computes
};

/// Those of the unit. `fate` is none of them: it is always kept. A function, since a variable would be made before main() in
/// every file, those that are compiled for the instructions of other processors among them.
inline const std::array<FieldOption, 3>& unit_field_options() {
  static const std::array<FieldOption, 3> options = {{
      {"steps", "updates until the end", &Fields::updates},
      {"final", "the last parameters", &Fields::final},
      {"loss", "the loss there", &Fields::loss},
  }};
  return options;
}

/// Which pixels of a map are computed.
struct Refinement {
  RefinementKind kind = RefinementKind::none;
  double sample = 0.01;  ///< share of the filled pixels that is computed, in [0, 1]
  /// What `borders` fills. 1: the rule of version 0.1, whose files are read and not computed. 2: follows wrong pixels, and
  /// has a sample for an estimate.
  int rule = 2;

  /// Whether it fills by a rule that estimates how many pixels are wrong.
  bool has_estimate() const { return kind == RefinementKind::borders && rule >= 2; }
};

/// All that a trajectory of the unit depends on and a sweep may vary, in the order of the file.
enum class Axis {
  beta,
  gamma,
  eta,
  delta,
  r,
  w,
  b,
  beta2,
  alpha,
  eps,
  clip,
  decay,
  warmup,
  leak,
  scale,
  lo,
  hi,
};

/// What an axis is.
struct AxisTraits {
  double Point::*place = nullptr;  ///< the member of a point that it sets; null: it sets a side of the window
  Range Window::*side = nullptr;   ///< the side of a window that it sets; null: it sets a member of a point
  Bounds bounds = any_number;      ///< of its values
  /// Whether trajectories of a unit under an optimiser depend on it; null: all do.
  bool (*is_used)(UnitKind, const Optimizer&) = nullptr;
  /// Its value where nobody says otherwise; not a number: that which a Point has.
  double own_default = std::numeric_limits<double>::quiet_NaN();

  double default_value() const { return std::isnan(own_default) && place != nullptr ? Point{}.*place : own_default; }
};

template <>
struct NameTable<Axis> {
  static constexpr const char* what = "an axis";
  static constexpr std::array<Named<Axis>, 17> values = {{
      {Axis::beta, "beta", "momentum"},
      {Axis::gamma, "gamma", "standard deviation of the target"},
      {Axis::eta, "eta", "learning rate"},
      {Axis::delta, "delta", "mean of the target"},
      {Axis::r, "r", "initial weight orthogonal to the target direction"},
      {Axis::w, "w", "initial weight along the target direction"},
      {Axis::b, "b", "initial bias"},
      {Axis::beta2, "beta2", "decay of the average of squares of adam, of the momentum of lion"},
      {Axis::alpha, "alpha", "decay of the average of squares of rmsprop"},
      {Axis::eps, "eps", "what is added to the root of squares"},
      {Axis::clip, "clip", "bound of the gradient"},
      {Axis::decay, "decay", "weight decay"},
      {Axis::warmup, "warmup", "updates of the warm-up"},
      {Axis::leak, "leak", "slope below 0 of leaky, and that prelu starts from"},
      {Axis::scale, "scale", "how far elu falls below 0"},
      {Axis::lo, "lo", "least value of clip"},
      {Axis::hi, "hi", "greatest value of clip"},
  }};
  static constexpr std::array<AxisTraits, 17> traits = {{
      {.place = &Point::beta,
       .bounds = share_below_one,
       .is_used = [](UnitKind, const Optimizer& optimizer) { return has_momentum(optimizer.kind); }},
      {.place = &Point::gamma, .bounds = positive_number},
      {.place = &Point::eta, .bounds = positive_number},
      {.place = &Point::delta},
      {.place = &Point::r},
      {.side = &Window::w},
      {.side = &Window::b},
      {.place = &Point::beta2,
       .bounds = share_below_one,
       .is_used = [](UnitKind, const Optimizer& optimizer) { return has_second_beta(optimizer.kind); }},
      {.place = &Point::alpha,
       .bounds = share_below_one,
       .is_used = [](UnitKind, const Optimizer& optimizer) { return optimizer.kind == OptimizerKind::rmsprop; }},
      {.place = &Point::optimizer_epsilon,
       .bounds = positive_number,
       .is_used = [](UnitKind, const Optimizer& optimizer) { return divides_by_root(optimizer.kind); }},
      {.place = &Point::clip,
       .bounds = positive_number,
       .is_used = [](UnitKind, const Optimizer& optimizer) { return optimizer.clip != ClipKind::none; }},
      {.place = &Point::decay,
       .bounds = number_from_zero,
       .is_used = [](UnitKind, const Optimizer& optimizer) { return optimizer.has_decay; }},
      {.place = &Point::warmup,
       .bounds = warmup_bounds,
       .is_used = [](UnitKind, const Optimizer& optimizer) { return optimizer.has_warmup; }},
      {.place = &Point::constant,
       .is_used = [](UnitKind unit, const Optimizer&) { return unit == UnitKind::leaky || unit == UnitKind::prelu; },
       .own_default = 0.01},
      {.place = &Point::constant,
       .bounds = positive_number,
       .is_used = [](UnitKind unit, const Optimizer&) { return unit == UnitKind::elu; },
       .own_default = 1.0},
      {.place = &Point::constant,
       .is_used = [](UnitKind unit, const Optimizer&) { return unit == UnitKind::clip; },
       .own_default = -1.0},
      {.place = &Point::second_constant,
       .is_used = [](UnitKind unit, const Optimizer&) { return unit == UnitKind::clip; },
       .own_default = 1.0},
  }};
};

constexpr const AxisTraits& traits_of(Axis axis) {
  return NameTable<Axis>::traits[static_cast<std::size_t>(axis)];
}

/// The values that an axis of the unit may have.
constexpr const Bounds& bounds_of(Axis axis) {
  return traits_of(axis).bounds;
}

/// Whether trajectories of a unit under an optimiser depend on an axis.
constexpr bool is_used(Axis axis, UnitKind unit, const Optimizer& optimizer) {
  const AxisTraits& traits = traits_of(axis);
  return traits.is_used == nullptr || traits.is_used(unit, optimizer);
}

/// Whether trajectories run in the loop for any unit and optimiser. The rectifier under momentum has its own.
inline bool is_general(UnitKind unit, const Optimizer& optimizer, const Criteria& criteria) {
  return unit != UnitKind::relu || optimizer != Optimizer() || criteria.measures_orbits();
}

/// How many fates starts can have: the first so many of the table.
inline int fates_of(UnitKind unit, const Optimizer& optimizer, const Criteria& criteria) {
  return is_general(unit, optimizer, criteria) ? fate_count : rectifier_fate_count;
}

/// The axes of the constants that a kind of unit leaves open, in the order of its text.
std::vector<Axis> axes_of_constants(UnitKind unit);

/// Those of numbers of Criteria and Refinement.
inline constexpr Bounds tolerance_bounds = positive_number;
inline constexpr Bounds rho_bounds = positive_number;
inline constexpr Bounds epsilon_bounds = open_share;
inline constexpr Bounds sample_bounds = closed_share;

/// One axis of a sweep: its values and what they set.
struct SweepAxis {
  std::string name;      ///< on the command line and in the file
  std::string meaning;   ///< in a few words
  double Point::*place;  ///< of what its values set in a point; null: nothing
  std::vector<double> values;
  Bounds bounds = any_number;     ///< of its values
  Range Window::*side = nullptr;  ///< the side of a window that its values set; null: none
};

/// All axes of the unit: w and b without a value, each of the others with one, its default.
std::vector<SweepAxis> unit_axes();

/// The pixels of the maps of a sweep: two of its axes, each with a range of values. x runs along the columns, and is the
/// faster index; y runs along the rows.
struct Plane {
  Range x;
  Range y;
  Axis x_axis = Axis::w;
  Axis y_axis = Axis::b;

  Grid grid() const { return {y.count, x.count}; }
  std::int64_t pixels() const { return grid().pixels(); }
  /// The range of an axis, by its number; null where it is not in the plane.
  const Range* range_of(std::size_t axis) const {
    return axis == static_cast<std::size_t>(x_axis) ? &x : axis == static_cast<std::size_t>(y_axis) ? &y : nullptr;
  }
  /// Whether it is the plane w,b, whose pixels are the starts of one point; and the window of such a plane.
  bool is_of_starts() const { return x_axis == Axis::w && y_axis == Axis::b; }
  Window window() const { return {.w = x, .b = y}; }
};

/// Consecutive points of a sweep, by number.
struct PointRun {
  std::int64_t first = 0;
  std::int64_t count = 1;

  bool operator==(const PointRun& other) const = default;
};

/// A family of maps of one plane: the product of the axes that are not in it.
struct Sweep {
  UnitKind unit = UnitKind::relu;
  Optimizer optimizer = {};
  /// All axes, those of the unit first. Those in the plane have their values there; what they have here is not used. Those
  /// that trajectories of the unit under the optimiser do not depend on have their defaults.
  std::vector<SweepAxis> axes = unit_axes();
  Plane plane;
  Criteria criteria;
  Precision precision = Precision::float32;
  Fields fields;
  std::vector<std::string> other_fields;  ///< words of kept results that are none of the unit's
  Refinement refinement;

  const std::vector<double>& values(Axis axis) const { return axes[static_cast<std::size_t>(axis)].values; }
  std::vector<double>& values(Axis axis) { return axes[static_cast<std::size_t>(axis)].values; }
  const SweepAxis& axis(Axis of) const { return axes[static_cast<std::size_t>(of)]; }

  /// Whether its trajectories depend on an axis, by number.
  bool uses(std::size_t axis) const {
    return axis >= count_of<Axis> || is_used(static_cast<Axis>(axis), unit, optimizer);
  }
  /// Sets the unit, and each of its constants as the one value of its axis.
  void set_unit(const Unit& to);
  bool is_general() const { return deadcone::is_general(unit, optimizer, criteria); }

  /// The numbers of the axes that its trajectories depend on and that are not in the plane, in their order.
  std::vector<std::size_t> point_axes() const;
  /// The number of maps.
  std::int64_t points() const;
  /// The values of map number `index`, one for each axis, the last axis running fastest; not a number for those in the
  /// plane.
  std::vector<double> values_at(std::int64_t index) const;
  /// Map number `index`. What the plane's axes set is not that of any pixel.
  Point point(std::int64_t index) const;
  /// Those of some consecutive numbers, in their order.
  std::vector<Point> points(const PointRun& run) const;
  /// What a pixel of map number `index` starts from.
  StartPoint start(std::int64_t index, std::int64_t row, std::int64_t column) const;
};

/// Whether some start of a sweep has r != 0.
bool has_general_starts(const Sweep& sweep);

/// Whether the pixels of a sweep know at which minimum they rest: filled ones would not.
bool has_minimum_by_pixel(const Sweep& sweep);

/// A part of a sweep, for one of `count` processes that share it: every count-th group of points, from `index` on.
struct Shard {
  std::int64_t index = 0;  ///< from 0
  std::int64_t count = 1;

  bool has(std::int64_t group) const { return group % count == index; }
};

/// This process among those on a machine that share its CUDA devices.
struct DeviceShare {
  int index = 0;  ///< from 0
  int count = 1;
  /// That they have all together, where somebody knows: a process that sees fewer has been given its own. 0: unknown.
  int devices = 0;
};

/// How a sweep is run.
struct Execution {
  Device device = Device::automatic;
  int threads = 0;  ///< CPU threads; 0: as many as this process has processors
  Shard shard = {};
  DeviceShare device_share = {};
};

/// Checks every number of a sweep, and that its values and pixels are distinct numbers in its precision. Throws
/// ConfigError with one line that says what is wrong, as all of these do.
void validate(const Sweep& sweep);

/// The same for one map and its criteria.
void validate(const Point& point, const Criteria& criteria, Precision precision, UnitKind unit = UnitKind::relu,
              const Optimizer& optimizer = {});

/// The same for one trajectory from (point.r, w, b).
void validate_start(double w, double b, const Point& point, const Criteria& criteria, Precision precision,
                    UnitKind unit = UnitKind::relu, const Optimizer& optimizer = {});

/// The same for one window, or one side of it or of a plane: `parameter` names that.
void validate(const Window& window);
void validate(const Range& range, const std::string& parameter);

/// The same for how a sweep is run.
void validate(const Execution& execution);
void validate(const Shard& shard);
void validate(const DeviceShare& share);

/// The largest number of pixels along one side of a map: its coordinates are kept in memory.
inline constexpr std::int64_t largest_side = std::int64_t{1} << 24;

/// The largest number of points of a sweep.
inline constexpr std::int64_t largest_points = std::int64_t{1} << 24;

/// The largest number of updates of a trajectory: they are counted in 32 bits.
inline constexpr std::int64_t largest_max_updates = 2'147'483'646;

/// The largest number of updates after which the rate of a schedule may still change: its factors are kept in memory.
inline constexpr std::int64_t largest_schedule = std::int64_t{1} << 24;

/// The largest number of updates after the end of a trajectory, for a period or an exponent.
inline constexpr std::int64_t largest_orbit = std::int64_t{1} << 20;

/// The largest number of CPU threads.
inline constexpr int largest_threads = 4096;

}  // namespace deadcone
