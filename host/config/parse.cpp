#include "config/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

[[noreturn]] void reject(const std::string& text, const std::string& wanted) {
  throw ConfigError("'" + text + "' is not " + wanted);
}

/// The number of the shortest decimal, of at most 17 digits, within `tolerance` of `value`.
double nearest_decimal(double value, double tolerance) {
  char buffer[32];  // longer than a number of 17 digits with its exponent
  const auto rounded = [&](int digits) {
    const char* end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, digits - 1).ptr;
    double number = 0.0;
    std::from_chars(buffer, end, number);
    return number;
  };
  if (std::fabs(value) <= tolerance) return 0.0;
  // The more digits, the nearer is the nearest decimal.
  int few = 0;
  int enough = std::numeric_limits<double>::max_digits10;
  while (enough - few > 1) {
    const int digits = (few + enough) / 2;
    (std::fabs(rounded(digits) - value) <= tolerance ? enough : few) = digits;
  }
  return rounded(enough);
}

/// N points from lo to hi, both included and exact. Those between are the decimals that a person would write: the
/// shortest ones within the rounding errors of a few operations, and so far apart that all are distinct.
std::vector<double> spaced(double lo, double hi, std::int64_t count, bool logarithmic) {
  if (!std::isfinite(lo) || !std::isfinite(hi)) throw ConfigError("the ends of an axis must be finite");
  if (count == 1 && lo != hi) throw ConfigError("an axis of one point cannot include two ends");
  if (count > 1 && !(lo < hi)) throw ConfigError("an axis must run from low to high");
  if (!std::isfinite(hi - lo)) throw ConfigError("an axis must not be longer than the largest number");
  if (logarithmic && !(lo > 0.0)) throw ConfigError("a logarithmic axis must begin above 0");
  constexpr double rounding = 4.0 * std::numeric_limits<double>::epsilon();
  const auto steps = static_cast<double>(count - 1);
  const long double ratio = static_cast<long double>(hi) / static_cast<long double>(lo);
  // The shortest distance of two points, over their size where that is what is spaced.
  const double spacing = logarithmic ? static_cast<double>(std::log(ratio)) / steps : (hi - lo) / steps;
  const double tolerance =
      std::fmin(rounding * (logarithmic ? 1.0 : std::fmax(std::fabs(lo), std::fabs(hi))), spacing / 4.0);
  std::vector<double> values(static_cast<std::size_t>(count), lo);
  for (std::int64_t i = 1; i + 1 < count; ++i) {
    const auto step = static_cast<double>(i);
    if (logarithmic) {
      const long double power = std::pow(ratio, static_cast<long double>(i) / static_cast<long double>(count - 1));
      const auto value = static_cast<double>(static_cast<long double>(lo) * power);
      values[i] = nearest_decimal(value, tolerance * value);
    } else {
      values[i] = nearest_decimal(lo + step * (hi - lo) / steps, tolerance);
    }
  }
  values.back() = hi;
  return values;
}

template <class Real>
std::string shortest_text(Real value) {
  char buffer[32];  // longer than any shortest text of a double
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

}  // namespace

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts = {""};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

double parse_number(const std::string& text) {
  double value = 0.0;
  const char* first = text.data();
  const char* last = first + text.size();
  if (first != last && *first == '+') ++first;
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc() || end != last) reject(text, "a number");
  return value;
}

std::int64_t parse_integer(const std::string& text, std::int64_t lo, std::int64_t hi) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < lo || value > hi) {
    reject(text, "an integer " + in_words(lo, hi));
  }
  return value;
}

std::vector<double> parse_axis(const std::string& text) {
  std::vector<std::string> parts = split(text, ':');
  const bool logarithmic = parts.front() == "log";
  if (logarithmic) parts.erase(parts.begin());
  if (parts.size() == 3) {
    return spaced(parse_number(parts[0]), parse_number(parts[1]), parse_integer(parts[2], 1, largest_side),
                  logarithmic);
  }
  if (parts.size() != 1 || logarithmic) reject(text, "an axis: a value, a list 0,0.7,0.9, LO:HI:N or log:LO:HI:N");
  std::vector<double> values;
  for (const std::string& part : split(text, ',')) values.push_back(parse_number(part));
  return values;
}

Range parse_range(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  if (parts.size() != 3) reject(text, "a window LO:HI:N");
  return {parse_number(parts[0]), parse_number(parts[1]), parse_integer(parts[2], 1, largest_side)};
}

Range parse_plane_range(const std::string& text) {
  std::vector<std::string> parts = split(text, ':');
  const bool logarithmic = parts.front() == "log";
  if (logarithmic) parts.erase(parts.begin());
  if (parts.size() != 3) reject(text, "a range of pixels, as an axis of the plane has: LO:HI:N or log:LO:HI:N");
  return {parse_number(parts[0]), parse_number(parts[1]), parse_integer(parts[2], 1, largest_side), logarithmic};
}

void parse_plane(const std::string& text, Plane& plane) {
  const std::vector<std::string> names = split(text, ',');
  if (names.size() != 2) reject(text, "a plane: two axes X,Y of " + join_names<Axis>(", "));
  plane.x_axis = parse_name<Axis>(names[0]);
  plane.y_axis = parse_name<Axis>(names[1]);
  if (plane.x_axis == plane.y_axis) reject(text, "a plane: it has one axis twice");
}

void parse_fields(const std::string& text, const std::vector<FieldOption>& options, Sweep& sweep) {
  sweep.fields = {false, false, false};
  sweep.other_fields.clear();
  for (const std::string& part : split(text, ',')) {
    if (part == "fate") continue;
    const auto option = std::ranges::find(options, part, &FieldOption::word);
    if (option == options.end()) {
      std::string wanted = "a field: fate (always kept)";
      for (const FieldOption& each : options) wanted += ", " + each.word;
      reject(part, wanted);
    }
    if (option->place != nullptr) {
      sweep.fields.*option->place = true;
    } else if (std::ranges::find(sweep.other_fields, part) == sweep.other_fields.end()) {
      sweep.other_fields.push_back(part);
    }
  }
}

RefinementKind parse_refinement(const std::string& text) {
  if (text == "true") return RefinementKind::borders;
  if (text == "false") return RefinementKind::none;
  return parse_name<RefinementKind>(text);
}

std::string given_name(const std::string& parameter) {
  if (parameter == "tolerance") return "tol";
  if (parameter == "box_side") return "box";
  return parameter;
}

std::string in_words(const Bounds& bounds) {
  if (bounds.are_whole) {
    return "a whole number " + in_words(static_cast<std::int64_t>(bounds.lo), static_cast<std::int64_t>(bounds.hi));
  }
  if (std::isfinite(bounds.hi)) {
    return (bounds.has_lo ? "in [" : "in (") + shortest(bounds.lo) + ", " + shortest(bounds.hi) +
           (bounds.has_hi ? "]" : ")");
  }
  if (!std::isfinite(bounds.lo)) return "finite";
  return (bounds.has_lo ? ">= " : "> ") + shortest(bounds.lo) + " and finite";
}

std::string in_words(std::int64_t lo, std::int64_t hi) {
  return "from " + std::to_string(lo) + " to " + std::to_string(hi);
}

std::string shortest(double value) {
  return shortest_text(value);
}
std::string shortest(float value) {
  return shortest_text(value);
}

std::vector<std::size_t> dimensions(const Sweep& sweep) {
  std::vector<std::size_t> result;
  const std::vector<std::size_t> axes = sweep.point_axes();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (i < 2 || sweep.axes[axes[i]].values.size() > 1) result.push_back(axes[i]);
  }
  return result;
}

std::string point_name(const Sweep& sweep, std::int64_t index) {
  const std::vector<double> values = sweep.values_at(index);
  std::string name;
  for (const std::size_t axis : dimensions(sweep))
    name += (name.empty() ? "" : ", ") + sweep.axes[axis].name + " " + shortest(values[axis]);
  return name;
}

}  // namespace deadcone
