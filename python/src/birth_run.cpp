#include "birth_run.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include "array_sinks.hpp"
#include "deadcone/birth_file.hpp"
#include "deadcone/network/birth_sweep.hpp"
#include "file/birth_experiment.hpp"

namespace deadcone::python {

BirthRun::BirthRun(BirthSweep sweep, const Execution& execution, Output output, std::string call)
    : Run(execution, std::move(output), std::move(call)), sweep_(std::move(sweep)) {}

Schema BirthRun::schema() const {
  return birth_schema(sweep_);
}

void BirthRun::compute(ResultArrays* arrays) {
  const std::unique_ptr<BirthMapper> mapper = make_birth_mapper(execution(), device_note());
  const RunInfo info = run_info(mapper->description());
  std::unique_ptr<BirthSink> sink;
  if (arrays != nullptr) {
    sink = std::make_unique<BirthArraySink>(sweep_, *arrays);
  } else {
    sink = std::make_unique<BirthWriter>(output().path, sweep_, info, output().existing);
  }
  expect(static_cast<std::int64_t>(work_of(sweep_, execution().shard, *mapper, *sink).networks));
  run_births(sweep_, execution().shard, *mapper, *sink, meter());
}

}  // namespace deadcone::python
