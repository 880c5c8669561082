#include "file/schema.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>

#include "config/parse.hpp"

namespace deadcone {

using hdf5::Extent;

namespace {

/// The indices of element `index` of an array of these lengths, the last running fastest.
Extent indices_of(Extent lengths, std::int64_t index) {
  auto rest = static_cast<std::uint64_t>(index);
  for (auto length = lengths.rbegin(); length != lengths.rend(); ++length) {
    const std::uint64_t position = rest % *length;
    rest /= *length;
    *length = position;
  }
  return lengths;
}

}  // namespace

std::int64_t Schema::points() const {
  std::int64_t product = 1;
  for (const PointAxis& axis : axes) product *= static_cast<std::int64_t>(axis.values.size());
  return product;
}

std::vector<double> Schema::values_at(std::int64_t point) const {
  Extent lengths;
  for (const PointAxis& axis : axes) lengths.push_back(axis.values.size());
  const Extent indices = indices_of(lengths, point);
  std::vector<double> values;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) values.push_back(axes[axis].values[indices[axis]]);
  return values;
}

Coordinate coordinate_of(const PointAxis& axis) {
  return {axis.name, axis.meaning, axis.values};
}

Coordinate coordinate_of(const PlaneAxis& axis) {
  return {axis.name, axis.meaning, centres<double>(axis.range, 0, axis.range.count)};
}

Extent point_extent(const Schema& schema) {
  Extent extent;
  for (const PointAxis& axis : schema.axes) {
    if (axis.is_dimension) extent.push_back(axis.values.size());
  }
  return extent;
}

Extent point_extent(const Schema& schema, const PointVariable& field) {
  Extent extent = point_extent(schema);
  if (!field.code_axis.empty()) extent.push_back(code_length(schema, field));
  return extent;
}

Extent position(const Schema& schema, std::int64_t point) {
  // Axes of one value change nothing, so the file's row-major order is that of the points.
  return indices_of(point_extent(schema), point);
}

Extent point_box(const Schema& schema, std::int64_t count) {
  auto rest = static_cast<std::uint64_t>(count);
  Extent lengths = point_extent(schema);
  for (auto length = lengths.rbegin(); length != lengths.rend(); ++length) {
    *length = std::min(*length, rest);
    rest /= *length;
  }
  return lengths;
}

namespace {

std::vector<std::int64_t> lengths_of(const Schema& schema) {
  std::vector<std::int64_t> lengths;
  for (const PointAxis& axis : schema.axes) lengths.push_back(std::ssize(axis.values));
  return lengths;
}

}  // namespace

PointGroups best_groups(const Schema& schema) {
  if (!schema.has_maps()) return groups_of_size(schema, 1);
  return {lengths_of(schema), schema.pixels()};
}

PointGroups groups_of_size(const Schema& schema, std::int64_t size) {
  return PointGroups::of_size(lengths_of(schema), size);
}

Extent joined(Extent first, const Extent& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::size_t Box::elements() const {
  return std::accumulate(count.begin(), count.end(), std::size_t{1}, std::multiplies<>());
}

Box box_of(const Schema& schema, const PointRun& points, const Tile& tile) {
  const auto at = [](std::int64_t i) { return static_cast<std::uint64_t>(i); };
  return {joined(position(schema, points.first), {at(tile.first_row), at(tile.first_column)}),
          joined(point_box(schema, points.count), {at(tile.rows), at(tile.columns)})};
}

Box box_of(const Schema& schema, const PointRun& points, std::size_t code_length) {
  Box box = {position(schema, points.first), point_box(schema, points.count)};
  if (code_length == 0) return box;
  return {joined(std::move(box.offset), {0}), joined(std::move(box.count), {code_length})};
}

std::size_t code_length(const Schema& schema, const PointVariable& field) {
  const auto axis = std::ranges::find(schema.code_axes, field.code_axis, &Coordinate::name);
  return axis == schema.code_axes.end() ? 0 : axis->size();
}

std::string point_name(const Schema& schema, std::int64_t point) {
  const std::vector<double> values = schema.values_at(point);
  std::string name;
  for (std::size_t axis = 0; axis < values.size(); ++axis) {
    if (!schema.axes[axis].is_dimension) continue;
    name += (name.empty() ? "" : ", ") + schema.axes[axis].name + " " + shortest(values[axis]);
  }
  return name;
}

}  // namespace deadcone
