#include "config/sweep_json.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "config/checks.hpp"
#include "config/optimizer_text.hpp"
#include "config/parse.hpp"
#include "config/range_json.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

using Json = nlohmann::ordered_json;

/// Whether the file has the plane as version 0.1, which knew no other: as "window".
bool has_window(const Plane& plane) {
  return plane.is_of_starts() && !plane.x.logarithmic && !plane.y.logarithmic;
}

Json json_of_side(Axis axis, const Range& range) {
  Json json = {{"axis", name_of(axis)}};
  json.update(Json(range));
  return json;
}

void read_side(const Json& json, Axis& axis, Range& range) {
  axis = parse_name<Axis>(json.at("axis").get<std::string>());
  range = json.get<Range>();
}

void read_plane(const Json& json, Plane& plane) {
  if (json.contains("window")) {
    plane = {json.at("window").at("w").get<Range>(), json.at("window").at("b").get<Range>()};
    return;
  }
  read_side(json.at("plane").at("x"), plane.x_axis, plane.x);
  read_side(json.at("plane").at("y"), plane.y_axis, plane.y);
}

/// What is trained, and how; nothing of the rectifier under momentum, which version 0.1 knew alone. Whether there are decay and
/// warm-up follows from the axes.
void write_training(const Sweep& sweep, Json& json) {
  if (sweep.unit != UnitKind::relu) json["unit"] = name_of(sweep.unit);
  const Optimizer& optimizer = sweep.optimizer;
  if (optimizer.kind != OptimizerKind::momentum) json["optimizer"] = name_of(optimizer.kind);
  if (optimizer.schedule != Schedule()) json["schedule"] = schedule_text(optimizer.schedule);
  if (optimizer.clip != ClipKind::none) json["clipping"] = name_of(optimizer.clip);  // "clip" is an axis
}

/// Reads it, after the plane.
void read_training(const Json& json, Sweep& sweep) {
  const auto has_axis = [&](Axis axis) {
    return json.at("axes").contains(name_of(axis)) || sweep.plane.range_of(static_cast<std::size_t>(axis)) != nullptr;
  };
  sweep.unit = parse_name<UnitKind>(json.value("unit", name_of(UnitKind::relu)));
  sweep.optimizer = {.kind = parse_name<OptimizerKind>(json.value("optimizer", name_of(OptimizerKind::momentum))),
                     .clip = parse_name<ClipKind>(json.value("clipping", name_of(ClipKind::none))),
                     .schedule = parse_schedule(json.value("schedule", schedule_text({}))).schedule,
                     .has_decay = has_axis(Axis::decay),
                     .has_warmup = has_axis(Axis::warmup)};
}

Json json_of(const Sweep& sweep) {
  Json json;
  write_training(sweep, json);
  for (const std::size_t axis : sweep.point_axes()) json["axes"][sweep.axes[axis].name] = sweep.axes[axis].values;
  const Plane& plane = sweep.plane;
  if (has_window(plane)) {
    json["window"] = {{"w", plane.x}, {"b", plane.y}};
  } else {
    json["plane"] = {{"x", json_of_side(plane.x_axis, plane.x)}, {"y", json_of_side(plane.y_axis, plane.y)}};
  }
  const Criteria& criteria = sweep.criteria;
  json["criteria"] = {{"stop", name_of(criteria.stop)},
                      {"tolerance", criteria.tolerance},
                      {"relative_tolerance", criteria.relative_tolerance},
                      {"rho", criteria.rho},
                      {"epsilon", criteria.epsilon},
                      {"max_steps", criteria.max_updates},
                      {"certify", criteria.certify}};
  if (criteria.longest_cycle > 0) json["criteria"]["cycles"] = criteria.longest_cycle;
  if (criteria.lyapunov_updates > 0) json["criteria"]["lyapunov"] = criteria.lyapunov_updates;
  json["precision"] = name_of(sweep.precision);
  for (const FieldOption& option : unit_field_options()) json["fields"][option.word] = sweep.fields.*option.place;
  for (const std::string& word : sweep.other_fields) json["fields"][word] = true;
  json["refinement"] = {{"kind", name_of(sweep.refinement.kind)}, {"sample", sweep.refinement.sample}};
  if (sweep.refinement.has_estimate()) json["refinement"]["rule"] = sweep.refinement.rule;
  return json;
}

/// A value, unless it is a long list.
std::string in_words(const Json& value) {
  constexpr std::size_t longest = 100;
  if (value.is_null()) return "absent";
  const std::string text = value.dump();
  return text.size() <= longest ? text : "another list";
}

/// The values by their names, which differ in "fields", "refinement" and "plane" from what stands in the JSON.
std::vector<std::pair<std::string, Json>> values_by_name(const Json& json) {
  std::vector<std::pair<std::string, Json>> values;
  for (const auto& [section, content] : json.items()) {
    if (!content.is_object()) {
      values.emplace_back(section, content);
      continue;
    }
    const std::string prefix = section == "fields"       ? "field "
                               : section == "refinement" ? "refinement "
                               : section == "plane"      ? "plane "
                                                         : "";
    for (const auto& [name, value] : content.items()) values.emplace_back(prefix + name, value);
  }
  return values;
}

/// The values of every axis that is not in the plane; throws ConfigError for an axis that `sweep` does not have so.
void read_axes(const Json& axes, Sweep& sweep) {
  for (const std::size_t axis : sweep.point_axes())
    sweep.axes[axis].values = axes.at(sweep.axes[axis].name).get<std::vector<double>>();
  for (const auto& [name, values] : axes.items()) {
    const auto found = std::ranges::find(sweep.axes, name, &SweepAxis::name);
    if (found == sweep.axes.end()) throw ConfigError("the axis " + name + " is unknown");
    const auto number = static_cast<std::size_t>(found - sweep.axes.begin());
    if (sweep.plane.range_of(number) != nullptr)
      throw ConfigError("the axis " + name + " is in the plane and has values, too");
    if (!sweep.uses(number)) throw ConfigError("the axis " + name + " is none of its unit and optimiser");
  }
}

void read_fields(const Json& fields, Sweep& sweep) {
  for (const FieldOption& option : unit_field_options())
    sweep.fields.*option.place = fields.at(option.word).get<bool>();
  sweep.other_fields.clear();
  for (const auto& [name, kept] : fields.items()) {
    const bool is_known =
        std::ranges::find(unit_field_options(), name, &FieldOption::word) != unit_field_options().end();
    if (!is_known && kept.get<bool>()) sweep.other_fields.push_back(name);
  }
}

}  // namespace

std::string to_json(const Sweep& sweep) {
  return json_of(sweep).dump();
}

std::string difference(const std::string& found, const std::string& asked) {
  const auto there = values_by_name(Json::parse(found));
  const auto here = values_by_name(Json::parse(asked));
  const auto value_of = [](const auto& values, const std::string& name) {
    const auto at = std::ranges::find(values, name, [](const auto& pair) { return pair.first; });
    return at == values.end() ? Json() : at->second;
  };
  std::string text;
  const auto compare = [&text](const std::string& name, const Json& one, const Json& other) {
    if (one == other) return;
    text += (text.empty() ? "" : ", ") + name + " is " + in_words(one) + " there, " + in_words(other) + " here";
  };
  // What differs as a whole has nothing to compare but that.
  compare("experiment", value_of(there, "experiment"), value_of(here, "experiment"));
  if (!text.empty()) return text;
  for (const auto& [name, value] : there) compare(name, value, value_of(here, name));
  for (const auto& [name, value] : here) {
    if (value_of(there, name).is_null()) compare(name, Json(), value);
  }
  return text;
}

Sweep sweep_from_json(const std::string& text, const std::string& where, const Sweep& defaults) {
  try {
    const Json json = Json::parse(text);
    if (json.contains("experiment"))
      throw StorageError(where + ": holds results of deadcone " + json.at("experiment").get<std::string>() +
                         ", not maps of a sweep");
    Sweep sweep = defaults;
    read_plane(json, sweep.plane);
    read_training(json, sweep);
    read_axes(json.at("axes"), sweep);
    const Json& criteria = json.at("criteria");
    sweep.criteria.stop = parse_name<StopRule>(criteria.at("stop").get<std::string>());
    sweep.criteria.tolerance = criteria.at("tolerance").get<double>();
    sweep.criteria.relative_tolerance = criteria.at("relative_tolerance").get<bool>();
    sweep.criteria.rho = criteria.at("rho").get<double>();
    sweep.criteria.epsilon = criteria.at("epsilon").get<double>();
    sweep.criteria.max_updates = criteria.at("max_steps").get<std::int64_t>();
    // The first builds of 0.1 had neither `certify` nor `refinement`.
    sweep.criteria.certify = criteria.value("certify", false);
    sweep.criteria.longest_cycle = criteria.value("cycles", std::int64_t{0});
    sweep.criteria.lyapunov_updates = criteria.value("lyapunov", std::int64_t{0});
    sweep.precision = parse_name<Precision>(json.at("precision").get<std::string>());
    read_fields(json.at("fields"), sweep);
    if (json.contains("refinement")) {
      const Json& refinement = json.at("refinement");
      sweep.refinement = {parse_name<RefinementKind>(refinement.at("kind").get<std::string>()),
                          refinement.at("sample").get<double>()};
      // Version 0.1 had one rule, and gave it no number.
      if (sweep.refinement.kind == RefinementKind::borders) sweep.refinement.rule = refinement.value("rule", 1);
    }
    validate_stored(sweep);
    return sweep;
  } catch (const Json::exception& error) {
    throw StorageError(where + ": its configuration cannot be read: " + error.what());
  } catch (const ConfigError& error) {
    throw StorageError(where + ": its configuration is damaged: " + error.what());
  }
}

}  // namespace deadcone
