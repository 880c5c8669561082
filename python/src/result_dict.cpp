#include "result_dict.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "file/result_datasets.hpp"
#include "numpy_arrays.hpp"

namespace deadcone::python {
namespace {

namespace nb = nanobind;

nb::dict to_dict(const std::vector<Attribute>& attributes) {
  nb::dict all;
  for (const auto& [name, value] : attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      all[name.c_str()] = *text;
    } else {
      all[name.c_str()] = to_numpy(std::get<std::vector<std::int8_t>>(value));
    }
  }
  return all;
}

nb::object values_of(const Coordinate& coordinate) {
  return std::visit([](const auto& values) { return to_numpy(values); }, coordinate.values);
}

nb::tuple to_tuple(const std::vector<std::string>& names) {
  return nb::tuple(nb::cast(names));
}

nb::list coordinates_of(const Schema& schema) {
  nb::list all;
  const auto add = [&all](const Coordinate& coordinate) {
    all.append(nb::make_tuple(coordinate.name, to_tuple({coordinate.name}), values_of(coordinate),
                              to_dict(attributes_of(coordinate))));
  };
  for (const PointAxis& axis : schema.axes) {
    if (axis.is_dimension) {
      add(coordinate_of(axis));
    } else {
      all.append(
          nb::make_tuple(axis.name, nb::tuple(), axis.values.front(), to_dict(attributes_of_number(axis.meaning))));
    }
  }
  for (const PlaneAxis& axis : schema.plane) add(coordinate_of(axis));
  for (const Coordinate& axis : schema.code_axes) add(axis);
  return all;
}

nb::list variables_of(const ResultArrays& arrays) {
  const Schema& schema = arrays.schema();
  nb::list all;
  const auto add = [&all](const Variable& variable, const std::vector<std::string>& dimensions, const Array& array) {
    all.append(nb::make_tuple(variable.name, to_tuple(dimensions), to_numpy(array), to_dict(attributes_of(variable))));
  };
  std::vector<std::string> of_points;
  for (const PointAxis& axis : schema.axes) {
    if (axis.is_dimension) of_points.push_back(axis.name);
  }
  std::vector<std::string> of_pixels = of_points;
  for (const PlaneAxis& axis : schema.plane) of_pixels.push_back(axis.name);
  for (std::size_t i = 0; i < schema.pixel_fields.size(); ++i)
    add(schema.pixel_fields[i], of_pixels, arrays.by_pixel()[i]);
  for (std::size_t i = 0; i < schema.point_fields.size(); ++i) {
    const auto& [variable, code_axis, repeats] = schema.point_fields[i];
    std::vector<std::string> dimensions = of_points;
    if (!code_axis.empty()) dimensions.push_back(code_axis);
    add(variable, dimensions, arrays.by_point()[i]);
  }
  return all;
}

}  // namespace

nb::dict to_dict(const ResultArrays& arrays, const RunInfo& run_info) {
  nb::dict all;
  all["coordinates"] = coordinates_of(arrays.schema());
  all["variables"] = variables_of(arrays);
  nb::dict attributes;
  for (const RootAttribute& attribute : root_attributes(arrays.schema(), run_info))
    attributes[attribute.name.c_str()] = attribute.text;
  all["attributes"] = attributes;
  return all;
}

}  // namespace deadcone::python
