#include "run.hpp"

#include <functional>
#include <optional>
#include <utility>

#include "file/shard_path.hpp"
#include "result_dict.hpp"
#include "tasks.hpp"

namespace deadcone::python {
namespace {

namespace nb = nanobind;

/// Closes arrays, which else hold anything where nothing was computed.
class ClosesAtEnd {
 public:
  explicit ClosesAtEnd(ResultArrays& arrays) : arrays_(arrays) {}
  ~ClosesAtEnd() { arrays_.close(); }
  ClosesAtEnd(const ClosesAtEnd&) = delete;
  ClosesAtEnd& operator=(const ClosesAtEnd&) = delete;

 private:
  ResultArrays& arrays_;
};

}  // namespace

Run::Run(const Execution& execution, Output output, std::string call)
    : execution_(execution),
      output_(std::move(output)),
      run_info_{.command_line = std::move(call), .device = {}, .missing_lock = output_.missing_lock} {
  if (!output_.path.empty() && execution_.shard.count > 1) output_.path = path_of_shard(output_.path, execution_.shard);
}

void Run::run(const nb::object& report) {
  const auto call_report = [&] { report(meter_.pixels.load(), all_.load(), meter_.updates.load()); };
  run_task([this] { compute_somewhere(); }, meter_.stop, report.is_none() ? std::function<void()>() : call_report);
}

void Run::compute_somewhere() {
  if (!output_.path.empty()) {
    const FileUse use;
    compute(nullptr);
    return;
  }
  arrays_ = std::make_unique<ResultArrays>(schema());
  const ClosesAtEnd closes(*arrays_);
  compute(arrays_.get());
}

nb::object Run::results() const {
  if (!arrays_) return nb::none();
  return to_dict(*arrays_, run_info_);
}

std::vector<std::string> Run::warnings() const {
  std::vector<std::string> all;
  for (const std::string& note : device_notes_) all.push_back("device: " + note);
  return all;
}

DeviceNote Run::device_note() {
  return [this](const std::string& note) { device_notes_.push_back(note); };
}

RunInfo Run::run_info(const std::string& device) {
  run_info_.device = device;
  return run_info_;
}

}  // namespace deadcone::python
