#pragma once

// The exit statuses of the command line.

#include <csignal>
#include <stdexcept>
#include <string>

#include "deadcone/errors.hpp"

namespace deadcone {

enum ExitStatus : int {
  exit_done = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_storage = 3,
  exit_device = 4,
  exit_by_signal = 128,                        ///< plus the number of the signal that asked to end
  exit_interrupted = exit_by_signal + SIGINT,  ///< 130
};

/// The exit status of a process that ends because of a signal, as shells give it.
constexpr ExitStatus status_of_signal(int signal) {
  return static_cast<ExitStatus>(exit_by_signal + signal);
}

/// The exit status that an error of this kind leads to.
constexpr ExitStatus status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::config:
      return exit_usage;
    case ErrorKind::storage:
      return exit_storage;
    case ErrorKind::device:
      return exit_device;
    case ErrorKind::interrupted:
      return exit_interrupted;
    case ErrorKind::memory:
    case ErrorKind::failed:
      break;
  }
  return exit_failed;
}

/// Ends the program with a message and a status that no kind of error has.
struct EndWithStatus : std::runtime_error {
  EndWithStatus(const std::string& message, ExitStatus with) : std::runtime_error(message), status(with) {}
  ExitStatus status;
};

}  // namespace deadcone
