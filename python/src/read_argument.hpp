#pragma once

// What readers of arguments have in common.

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <string>

#include "deadcone/errors.hpp"

namespace deadcone::python {

/// Calls `use`, and says of which argument a text cannot be read.
template <class Use>
void read_argument(const std::string& argument, const Use& use) {
  try {
    use();
  } catch (const ConfigError& error) {
    if (!error.parameter().empty()) throw;
    throw UnusableValue(argument, error.what());
  }
}

inline std::string text_of(const nanobind::handle& value) {
  return nanobind::cast<std::string>(value);
}

}  // namespace deadcone::python
