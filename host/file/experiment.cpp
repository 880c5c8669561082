#include "file/experiment.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "config/parse.hpp"
#include "config/sweep_json.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/trajectory/general_dynamics.hpp"
#include "storage/attributes.hpp"

namespace deadcone {

int numerics_of(const Sweep& sweep) {
  return sweep.criteria.certify && sweep.is_general() ? 7 : 6;  // docs/file-format.md has those before
}

const std::vector<std::vector<Minimum>>& PointResults::minima() const {
  if (found_minima.empty()) {
    MinimaOfPoints minima(sweep.unit, decay_is_in_loss(sweep.optimizer));
    for (const Point& point : sweep.points(points)) found_minima.push_back(minima.at(point));
  }
  return found_minima;
}

bool PixelField::is_kept(const Sweep& sweep) const {
  if (exists && !exists(sweep)) return false;
  if (option.word.empty()) return true;
  if (option.place != nullptr) return sweep.fields.*option.place;
  return std::ranges::find(sweep.other_fields, option.word) != sweep.other_fields.end();
}

hdf5::Type PixelField::type_in(const Sweep& sweep) const {
  if (!in_precision) return variable.type;
  return with_precision(sweep.precision, []<class Real>() { return hdf5::type_of<Real>(); });
}

std::vector<FieldOption> Experiment::field_options() const {
  std::vector<FieldOption> options;
  for (const PixelField& field : pixel_fields) {
    const std::string& word = field.option.word;
    if (word.empty() || std::ranges::find(options, word, &FieldOption::word) != options.end()) continue;
    options.push_back(field.option);
  }
  return options;
}

std::vector<const PixelField*> Experiment::kept(const Sweep& of) const {
  std::vector<const PixelField*> fields;
  for (const PixelField& field : pixel_fields) {
    if (field.is_kept(of)) fields.push_back(&field);
  }
  return fields;
}

std::vector<const PointField*> Experiment::point_fields_of(const Sweep& of) const {
  std::vector<const PointField*> fields;
  for (const PointField& field : point_fields) {
    if (!field.exists || field.exists(of)) fields.push_back(&field);
  }
  return fields;
}

namespace {

PlaneAxis plane_axis(const SweepAxis& axis, const Range& range) {
  return {axis.name, axis.meaning + ", at pixel centres", range};
}

}  // namespace

Schema Experiment::schema(const Sweep& of) const {
  Schema schema = {
      .title = title(of),
      .references = paper_of_the_unit,
      .configuration = to_json(of),
      .precision = name_of(of.precision),
      .numerics = numerics_of(of),
      .axes = {},
      .plane = {plane_axis(of.axis(of.plane.y_axis), of.plane.y), plane_axis(of.axis(of.plane.x_axis), of.plane.x)},
      .code_axes = code_axes(of),
      .pixel_fields = {},
      .point_fields = {},
      .notes = notes(of),
      .warnings = warnings(of),
      .groups = {},
  };
  const std::vector<std::size_t> dimensions = deadcone::dimensions(of);
  for (const std::size_t number : of.point_axes()) {
    const auto& [name, meaning, place, values, bounds, side] = of.axes[number];
    schema.axes.push_back({name, meaning, values, std::ranges::find(dimensions, number) != dimensions.end()});
  }
  for (const PixelField* field : kept(of)) {
    schema.pixel_fields.push_back(field->variable);
    schema.pixel_fields.back().type = field->type_in(of);
  }
  for (const PointField* field : point_fields_of(of)) schema.point_fields.push_back(field->variable);
  schema.groups = best_groups(schema);
  return schema;
}

Sweep Experiment::sweep_of(const std::string& configuration, const std::string& path) const {
  Sweep found = sweep_from_json(configuration, path, sweep);
  const std::vector<FieldOption> options = field_options();
  for (const std::string& word : found.other_fields) {
    if (std::ranges::find(options, word, &FieldOption::word) == options.end())
      throw StorageError(path + ": its configuration is damaged: the field " + word + " is unknown");
  }
  return found;
}

SchemaSource Experiment::schema_source() const {
  return [this](const std::string& configuration, const std::string& path) {
    return schema(sweep_of(configuration, path));
  };
}

TileValues Experiment::tile_values(const Sweep& of, TileResult result) const {
  const auto owner = std::make_shared<const TileResult>(std::move(result));
  TileValues values = {.fields = {}, .owner = owner};
  for (const PixelField* field : kept(of)) values.fields.push_back(field->values(*owner));
  return values;
}

PointValues Experiment::point_values(const PointResults& results) const {
  PointValues values;
  for (const PointField* field : point_fields_of(results.sweep)) values.push_back(field->get(results));
  return values;
}

PointResult Experiment::point_result(const Sweep& of, const PointValues& values, std::int64_t points,
                                     std::int64_t place) const {
  PointResult result;
  const std::vector<const PointField*> fields = point_fields_of(of);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t each = values[i].size() / static_cast<std::size_t>(points);
    const auto own = std::span(values[i]).subspan(static_cast<std::size_t>(place) * each, each);
    if (fields[i]->set) fields[i]->set(own, result);
  }
  return result;
}

}  // namespace deadcone
