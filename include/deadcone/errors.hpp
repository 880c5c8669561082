#pragma once

// What can go wrong, by the exit status it leads to.

#include <stdexcept>
#include <string>

namespace deadcone {

/// The exit statuses of the command line.
enum ExitStatus : int {
  exit_done = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_storage = 3,
  exit_device = 4,
  exit_interrupted = 130,  ///< by SIGINT
  exit_terminated = 143,   ///< by SIGTERM
};

/// An error with an exit status; what() is one line: what, where, and what to do.
class Error : public std::runtime_error {
 public:
  Error(const std::string& message, ExitStatus status) : std::runtime_error(message), status_(status) {}
  ExitStatus status() const noexcept { return status_; }

 private:
  ExitStatus status_;
};

/// The command line or the configuration is wrong.
struct ConfigError : Error {
  explicit ConfigError(const std::string& message) : Error(message, exit_usage) {}
};

/// The disk or the file failed.
struct StorageError : Error {
  explicit StorageError(const std::string& message) : Error(message, exit_storage) {}
};

/// The device asked for is not there, or it failed.
struct DeviceError : Error {
  explicit DeviceError(const std::string& message) : Error(message, exit_device) {}
};

/// The user asked to stop.
struct Interrupted : Error {
  Interrupted() : Error("interrupted", exit_interrupted) {}
};

}  // namespace deadcone
