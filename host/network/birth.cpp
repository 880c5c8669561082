#include "deadcone/network/birth.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {

std::array<std::vector<double>, count_of<BirthAxis>> BirthSweep::default_axes() {
  std::array<std::vector<double>, count_of<BirthAxis>> axes;
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = {NameTable<BirthAxis>::traits[i].default_value};
  return axes;
}

bool BirthSweep::uses(BirthAxis axis) const {
  switch (axis) {
    case BirthAxis::width:
    case BirthAxis::depth:
      return widths.empty();
    case BirthAxis::sigma_b:
      return kind.bias == BiasKind::normal;
    case BirthAxis::dimension:
    case BirthAxis::points:
    case BirthAxis::sigma_w:
      break;
  }
  return true;
}

std::vector<BirthAxis> BirthSweep::used_axes() const {
  std::vector<BirthAxis> used;
  for (const Named<BirthAxis>& axis : NameTable<BirthAxis>::values) {
    if (uses(axis.kind)) used.push_back(axis.kind);
  }
  return used;
}

std::int64_t BirthSweep::points() const {
  std::int64_t product = 1;
  for (const BirthAxis axis : used_axes()) product *= std::ssize(values(axis));
  return product;
}

std::vector<double> BirthSweep::values_at(std::int64_t index) const {
  const std::vector<BirthAxis> used = used_axes();
  std::vector<double> found(used.size());
  for (std::size_t i = used.size(); i-- > 0;) {
    const std::vector<double>& all = values(used[i]);
    found[i] = all[static_cast<std::size_t>(index % std::ssize(all))];
    index /= std::ssize(all);
  }
  return found;
}

BirthPoint BirthSweep::point(std::int64_t index) const {
  BirthPoint point;
  double width = 0.0;
  double depth = 0.0;
  const std::vector<BirthAxis> used = used_axes();
  const std::vector<double> found = values_at(index);
  for (std::size_t i = 0; i < used.size(); ++i) {
    switch (used[i]) {
      case BirthAxis::width:
        width = found[i];
        break;
      case BirthAxis::depth:
        depth = found[i];
        break;
      case BirthAxis::dimension:
        point.dimension = static_cast<std::int64_t>(found[i]);
        break;
      case BirthAxis::points:
        point.points = static_cast<std::int64_t>(found[i]);
        break;
      case BirthAxis::sigma_w:
        point.sigma_w = found[i];
        break;
      case BirthAxis::sigma_b:
        point.sigma_b = found[i];
        break;
    }
  }
  point.widths = widths;
  if (widths.empty()) point.widths.assign(static_cast<std::size_t>(depth), static_cast<std::int64_t>(width));
  return point;
}

std::int64_t BirthSweep::largest_depth() const {
  if (!widths.empty()) return std::ssize(widths);
  const std::vector<double>& depths = values(BirthAxis::depth);
  return static_cast<std::int64_t>(*std::ranges::max_element(depths));
}

BirthCounts::BirthCounts(std::int64_t depth) {
  const auto layers = static_cast<std::size_t>(depth);
  for (std::vector<std::int64_t>* counts : {&died, &dead_units, &living_points, &correlated}) counts->resize(layers);
  squared_length.resize(layers);
  correlation.resize(layers);
}

BirthCounts& BirthCounts::operator+=(const BirthCounts& more) {
  networks += more.networks;
  born_dead += more.born_dead;
  const auto add = [](auto& to, const auto& from) { std::ranges::transform(to, from, to.begin(), std::plus<>()); };
  add(died, more.died);
  add(dead_units, more.dead_units);
  add(living_points, more.living_points);
  add(correlated, more.correlated);
  add(squared_length, more.squared_length);
  add(correlation, more.correlation);
  return *this;
}

std::int64_t BirthCounts::entering(std::size_t layer) const {
  std::int64_t alive = networks;
  for (std::size_t before = 0; before < layer; ++before) alive -= died[before];
  return alive;
}

namespace {

void require(bool holds, const std::string& parameter, const std::string& fault) {
  if (!holds) throw ConfigError(parameter, fault);
}

void require(const Bounds& bounds, const std::string& parameter, double value) {
  if (!bounds.has(value)) throw ConfigError(parameter, "must be " + in_words(bounds) + ", but is " + shortest(value));
}

void require_whole(const std::string& parameter, std::int64_t value, std::int64_t largest) {
  require(value >= 1 && value <= largest, parameter,
          "must be " + in_words(1, largest) + ", but is " + std::to_string(value));
}

template <class Kind>
void require_kind(const std::string& parameter, Kind kind) {
  require(*name_of(kind) != 0, parameter, std::string("is not ") + NameTable<Kind>::what);
}

void validate_axis(const std::string& name, const Bounds& bounds, const std::vector<double>& values) {
  require(!values.empty(), name, "has no value");
  for (const double value : values) require(bounds, name, value);
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice != sorted.end()) throw ConfigError(name, "has the value " + shortest(*twice) + " twice");
}

/// The whole number whose power `exponent` is `value`; 0: there is none.
std::int64_t root_of(std::int64_t value, std::int64_t exponent) {
  for (std::int64_t root = 1; root <= value; ++root) {
    std::int64_t power = 1;
    for (std::int64_t i = 0; i < exponent && power <= value; ++i) power *= root;
    if (power == value) return root;
    if (power > value) return 0;
    if (exponent >= 63 && root >= 2) return 0;
  }
  return 0;
}

/// Points whose number or arrangement does not go with the dimension.
void validate_inputs(InputKind inputs, std::int64_t dimension, std::int64_t points) {
  const std::string where = " points of dimension " + std::to_string(dimension);
  if (inputs == InputKind::signs) {
    const bool is_few = dimension >= 62 || points <= (std::int64_t{1} << dimension);
    require(points % 2 == 0 && is_few, "points",
            "must be even and at most 2^dimension for signs, but there are " + std::to_string(points) + where);
  }
  if (inputs == InputKind::grid) {
    require(root_of(points, dimension) >= 2, "points",
            "must be a whole number k >= 2 to the power of the dimension for a grid, but there are " +
                std::to_string(points) + where);
  }
}

void validate_kind(const NetworkKind& kind) {
  require_kind("init", kind.init);
  require_kind("bias", kind.bias);
  require_kind("inputs", kind.inputs);
  require_kind("skip", kind.skip);
  require_kind("precision", kind.precision);
  if (kind.leak != 0.0) require(birth_leak_bounds, "leaky", kind.leak);
  require(kind.init != Initialization::rai || kind.bias == BiasKind::zero, "bias",
          "must not be given with the initialization rai, which has its own");
  require(!kind.sign_flip || kind.is_plain(), "sign_flip",
          "is for rectifiers alone: without leaky, skip connections and batch norm");
}

}  // namespace

void check_given(const BirthSweep& sweep, const std::vector<BirthAxis>& given, bool bias_has_deviation) {
  for (const BirthAxis axis : given) {
    if (axis == BirthAxis::sigma_b && bias_has_deviation)
      throw ConfigError(name_of(axis), "must not be given where bias has it");
    if (sweep.uses(axis)) continue;
    throw ConfigError(name_of(axis), axis == BirthAxis::sigma_b ? "is for normal biases alone"
                                                                : "must not be given where each layer has its width");
  }
}

void validate(const BirthSweep& sweep) {
  validate_kind(sweep.kind);
  for (const std::int64_t width : sweep.widths) require_whole("widths", width, largest_width);
  if (!sweep.widths.empty()) require_whole("widths", std::ssize(sweep.widths), largest_depth);
  require_whole("networks", sweep.networks, largest_networks);
  require(goal_bounds, "precision_goal", sweep.precision_goal);
  std::int64_t points = 1;
  for (const BirthAxis axis : sweep.used_axes()) {
    validate_axis(name_of(axis), traits_of(axis).bounds, sweep.values(axis));
    points *= std::ssize(sweep.values(axis));
    if (points > largest_points)
      throw ConfigError("the sweep has more than " + std::to_string(largest_points) + " points");
  }
  for (const double dimension : sweep.values(BirthAxis::dimension)) {
    for (const double number : sweep.values(BirthAxis::points)) {
      const auto count = static_cast<std::int64_t>(number);
      validate_inputs(sweep.kind.inputs, static_cast<std::int64_t>(dimension), count);
      require(sweep.kind.is_plain() || count >= 2, "points",
              "must be at least 2 where no layer puts out zero: with leaky, skip connections or batch norm");
    }
  }
}

}  // namespace deadcone
