#include "network/birth_json.hpp"

#include <nlohmann/json.hpp>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* experiment = "birth";

}  // namespace

std::string to_json(const BirthSweep& sweep) {
  const NetworkKind& kind = sweep.kind;
  Json json = {{"experiment", experiment}};
  for (const BirthAxis axis : sweep.used_axes()) json["axes"][name_of(axis)] = sweep.values(axis);
  if (!sweep.widths.empty()) json["widths"] = sweep.widths;
  json["init"] = name_of(kind.init);
  json["bias"] = name_of(kind.bias);
  json["inputs"] = name_of(kind.inputs);
  json["redraw"] = kind.redraw;
  json["leak"] = kind.leak;
  json["skip"] = name_of(kind.skip);
  json["batch_norm"] = kind.batch_norm;
  json["sign_flip"] = kind.sign_flip;
  json["networks"] = sweep.networks;
  json["precision_goal"] = sweep.precision_goal;
  json["seed"] = kind.seed;
  json["precision"] = name_of(kind.precision);
  return json.dump();
}

bool is_of_births(const std::string& configuration) {
  const Json json = Json::parse(configuration, nullptr, false);
  return json.is_object() && json.contains("experiment") && json["experiment"] == experiment;
}

BirthSweep birth_from_json(const std::string& text, const std::string& where) {
  if (!is_of_births(text)) throw StorageError(where + ": holds no results of deadcone birth");
  try {
    const Json json = Json::parse(text);
    BirthSweep sweep;
    NetworkKind& kind = sweep.kind;
    const auto name = [&json](const char* key) { return json.at(key).get<std::string>(); };
    kind.init = parse_name<Initialization>(name("init"));
    kind.bias = parse_name<BiasKind>(name("bias"));
    kind.inputs = parse_name<InputKind>(name("inputs"));
    kind.redraw = json.at("redraw").get<bool>();
    kind.leak = json.at("leak").get<double>();
    kind.skip = parse_name<Skip>(name("skip"));
    kind.batch_norm = json.at("batch_norm").get<bool>();
    kind.sign_flip = json.at("sign_flip").get<bool>();
    kind.seed = json.at("seed").get<std::uint64_t>();
    kind.precision = parse_name<Precision>(name("precision"));
    sweep.networks = json.at("networks").get<std::int64_t>();
    sweep.precision_goal = json.at("precision_goal").get<double>();
    if (json.contains("widths")) sweep.widths = json.at("widths").get<std::vector<std::int64_t>>();
    const Json& axes = json.at("axes");
    for (const auto& [axis, values] : axes.items()) {
      const auto known = parse_name<BirthAxis>(axis);
      if (!sweep.uses(known)) throw ConfigError("the axis " + axis + " is none of these networks");
      sweep.values(known) = values.get<std::vector<double>>();
    }
    for (const BirthAxis axis : sweep.used_axes()) {
      if (!axes.contains(name_of(axis))) throw ConfigError(std::string("the axis ") + name_of(axis) + " is missing");
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
