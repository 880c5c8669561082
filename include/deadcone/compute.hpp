#pragma once

// Computes a sweep: one call that validates, picks the device and runs.

#include <atomic>
#include <cstdint>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/memory_sink.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/sweep_sink.hpp"

namespace deadcone {

/// How far a computation is, and how to stop it. The caller owns it; any thread may read it, or set `meter.stop`, while
/// the computation runs. It serves one computation.
struct ComputeProgress {
  Meter meter;                           ///< pixels and updates so far; set `stop` to end with Interrupted
  std::atomic<std::int64_t> points = 0;  ///< points that are in the sink
  /// Called when a group of points is in the sink; may be empty. Calls come one at a time, from a thread of the library.
  /// An exception ends the computation.
  PointsFinished points_finished;
  DeviceNote device_note;  ///< called at the start for every device that is there and is not used; may be empty
};

/// Computes the points of `execution.shard` that `sink` does not have yet, hands them over in order and closes the sink.
///
/// Throws ConfigError for a wrong sweep or execution, before any work; DeviceError where the device is missing or fails;
/// Interrupted when `progress.meter.stop` is set; and what the sink throws. Whatever is thrown, the points that were
/// finished before are in the sink. Several computations may run at once, each with its own sink and progress.
void compute(const Sweep& sweep, const Execution& execution, SweepSink& sink, ComputeProgress& progress);
void compute(const Sweep& sweep, const Execution& execution, SweepSink& sink);

/// Computes a sweep into memory. Throws OutOfMemory, too, before any work, where the maps do not fit; nothing is kept
/// after an exception.
Maps compute(const Sweep& sweep, const Execution& execution, ComputeProgress& progress);
Maps compute(const Sweep& sweep, const Execution& execution = {});

}  // namespace deadcone
