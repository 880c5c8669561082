#pragma once

#include <string>

#include "deadcone/config.hpp"
#include "file/experiment.hpp"

namespace deadcone {

/// Gives the axes of `sweep` their values in the file at `path`, where those differ by rounding alone: version 0.1
/// rounded the values of LO:HI:N otherwise, and its sweeps must be resumed with their own. Does nothing to other axes, and
/// nothing where the path is no such file, which its writer reports.
void adopt_stored_axes(const std::string& path, Sweep& sweep, const Experiment& experiment);

}  // namespace deadcone
