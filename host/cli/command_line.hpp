#pragma once

#include "deadcone/sweep_file.hpp"

namespace deadcone {

/// Runs the program: parses the arguments, runs one command on stdout and stderr, and returns the exit status. After
/// exit_storage the process must end without cleaning up (std::_Exit): HDF5 would try once more to write what it could
/// not.
int run_command_line(int argc, const char* const* argv, const Experiment& experiment = unit_experiment());

}  // namespace deadcone
