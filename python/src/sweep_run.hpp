#pragma once

// One call of deadcone.sweep().

#include <nanobind/nanobind.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "array_sink.hpp"
#include "deadcone/config.hpp"
#include "deadcone/file_options.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone::python {

/// Where a sweep goes that is not kept in memory.
struct Output {
  std::string path;  ///< empty: memory
  ExistingFile existing = ExistingFile::refuse;
  MissingLock missing_lock = MissingLock::refuse;
};

class SweepRun {
 public:
  /// `call` is what the history of the results says.
  SweepRun(Sweep sweep, const Execution& execution, Output output, std::string call);

  /// Computes; to be called once. `report(pixels, all_pixels, updates)` may be None. Throws what the library throws, and errors
  /// of Python: those of `report` and of signals. Whatever is thrown, the finished points are in the file or the arrays.
  void run(const nanobind::object& report);

  /// After run(), of a sweep in memory: `coordinates` and `variables`, lists of (name, dimensions, values, attributes), and
  /// `attributes`, all as the file would have them. None where the sweep failed before it began.
  nanobind::object results() const;
  /// What the caller should know: devices that are not used, where no theorem can hold, what the results may be doubted for.
  std::vector<std::string> warnings() const;
  std::string path() const { return output_.path; }

 private:
  void compute();

  Sweep sweep_;
  Execution execution_;
  Output output_;
  std::string call_;
  std::string device_;
  std::unique_ptr<ArraySink> arrays_;
  std::vector<std::string> device_notes_;
  std::vector<std::string> remarks_;
  Meter meter_;
  std::atomic<std::int64_t> all_pixels_ = 0;
};

}  // namespace deadcone::python
