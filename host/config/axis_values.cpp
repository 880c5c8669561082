#include "config/axis_values.hpp"

#include <cstddef>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// The pixels of an axis of the plane.
Range range_of(const GivenAxis& given, const std::string& name) {
  if (const auto* text = std::get_if<std::string>(&given)) return parse_plane_range(*text);
  throw ConfigError(name, "must be given as LO:HI:N or log:LO:HI:N, since it is in the plane");
}

std::vector<double> values_of(const GivenAxis& given) {
  if (const auto* text = std::get_if<std::string>(&given)) return parse_axis(*text);
  return std::get<std::vector<double>>(given);
}

}  // namespace

void set_axes(const GivenSweep& given, Sweep& sweep) {
  const Plane& plane = given.plane;
  sweep.optimizer = given.optimizer;
  sweep.optimizer.has_decay = is_given(given.axes.at(static_cast<std::size_t>(Axis::decay)));
  sweep.set_unit(given.unit);
  sweep.plane = {{}, {}, plane.x_axis, plane.y_axis};
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    const GivenAxis& own_given = given.axes.at(axis);
    SweepAxis& own = sweep.axes[axis];
    const bool is_in_plane = plane.range_of(axis) != nullptr;
    if (!sweep.uses(axis)) {
      if (!is_given(own_given) && !is_in_plane) continue;
      const std::string why = std::string("is no axis of ") + name_of(sweep.unit) + " under " +
                              name_of(sweep.optimizer.kind) + " as it is configured";
      if (is_in_plane) throw UnusableValue("plane", own.name + " " + why);
      throw ConfigError(own.name, why);
    }
    if (!is_given(own_given)) {
      // The starts have a range for a default, and no value; other axes have a value, and no range.
      if (is_in_plane == (own.side != nullptr)) continue;
      if (is_in_plane) range_of(own_given, own.name);
      throw ConfigError(own.name, "must be given, since it is not in the plane");
    }
    try {
      if (is_in_plane) {
        (axis == static_cast<std::size_t>(plane.x_axis) ? sweep.plane.x : sweep.plane.y) =
            range_of(own_given, own.name);
      } else {
        own.values = values_of(own_given);
      }
    } catch (const ConfigError& error) {
      if (!error.parameter().empty()) throw;
      throw UnusableValue(own.name, error.what());
    }
  }
}

}  // namespace deadcone
