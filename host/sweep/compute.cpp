#include "deadcone/compute.hpp"

#include <memory>

namespace deadcone {

void compute(const Sweep& sweep, const Execution& execution, SweepSink& sink, ComputeProgress& progress) {
  validate(sweep);
  validate(execution);
  const std::unique_ptr<Mapper> mapper = make_mapper(execution, progress.device_note);
  run_sweep(sweep, execution.shard, *mapper, sink, progress.meter, [&progress](const FinishedPoints& finished) {
    progress.points.fetch_add(finished.points.count, std::memory_order_relaxed);
    if (progress.points_finished) progress.points_finished(finished);
  });
}

void compute(const Sweep& sweep, const Execution& execution, SweepSink& sink) {
  ComputeProgress progress;
  compute(sweep, execution, sink, progress);
}

Maps compute(const Sweep& sweep, const Execution& execution, ComputeProgress& progress) {
  MemorySink sink(sweep);
  compute(sweep, execution, sink, progress);
  return sink.release();
}

Maps compute(const Sweep& sweep, const Execution& execution) {
  ComputeProgress progress;
  return compute(sweep, execution, progress);
}

}  // namespace deadcone
