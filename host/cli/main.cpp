#include <cstdlib>
#include <iostream>

#include "cli/command_line.hpp"
#include "cli/exit_status.hpp"
#include "cli/process.hpp"

int main(int argc, char** argv) {
  if (!deadcone::prepare_process()) return deadcone::exit_failed;
  const int status = deadcone::run_command_line(argc, argv);
  std::cout.flush();
  // When the process ends normally, HDF5 tries again to write what it could not.
  if (status == deadcone::exit_storage) std::_Exit(status);
  return status;
}
