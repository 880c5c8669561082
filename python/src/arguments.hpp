#pragma once

// Arguments of Python's functions as the structs of config.hpp.

#include <nanobind/nanobind.h>

#include "deadcone/config.hpp"
#include "deadcone/map.hpp"
#include "file/experiment.hpp"

namespace deadcone::python {

/// The keyword arguments of deadcone.sweep() that say what is computed. Those that are missing have the library's defaults.
/// Throws ConfigError; the sweep is valid.
Sweep sweep_of(const nanobind::kwargs& arguments, const Experiment& experiment);

/// The map of one trajectory: as a sweep of one point, whose w and b are not used.
Map map_of(const nanobind::kwargs& arguments, const Experiment& experiment);

/// How a sweep is run: part `shard` of `shards`, counted from 1. Throws ConfigError.
Execution execution_of(const std::string& device, int threads, std::int64_t shard, std::int64_t shards);

/// The defaults of the arguments that sweep_of() takes. An axis that has none, a side of the window, is not a number.
nanobind::dict default_arguments(const Experiment& experiment);

}  // namespace deadcone::python
