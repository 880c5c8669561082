#include "register_errors.hpp"

#include <nanobind/nanobind.h>

#include <exception>
#include <string>

#include "base/printable.hpp"
#include "config/parse.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/network/birth_sweep.hpp"
#include "result_arrays.hpp"

namespace deadcone::python {
namespace {

namespace nb = nanobind;

/// The message, with what the caller can do.
std::string text_for_caller(const Error& error) {
  std::string text = printable(error.what());
  if (dynamic_cast<const FileExists*>(&error) != nullptr) return text + "; overwrite=True replaces it";
  if (dynamic_cast<const CannotLock*>(&error) != nullptr) return text + "; lock=False writes it all the same";
  if (dynamic_cast<const ResultsInJournal*>(&error) != nullptr) return text + ", and resume=True takes them in";
  if (const auto* config = dynamic_cast<const ConfigError*>(&error);
      config != nullptr && !config->parameter().empty()) {
    return given_name(config->parameter()) + " " + config->fault();
  }
  if (error.kind() == ErrorKind::device) return text + "; use device='cpu'";
  if (dynamic_cast<const NetworksDoNotFit*>(&error) != nullptr)
    return text + "; use narrower networks, fewer points or fewer threads";
  if (dynamic_cast<const PointsDoNotFit*>(&error) != nullptr) return text + "; use a sweep of fewer points";
  if (error.kind() == ErrorKind::memory) return text + "; use fewer pixels";
  return text;
}

const char* class_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::config:
      return "ConfigError";
    case ErrorKind::storage:
      return "StorageError";
    case ErrorKind::device:
      return "DeviceError";
    case ErrorKind::memory:
      return "OutOfMemory";
    case ErrorKind::interrupted:
      return "Interrupted";
    case ErrorKind::failed:
      break;
  }
  return "Error";
}

}  // namespace

void register_errors() {
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      const nb::object type = nb::module_::import_("deadcone.errors").attr(class_of(error.kind()));
      PyErr_SetString(type.ptr(), text_for_caller(error).c_str());
    }
  });
}

}  // namespace deadcone::python
