#pragma once

// What a sweep trains and what its axes are, from what a caller gives: the command line, or Python.

#include <string>
#include <variant>
#include <vector>

#include "deadcone/config.hpp"

namespace deadcone {

/// What is given for an axis: nothing, a text (parse_axis(), or parse_plane_range() in the plane), or values.
using GivenAxis = std::variant<std::monostate, std::string, std::vector<double>>;

inline bool is_given(const GivenAxis& axis) {
  return !std::holds_alternative<std::monostate>(axis);
}

/// What a caller gives: `axes` in the order of Sweep::axes. There is a decay where its axis is given.
struct GivenSweep {
  Unit unit;
  Optimizer optimizer;
  Plane plane;  ///< without its ranges
  std::vector<GivenAxis> axes;
};

/// Gives a sweep its unit, its optimiser, its plane and the values of its axes. Throws ConfigError where an axis must be given
/// and is not, or cannot be read, and where the unit under the optimiser has no such axis.
void set_axes(const GivenSweep& given, Sweep& sweep);

}  // namespace deadcone
