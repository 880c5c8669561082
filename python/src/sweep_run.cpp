#include "sweep_run.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <utility>

#include "deadcone/errors.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/sweep_file.hpp"
#include "file/experiment.hpp"
#include "file/result_datasets.hpp"
#include "file/shard_path.hpp"
#include "file/stored_axes.hpp"
#include "numpy_arrays.hpp"
#include "tasks.hpp"

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

}  // namespace

SweepRun::SweepRun(Sweep sweep, const Execution& execution, Output output, std::string call)
    : sweep_(std::move(sweep)), execution_(execution), output_(std::move(output)), call_(std::move(call)) {
  if (!output_.path.empty() && execution_.shard.count > 1) output_.path = path_of_shard(output_.path, execution_.shard);
}

void SweepRun::run(const nb::object& report) {
  const auto call_report = [&] { report(meter_.pixels.load(), all_pixels_.load(), meter_.updates.load()); };
  run_task([this] { compute(); }, meter_.stop, report.is_none() ? std::function<void()>() : call_report);
}

void SweepRun::compute() {
  const Experiment& experiment = unit_experiment();
  std::optional<FileUse> use;
  std::unique_ptr<SweepWriter> writer;
  if (output_.path.empty()) {
    arrays_ = std::make_unique<ArraySink>(sweep_, experiment);
  } else {
    use.emplace();
    if (output_.existing == ExistingFile::resume) adopt_stored_axes(output_.path, sweep_, experiment);
  }
  const std::unique_ptr<Mapper> mapper =
      make_mapper(execution_, [this](const std::string& note) { device_notes_.push_back(note); });
  device_ = mapper->description();
  if (use) {
    const RunInfo run_info = {call_, device_, output_.missing_lock};
    writer = std::make_unique<SweepWriter>(output_.path, sweep_, run_info, output_.existing, experiment);
  }
  SweepSink& sink = writer ? static_cast<SweepSink&>(*writer) : *arrays_;
  std::int64_t points = 0;
  for (const PointRun& run : points_to_compute(sweep_, execution_.shard, sink)) points += run.count;
  all_pixels_ = points * sweep_.plane.pixels();
  run_sweep(sweep_, execution_.shard, *mapper, sink, meter_, {});
}

nb::dict SweepRun::arrays() const {
  nb::dict all;
  if (!arrays_) return all;
  for (const Array& array : arrays_->arrays()) all[array.name.c_str()] = to_numpy(array);
  return all;
}

nb::dict SweepRun::attributes() const {
  nb::dict all;
  const Schema schema = unit_experiment().schema(sweep_);
  for (const RootAttribute& attribute : root_attributes(schema, {.command_line = call_, .device = device_}))
    all[attribute.name.c_str()] = attribute.text;
  return all;
}

std::vector<std::string> SweepRun::warnings() const {
  std::vector<std::string> all;
  for (const std::string& note : device_notes_) all.push_back("device: " + note);
  for (const auto& [name, text] : unit_experiment().warnings(sweep_)) all.push_back(name + ": " + text);
  return all;
}

nb::dict describe(const Sweep& sweep) {
  const Schema schema = unit_experiment().schema(sweep);
  nb::list coordinates;
  nb::list variables;
  std::vector<std::string> of_points;
  const auto add_coordinate = [&](const Coordinate& coordinate) {
    coordinates.append(nb::make_tuple(coordinate.name, to_tuple({coordinate.name}), values_of(coordinate),
                                      to_dict(attributes_of(coordinate))));
  };
  for (const PointAxis& axis : schema.axes) {
    if (axis.is_dimension) {
      of_points.push_back(axis.name);
      add_coordinate(coordinate_of(axis));
    } else {
      coordinates.append(
          nb::make_tuple(axis.name, to_tuple({}), axis.values.front(), to_dict(attributes_of_number(axis.meaning))));
    }
  }
  std::vector<std::string> of_pixels = of_points;
  for (const PlaneAxis& axis : schema.plane) {
    of_pixels.push_back(axis.name);
    add_coordinate(coordinate_of(axis));
  }
  for (const Coordinate& axis : schema.code_axes) add_coordinate(axis);
  const auto add_variable = [&](const Variable& variable, const std::vector<std::string>& dimensions) {
    variables.append(nb::make_tuple(variable.name, to_tuple(dimensions), nb::none(), to_dict(attributes_of(variable))));
  };
  for (const Variable& field : schema.pixel_fields) add_variable(field, of_pixels);
  for (const PointVariable& field : schema.point_fields) {
    std::vector<std::string> dimensions = of_points;
    if (!field.code_axis.empty()) dimensions.push_back(field.code_axis);
    add_variable(field.variable, dimensions);
  }
  nb::dict all;
  all["coordinates"] = coordinates;
  all["variables"] = variables;
  return all;
}

}  // namespace deadcone::python
