#include "arguments.hpp"

#include <nanobind/stl/vector.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/axis_values.hpp"
#include "config/optimizer_text.hpp"
#include "config/parse.hpp"
#include "config/unit_text.hpp"
#include "deadcone/errors.hpp"
#include "read_argument.hpp"

namespace deadcone::python {
namespace {

namespace nb = nanobind;

void set_axis(GivenSweep& given, Axis axis, const std::string& values) {
  if (!values.empty()) given.axes[static_cast<std::size_t>(axis)] = values;
}

GivenSweep given_by(const nb::kwargs& arguments, const Sweep& defaults) {
  GivenSweep given = {{}, defaults.optimizer, defaults.plane, std::vector<GivenAxis>(defaults.axes.size())};
  const std::map<std::string, std::function<void(const std::string&)>> readers = {
      {"unit", [&given](const std::string& value) { given.unit = parse_unit(value); }},
      {"optimizer", [&given](const std::string& value) { given.optimizer.kind = parse_name<OptimizerKind>(value); }},
      {"plane", [&given](const std::string& value) { parse_plane(value, given.plane); }},
      {"schedule",
       [&given](const std::string& value) {
         const auto [schedule, warmup] = parse_schedule(value);
         given.optimizer.schedule = schedule;
         given.optimizer.has_warmup = !warmup.empty();
         set_axis(given, Axis::warmup, warmup);
       }},
      {"clip",
       [&given](const std::string& value) {
         const auto [kind, bound] = parse_clip(value);
         given.optimizer.clip = kind;
         set_axis(given, Axis::clip, bound);
       }},
  };
  for (const auto& [argument, read_text] : readers) {
    if (!arguments.contains(argument.c_str())) continue;
    read_argument(argument, [&, &name = argument, &use = read_text] { use(text_of(arguments[name.c_str()])); });
  }
  const auto axes = nb::cast<nb::dict>(arguments["axes"]);
  for (const auto& [name, value] : axes) {
    const auto axis = std::ranges::find(defaults.axes, text_of(name), &SweepAxis::name);
    if (axis == defaults.axes.end()) throw UnusableValue(text_of(name), "is no axis");
    GivenAxis& to = given.axes[static_cast<std::size_t>(axis - defaults.axes.begin())];
    if (nb::isinstance<nb::str>(value)) {
      to = text_of(value);
    } else {
      to = nb::cast<std::vector<double>>(value);
    }
  }
  return given;
}

void set_criteria(const nb::kwargs& arguments, Criteria& criteria) {
  read_argument("stop", [&] { criteria.stop = parse_name<StopRule>(text_of(arguments["stop"])); });
  criteria.tolerance = nb::cast<double>(arguments["tol"]);
  criteria.relative_tolerance = nb::cast<bool>(arguments["tol_relative"]);
  criteria.rho = nb::cast<double>(arguments["rho"]);
  criteria.epsilon = nb::cast<double>(arguments["epsilon"]);
  criteria.max_updates = nb::cast<std::int64_t>(arguments["max_updates"]);
  criteria.certify = nb::cast<bool>(arguments["certify"]);
  criteria.longest_cycle = nb::cast<std::int64_t>(arguments["cycles"]);
  criteria.lyapunov_updates = nb::cast<std::int64_t>(arguments["lyapunov"]);
}

Sweep unchecked_sweep(const nb::kwargs& arguments, const Experiment& experiment) {
  Sweep sweep = experiment.sweep;
  set_axes(given_by(arguments, sweep), sweep);
  set_criteria(arguments, sweep.criteria);
  read_argument("precision", [&] { sweep.precision = parse_name<Precision>(text_of(arguments["precision"])); });
  return sweep;
}

}  // namespace

Sweep sweep_of(const nb::kwargs& arguments, const Experiment& experiment) {
  Sweep sweep = unchecked_sweep(arguments, experiment);
  read_argument("fields", [&] { parse_fields(text_of(arguments["fields"]), experiment.field_options(), sweep); });
  read_argument("refine", [&] { sweep.refinement.kind = parse_refinement(text_of(arguments["refine"])); });
  sweep.refinement.sample = nb::cast<double>(arguments["refine_sample"]);
  validate(sweep);
  return sweep;
}

Map map_of(const nb::kwargs& arguments, const Experiment& experiment) {
  const Sweep sweep = unchecked_sweep(arguments, experiment);
  for (const SweepAxis& axis : sweep.axes) {
    if (axis.place != nullptr && axis.values.size() != 1) throw ConfigError(axis.name, "must be one number");
  }
  return {.point = sweep.point(0),
          .criteria = sweep.criteria,
          .precision = sweep.precision,
          .unit = sweep.unit,
          .optimizer = sweep.optimizer};
}

Execution execution_of(const std::string& device, int threads, std::int64_t shard, std::int64_t shards) {
  Execution execution;
  read_argument("device", [&] { execution.device = parse_name<Device>(device); });
  execution.threads = threads;
  execution.shard = {shard - 1, shards};
  validate(execution);
  return execution;
}

nb::dict default_arguments(const Experiment& experiment) {
  const Sweep& sweep = experiment.sweep;
  const Criteria& criteria = sweep.criteria;
  nb::dict all;
  all["unit"] = unit_text({});
  all["optimizer"] = name_of(sweep.optimizer.kind);
  all["schedule"] = schedule_text(sweep.optimizer.schedule);
  all["clip"] = name_of(sweep.optimizer.clip);
  all["plane"] = std::string(name_of(sweep.plane.x_axis)) + "," + name_of(sweep.plane.y_axis);
  all["stop"] = name_of(criteria.stop);
  all["tol"] = criteria.tolerance;
  all["tol_relative"] = criteria.relative_tolerance;
  all["rho"] = criteria.rho;
  all["epsilon"] = criteria.epsilon;
  all["max_updates"] = criteria.max_updates;
  all["certify"] = criteria.certify;
  all["cycles"] = criteria.longest_cycle;
  all["lyapunov"] = criteria.lyapunov_updates;
  all["precision"] = name_of(sweep.precision);
  all["refine_sample"] = sweep.refinement.sample;
  nb::dict axes;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis)
    axes[sweep.axes[axis].name.c_str()] = traits_of(static_cast<Axis>(axis)).default_value();
  all["axes"] = axes;
  std::vector<std::string> fields;
  for (const FieldOption& option : experiment.field_options()) {
    if (option.place != nullptr && sweep.fields.*option.place) fields.push_back(option.word);
  }
  all["fields"] = nb::cast(fields);
  return all;
}

}  // namespace deadcone::python
