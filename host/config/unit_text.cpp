#include "config/unit_text.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "config/parse.hpp"
#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// A name with those of its constants: "clip:LO:HI".
std::string form_of(UnitKind kind) {
  std::string form = name_of(kind);
  const UnitConstants constants = constants_of(kind);
  for (std::size_t i = 0; i < constants.count; ++i) form += std::string(":") + constants.names[i];
  return form;
}

[[noreturn]] void reject(const std::string& text, const std::string& why) {
  throw ConfigError("'" + text + "' is not a unit: " + why);
}

double parse_constant(const std::string& text, const std::string& name, const std::string& part) {
  double value = NAN;
  try {
    value = parse_number(part);
  } catch (const ConfigError&) {
    reject(text, name + " must be a number, but is '" + part + "'");
  }
  if (!std::isfinite(value)) reject(text, name + " must be finite");
  return value;
}

}  // namespace

std::string unit_forms() {
  std::string forms;
  for (const Named<UnitKind>& each : NameTable<UnitKind>::values) {
    forms += (forms.empty() ? "" : "|") + form_of(each.kind);
  }
  return forms;
}

Unit parse_unit(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const auto& kinds = NameTable<UnitKind>::values;
  const auto found = std::ranges::find_if(kinds, [&](const auto& each) { return parts[0] == each.name; });
  if (found == kinds.end()) reject(text, unit_forms());
  Unit unit = {.kind = found->kind, .constants = {}};
  const UnitConstants constants = constants_of(unit.kind);
  if (parts.size() == 1) {
    const std::vector<Axis> axes = axes_of_constants(unit.kind);
    for (std::size_t i = 0; i < axes.size(); ++i) unit.constants[i] = traits_of(axes[i]).default_value();
    return unit;
  }
  if (parts.size() != constants.count + 1) reject(text, "it must have the form " + form_of(unit.kind));
  for (std::size_t i = 0; i < constants.count; ++i) {
    unit.constants[i] = parse_constant(text, constants.names[i], parts[i + 1]);
  }
  if (unit.kind == UnitKind::elu && !(unit.constants[0] > 0.0)) reject(text, "ALPHA must be > 0");
  if (unit.kind == UnitKind::clip && !(unit.constants[0] < unit.constants[1])) reject(text, "LO must be less than HI");
  return unit;
}

std::string unit_text(const Unit& unit) {
  std::string text = name_of(unit.kind);
  for (std::size_t i = 0; i < constants_of(unit.kind).count; ++i) text += ":" + shortest(unit.constants[i]);
  return text;
}

}  // namespace deadcone
