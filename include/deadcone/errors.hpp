#pragma once

// What can go wrong: every error that the library throws has a kind. The library reports facts; what a user can do about
// them depends on where the call came from (an option, an argument), so the caller adds that.

#include <stdexcept>
#include <string>

namespace deadcone {

enum class ErrorKind {
  failed,       ///< anything else
  config,       ///< the configuration is wrong
  storage,      ///< the disk or the file failed
  device,       ///< the requested device is missing, or it failed
  memory,       ///< the results do not fit in memory
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

class ConfigError : public Error {
 public:
  explicit ConfigError(const std::string& message) : Error(message, ErrorKind::config) {}
  /// `fault` is the predicate of a sentence about the parameter: "must be > 0, but is -1". what() is the sentence.
  ConfigError(const std::string& parameter, const std::string& fault)
      : Error(parameter + " " + fault, ErrorKind::config), parameter_(parameter), fault_(fault) {}

  /// The parameter that is wrong, by the name of its member in config.hpp, the name of its axis, or "w" or "b" for a
  /// start or a side of the window; empty where no single one is.
  const std::string& parameter() const noexcept { return parameter_; }
  /// What is wrong with it; empty where parameter() is.
  const std::string& fault() const noexcept { return fault_; }

 private:
  std::string parameter_;
  std::string fault_;
};

/// What was given for a parameter cannot be read or used.
class UnusableValue : public ConfigError {
 public:
  /// `reason` is a sentence of its own: "'1:x' is not a number". what() begins with the parameter.
  UnusableValue(const std::string& parameter, const std::string& reason)
      : ConfigError(parameter + ": " + reason), parameter_(parameter), reason_(reason) {}

  /// As ConfigError::parameter().
  const std::string& given_for() const noexcept { return parameter_; }
  const std::string& reason() const noexcept { return reason_; }

 private:
  std::string parameter_;
  std::string reason_;
};

/// The output exists, and the caller did not allow replacing it.
struct FileExists : ConfigError {
  explicit FileExists(const std::string& message) : ConfigError(message) {}
};

struct StorageError : Error {
  explicit StorageError(const std::string& message) : Error(message, ErrorKind::storage) {}
};

/// The file system cannot lock the output, and the caller did not allow going on without.
struct CannotLock : StorageError {
  explicit CannotLock(const std::string& message) : StorageError(message) {}
};

/// Results could not be put into the output file; a journal beside it keeps them.
struct ResultsInJournal : StorageError {
  explicit ResultsInJournal(const std::string& message) : StorageError(message) {}
};

struct DeviceError : Error {
  explicit DeviceError(const std::string& message) : Error(message, ErrorKind::device) {}
};

/// There is no device of the requested kind: none that fails, either.
struct NoDevice : DeviceError {
  explicit NoDevice(const std::string& message) : DeviceError(message) {}
};

struct OutOfMemory : Error {
  explicit OutOfMemory(const std::string& message) : Error(message, ErrorKind::memory) {}
};

struct Interrupted : Error {
  Interrupted() : Error("interrupted", ErrorKind::interrupted) {}
};

}  // namespace deadcone
