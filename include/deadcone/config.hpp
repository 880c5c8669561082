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

#include "deadcone/kinds.hpp"

namespace deadcone {

/// The numbers that a parameter may have: finite ones, between two bounds that may be among them.
struct Bounds {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  bool has_lo = false;
  bool has_hi = false;

  bool has(double value) const {
    return std::isfinite(value) && (has_lo ? value >= lo : value > lo) && (has_hi ? value <= hi : value < hi);
  }
};

inline constexpr Bounds any_number = {};
inline constexpr Bounds positive_number = {.lo = 0.0};
inline constexpr Bounds open_share = {.lo = 0.0, .hi = 1.0};
inline constexpr Bounds closed_share = {.lo = 0.0, .hi = 1.0, .has_lo = true, .has_hi = true};
inline constexpr Bounds share_below_one = {.lo = 0.0, .hi = 1.0, .has_lo = true};

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
  double warmup = 0.0;              ///< updates of the warm-up, a whole number >= 0
  std::array<double, 2> unit = {0.0, 0.0};  ///< constants of the unit

  Geometry geometry() const { return r == 0.0 ? Geometry::planar : Geometry::general; }
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
enum class Axis { beta, gamma, eta, delta, r, w, b };

template <>
struct NameTable<Axis> {
  static constexpr const char* what = "an axis";
  static constexpr std::array<Named<Axis>, 7> values = {{
      {Axis::beta, "beta", "momentum"},
      {Axis::gamma, "gamma", "standard deviation of the target"},
      {Axis::eta, "eta", "learning rate"},
      {Axis::delta, "delta", "mean of the target"},
      {Axis::r, "r", "initial weight orthogonal to the target direction"},
      {Axis::w, "w", "initial weight along the target direction"},
      {Axis::b, "b", "initial bias"},
  }};
  /// The member of a point that each axis sets; null: it sets a side of the window.
  static constexpr std::array<double Point::*, 7> places = {&Point::beta, &Point::gamma, &Point::eta, &Point::delta,
                                                            &Point::r,    nullptr,       nullptr};
  /// The side of a window that it sets; null: it sets a member of a point.
  static constexpr std::array<Range Window::*, 7> sides = {nullptr, nullptr,    nullptr,   nullptr,
                                                           nullptr, &Window::w, &Window::b};
  /// The values that it may have.
  static constexpr std::array<Bounds, 7> bounds = {share_below_one, positive_number, positive_number, any_number,
                                                   any_number,      any_number,      any_number};
};

/// The values that an axis of the unit may have.
constexpr const Bounds& bounds_of(Axis axis) {
  return NameTable<Axis>::bounds[static_cast<std::size_t>(axis)];
}

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

/// The axes of the unit: w and b without a value, each of the others with one, its default.
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
  /// All axes, those of the unit first. Those in the plane have their values there; what they have here is not used.
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

  /// The numbers of the axes that are not in the plane, in their order.
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
void validate(const Point& point, const Criteria& criteria, Precision precision);

/// The same for one trajectory from (point.r, w, b).
void validate_start(double w, double b, const Point& point, const Criteria& criteria, Precision precision);

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

/// The largest number of CPU threads.
inline constexpr int largest_threads = 4096;

}  // namespace deadcone
