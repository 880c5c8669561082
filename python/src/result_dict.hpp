#pragma once

// Results in memory as Python has them.

#include <nanobind/nanobind.h>

#include "deadcone/file_options.hpp"
#include "result_arrays.hpp"

namespace deadcone::python {

/// `coordinates` and `variables`, lists of (name, dimensions, values, attributes), and `attributes`, all as the file of a
/// run would have them. The arrays are closed.
nanobind::dict to_dict(const ResultArrays& arrays, const RunInfo& run_info);

}  // namespace deadcone::python
