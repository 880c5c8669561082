#pragma once

// What can go wrong.

#include <stdexcept>
#include <string>

namespace deadcone {

enum class ErrorKind {
  failed,       ///< anything else
  config,       ///< the configuration is wrong
  storage,      ///< the disk or the file failed
  device,       ///< the device asked for is not there, or it failed
  interrupted,  ///< the caller asked to stop
};

/// An error of one kind; what() is one line that says what is wrong and where.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ErrorKind kind = ErrorKind::failed)
      : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

struct ConfigError : Error {
  explicit ConfigError(const std::string& message) : Error(message, ErrorKind::config) {}
};

/// The output exists, and the caller did not allow replacing it.
struct FileExists : ConfigError {
  explicit FileExists(const std::string& message) : ConfigError(message) {}
};

struct StorageError : Error {
  explicit StorageError(const std::string& message) : Error(message, ErrorKind::storage) {}
};

struct DeviceError : Error {
  explicit DeviceError(const std::string& message) : Error(message, ErrorKind::device) {}
};

struct Interrupted : Error {
  Interrupted() : Error("interrupted", ErrorKind::interrupted) {}
};

}  // namespace deadcone
