#include "sweep_run.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include "array_sinks.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/sweep_file.hpp"
#include "file/experiment.hpp"
#include "file/stored_axes.hpp"
#include "sweep/remarks.hpp"

namespace deadcone::python {

SweepRun::SweepRun(Sweep sweep, const Execution& execution, Output output, std::string call)
    : Run(execution, std::move(output), std::move(call)), sweep_(std::move(sweep)) {}

Schema SweepRun::schema() const {
  return unit_experiment().schema(sweep_);
}

void SweepRun::compute(ResultArrays* arrays) {
  const Experiment& experiment = unit_experiment();
  if (arrays == nullptr && output().existing == ExistingFile::resume)
    adopt_stored_axes(output().path, sweep_, experiment);
  const std::unique_ptr<Mapper> mapper = make_mapper(execution(), device_note());
  const RunInfo info = run_info(mapper->description());
  std::unique_ptr<SweepSink> sink;
  if (arrays != nullptr) {
    sink = std::make_unique<ArraySink>(sweep_, experiment, *arrays);
  } else {
    sink = std::make_unique<SweepWriter>(output().path, sweep_, info, output().existing, experiment);
  }
  const std::vector<PointRun> runs = points_to_compute(sweep_, execution().shard, *sink);
  std::int64_t points = 0;
  for (const PointRun& run : runs) points += run.count;
  expect(points * sweep_.plane.pixels());
  remarks_ = remarks_before(sweep_, runs);
  run_sweep(sweep_, execution().shard, *mapper, *sink, meter(), {});
}

std::vector<std::string> SweepRun::warnings() const {
  std::vector<std::string> all = Run::warnings();
  all.insert(all.end(), remarks_.begin(), remarks_.end());
  const char* advice = sweep_.precision == Precision::float32 ? "; precision='double' rounds less" : "";
  for (const auto& [name, text] : unit_experiment().warnings(sweep_)) all.push_back(name + ": " + text + advice);
  return all;
}

}  // namespace deadcone::python
