#include "cli/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace deadcone {
namespace {

/// A standard stream, and how /dev/null is opened in its place. Reading from a closed stdin and writing to a closed
/// stdout fail, as they would without.
struct StandardStream {
  int descriptor;
  int mode;
};
constexpr StandardStream standard_streams[] = {
    {STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_WRONLY}};

bool is_closed(int descriptor) {
  return fcntl(descriptor, F_GETFD) == -1 && errno == EBADF;
}

}  // namespace

bool prepare_process() {
  for (const StandardStream& stream : standard_streams) {
    // open() takes the lowest descriptor that is free, which is this one: those below are open by now.
    if (is_closed(stream.descriptor) && open("/dev/null", stream.mode) != stream.descriptor) return false;
  }
  std::signal(SIGXFSZ, SIG_IGN);
  setenv("CUDA_DEVICE_MAX_CONNECTIONS", "32", 0);
  return true;
}

}  // namespace deadcone
