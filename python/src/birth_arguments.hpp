#pragma once

// Arguments of Python's functions as the structs of network/birth.hpp.

#include <nanobind/nanobind.h>

#include "deadcone/network/birth.hpp"

namespace deadcone::python {

/// The keyword arguments of deadcone.birth() that say what is computed. Those that are missing have the library's defaults.
/// Throws ConfigError; the sweep is valid.
BirthSweep birth_of(const nanobind::kwargs& arguments);

/// The defaults of these arguments.
nanobind::dict default_birth_arguments();

}  // namespace deadcone::python
