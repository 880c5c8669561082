#pragma once

// What a call that computes points has in common with others of its kind.

#include <nanobind/nanobind.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/file_options.hpp"
#include "deadcone/mapper.hpp"
#include "file/schema.hpp"
#include "result_arrays.hpp"

namespace deadcone::python {

/// Where results go that are not kept in memory.
struct Output {
  std::string path;  ///< empty: memory
  ExistingFile existing = ExistingFile::refuse;
  MissingLock missing_lock = MissingLock::refuse;
};

class Run {
 public:
  virtual ~Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Computes; to be called once. `report(done, all, updates)` may be None. Throws what the library throws, and errors of
  /// Python: those of `report` and of signals. Whatever is thrown, the finished points are in the file or the arrays.
  void run(const nanobind::object& report);

  /// After run(), of results in memory: those of to_dict(). None where the work failed before it began.
  nanobind::object results() const;
  /// What the caller should know: devices that are not used.
  virtual std::vector<std::string> warnings() const;
  std::string path() const { return output_.path; }

 protected:
  /// `call` is what the history of the results says.
  Run(const Execution& execution, Output output, std::string call);

  /// What the results in memory are.
  virtual Schema schema() const = 0;
  /// Does the work in a thread without Python's lock: into `arrays`, or into the file where these are null.
  virtual void compute(ResultArrays* arrays) = 0;

  const Execution& execution() const { return execution_; }
  const Output& output() const { return output_; }
  Meter& meter() { return meter_; }
  /// What devices have to say.
  DeviceNote device_note();
  /// Says what the work runs on; RunInfo has it.
  RunInfo run_info(const std::string& device);
  /// Says how much there is to do, as the meter counts pixels.
  void expect(std::int64_t all) { all_ = all; }

 private:
  void compute_somewhere();

  Execution execution_;
  Output output_;
  RunInfo run_info_;
  std::unique_ptr<ResultArrays> arrays_;
  std::vector<std::string> device_notes_;
  Meter meter_;
  std::atomic<std::int64_t> all_ = 0;
};

}  // namespace deadcone::python
