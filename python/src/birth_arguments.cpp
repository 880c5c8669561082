#include "birth_arguments.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <string>
#include <vector>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "network/birth_text.hpp"
#include "read_argument.hpp"

namespace deadcone::python {
namespace {

namespace nb = nanobind;

template <class Kind>
void read_kind(const nb::kwargs& arguments, const char* name, Kind& kind) {
  if (!arguments.contains(name)) return;
  read_argument(name, [&] { kind = parse_name<Kind>(text_of(arguments[name])); });
}

template <class T>
void read_value(const nb::kwargs& arguments, const char* name, T& value) {
  if (arguments.contains(name)) value = nb::cast<T>(arguments[name]);
}

void read_kind_of_networks(const nb::kwargs& arguments, NetworkKind& kind) {
  read_kind(arguments, "init", kind.init);
  read_kind(arguments, "inputs", kind.inputs);
  read_kind(arguments, "skip", kind.skip);
  read_kind(arguments, "precision", kind.precision);
  read_value(arguments, "redraw", kind.redraw);
  read_value(arguments, "leaky", kind.leak);
  read_value(arguments, "batch_norm", kind.batch_norm);
  read_value(arguments, "sign_flip", kind.sign_flip);
  if (!arguments.contains("seed")) return;
  const auto seed = nb::cast<std::int64_t>(arguments["seed"]);
  if (seed < 0) throw ConfigError("seed", "must be >= 0, but is " + std::to_string(seed));
  kind.seed = static_cast<std::uint64_t>(seed);
}

void read_widths(const nb::handle& value, BirthSweep& sweep) {
  if (!nb::isinstance<nb::str>(value)) {
    sweep.widths = nb::cast<std::vector<std::int64_t>>(value);
    if (sweep.widths.empty()) throw ConfigError("widths", "must have a value");
    return;
  }
  read_argument("widths", [&] { sweep.widths = parse_widths(text_of(value)); });
}

void read_axes(const nb::dict& axes, BirthSweep& sweep) {
  for (const auto& [key, value] : axes) {
    const std::string name = text_of(key);
    std::vector<double>& values = sweep.values(parse_name<BirthAxis>(name));
    if (nb::isinstance<nb::str>(value)) {
      read_argument(name, [&] { values = parse_axis(text_of(value)); });
    } else {
      values = nb::cast<std::vector<double>>(value);
    }
  }
}

}  // namespace

BirthSweep birth_of(const nb::kwargs& arguments) {
  BirthSweep sweep;
  read_kind_of_networks(arguments, sweep.kind);
  read_value(arguments, "networks", sweep.networks);
  read_value(arguments, "precision_goal", sweep.precision_goal);
  if (arguments.contains("widths")) read_widths(arguments["widths"], sweep);
  const auto axes = nb::cast<nb::dict>(arguments["axes"]);
  read_axes(axes, sweep);
  bool bias_has_deviation = false;
  if (arguments.contains("bias"))
    read_argument("bias", [&] { bias_has_deviation = set_bias(text_of(arguments["bias"]), sweep); });
  std::vector<BirthAxis> given;
  for (const auto& [key, value] : axes) given.push_back(parse_name<BirthAxis>(text_of(key)));
  check_given(sweep, given, bias_has_deviation);
  validate(sweep);
  return sweep;
}

nb::dict default_birth_arguments() {
  const BirthSweep sweep;
  const NetworkKind& kind = sweep.kind;
  nb::dict all;
  all["init"] = name_of(kind.init);
  all["bias"] = name_of(kind.bias);
  all["inputs"] = name_of(kind.inputs);
  all["redraw"] = kind.redraw;
  all["leaky"] = kind.leak;
  all["skip"] = name_of(kind.skip);
  all["batch_norm"] = kind.batch_norm;
  all["sign_flip"] = kind.sign_flip;
  all["networks"] = sweep.networks;
  all["precision_goal"] = sweep.precision_goal;
  all["seed"] = kind.seed;
  all["precision"] = name_of(kind.precision);
  nb::dict axes;
  for (const Named<BirthAxis>& axis : NameTable<BirthAxis>::values)
    axes[axis.name] = traits_of(axis.kind).default_value;
  all["axes"] = axes;
  return all;
}

}  // namespace deadcone::python
