#pragma once

// The main loop: every point of a sweep, tile by tile, from a mapper into a sink (a file, memory, or nothing).

#include <cstdint>
#include <functional>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_maps.hpp"
#include "deadcone/sweep_sink.hpp"

namespace deadcone {

/// Called when a point is in the sink, from a thread of the library: its number, the counts of its pixels, and the
/// seconds it took.
using PointFinished = std::function<void(std::int64_t point, const Counts& counts, double seconds)>;

/// Computes the points of `shard` that `sink` does not have yet, and closes the sink. Throws ConfigError before any work
/// where the sweep or the shard is wrong, Interrupted when `meter.stop` is set, and what the mapper and the sink throw;
/// the points finished by then are in the sink. `point_finished` may be empty.
void run_sweep(const Sweep& sweep, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointFinished& point_finished);

/// The same for maps of which some may be prepared already.
void run_sweep(SweepMaps& maps, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointFinished& point_finished);

}  // namespace deadcone
