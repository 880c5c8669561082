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
#include "sweep/remarks.hpp"
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

/// Closes arrays, which else hold anything where nothing was computed.
class ClosesAtEnd {
 public:
  explicit ClosesAtEnd(ArraySink* arrays) : arrays_(arrays) {}
  ~ClosesAtEnd() {
    if (arrays_ != nullptr) arrays_->close();
  }
  ClosesAtEnd(const ClosesAtEnd&) = delete;
  ClosesAtEnd& operator=(const ClosesAtEnd&) = delete;

 private:
  ArraySink* arrays_;
};

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

nb::list variables_of(const ArraySink& arrays) {
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
  const ClosesAtEnd closes(arrays_.get());
  const std::unique_ptr<Mapper> mapper =
      make_mapper(execution_, [this](const std::string& note) { device_notes_.push_back(note); });
  device_ = mapper->description();
  if (use) {
    const RunInfo run_info = {call_, device_, output_.missing_lock};
    writer = std::make_unique<SweepWriter>(output_.path, sweep_, run_info, output_.existing, experiment);
  }
  SweepSink& sink = writer ? static_cast<SweepSink&>(*writer) : *arrays_;
  const std::vector<PointRun> runs = points_to_compute(sweep_, execution_.shard, sink);
  std::int64_t points = 0;
  for (const PointRun& run : runs) points += run.count;
  all_pixels_ = points * sweep_.plane.pixels();
  remarks_ = remarks_before(sweep_, runs);
  run_sweep(sweep_, execution_.shard, *mapper, sink, meter_, {});
}

nb::object SweepRun::results() const {
  if (!arrays_) return nb::none();
  const Schema& schema = arrays_->schema();
  nb::dict all;
  all["coordinates"] = coordinates_of(schema);
  all["variables"] = variables_of(*arrays_);
  nb::dict attributes;
  for (const RootAttribute& attribute : root_attributes(schema, {.command_line = call_, .device = device_}))
    attributes[attribute.name.c_str()] = attribute.text;
  all["attributes"] = attributes;
  return all;
}

std::vector<std::string> SweepRun::warnings() const {
  std::vector<std::string> all;
  for (const std::string& note : device_notes_) all.push_back("device: " + note);
  all.insert(all.end(), remarks_.begin(), remarks_.end());
  const auto doubts = arrays_ ? arrays_->schema().warnings : unit_experiment().warnings(sweep_);
  for (const auto& [name, text] : doubts) all.push_back(name + ": " + text);
  return all;
}

}  // namespace deadcone::python
