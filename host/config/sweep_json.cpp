#include "config/sweep_json.hpp"

#include "deadcone/errors.hpp"
#include "config/parse.hpp"
#include "config/range_json.hpp"

namespace deadcone {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Sweep& sweep) {
  Json json;
  for (const SweepAxis& axis : sweep.axes) json["axes"][axis.name] = axis.values;
  json["window"] = {{"w", sweep.window.w}, {"b", sweep.window.b}};
  const Criteria& criteria = sweep.criteria;
  json["criteria"] = {{"stop", name_of(criteria.stop)},
                      {"tolerance", criteria.tolerance},
                      {"relative_tolerance", criteria.relative_tolerance},
                      {"rho", criteria.rho},
                      {"epsilon", criteria.epsilon},
                      {"max_steps", criteria.max_updates},
                      {"certify", criteria.certify}};
  json["precision"] = name_of(sweep.precision);
  json["fields"] = {{"steps", sweep.fields.updates}, {"final", sweep.fields.final}, {"loss", sweep.fields.loss}};
  json["refinement"] = {{"kind", name_of(sweep.refinement.kind)}, {"sample", sweep.refinement.sample}};
  return json;
}

/// A value, unless it is a long list.
std::string in_words(const Json& value) {
  constexpr std::size_t longest = 60;
  const std::string text = value.dump();
  return text.size() <= longest ? text : "another list";
}

}  // namespace

std::string to_json(const Sweep& sweep) {
  return json_of(sweep).dump();
}

std::string difference(const Sweep& found, const Sweep& asked) {
  const Json all_found = json_of(found);
  const Json all_asked = json_of(asked);
  std::string text;
  const auto compare = [&text](const std::string& name, const Json& there, const Json& here) {
    if (there == here) return;
    text += (text.empty() ? "" : ", ") + name + " is " + in_words(there) + " there, " + in_words(here) + " here";
  };
  for (const auto& [section, values] : all_found.items()) {
    if (!values.is_object()) {
      compare(section, values, all_asked.at(section));
      continue;
    }
    for (const auto& [name, value] : values.items()) {
      const std::string full_name = section == "fields"       ? "field " + name
                                    : section == "refinement" ? "refinement " + name
                                                              : name;
      compare(full_name, value, all_asked.at(section).at(name));
    }
  }
  return text;
}

Sweep sweep_from_json(const std::string& text, const std::string& where) {
  try {
    const Json json = Json::parse(text);
    Sweep sweep;
    for (SweepAxis& axis : sweep.axes) axis.values = json.at("axes").at(axis.name).get<std::vector<double>>();
    sweep.window = {json.at("window").at("w").get<Range>(), json.at("window").at("b").get<Range>()};
    const Json& criteria = json.at("criteria");
    sweep.criteria.stop = parse_name<StopRule>(criteria.at("stop").get<std::string>());
    sweep.criteria.tolerance = criteria.at("tolerance").get<double>();
    sweep.criteria.relative_tolerance = criteria.at("relative_tolerance").get<bool>();
    sweep.criteria.rho = criteria.at("rho").get<double>();
    sweep.criteria.epsilon = criteria.at("epsilon").get<double>();
    sweep.criteria.max_updates = criteria.at("max_steps").get<std::int64_t>();
    sweep.criteria.certify = criteria.value("certify", false);  // 0.1.0 had no such thing
    sweep.precision = parse_name<Precision>(json.at("precision").get<std::string>());
    const Json& fields = json.at("fields");
    sweep.fields = {fields.at("steps").get<bool>(), fields.at("final").get<bool>(), fields.at("loss").get<bool>()};
    if (json.contains("refinement")) {
      const Json& refinement = json.at("refinement");
      sweep.refinement = {parse_name<RefinementKind>(refinement.at("kind").get<std::string>()),
                          refinement.at("sample").get<double>()};
    }
    validate(sweep);
    return sweep;
  } catch (const Json::exception& error) {
    throw StorageError(where + ": its configuration cannot be read: " + error.what());
  } catch (const ConfigError& error) {
    throw StorageError(where + ": its configuration is damaged: " + error.what());
  }
}

}  // namespace deadcone
