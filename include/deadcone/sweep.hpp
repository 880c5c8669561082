#pragma once

// The main loop: every point of a sweep, tile by tile, from the mapper into a sink, which is a file or nothing.

#include <cstdint>
#include <functional>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_maps.hpp"
#include "deadcone/sweep_sink.hpp"

namespace deadcone {

/// Called when a point is in the sink, in any thread: its number, what became of its pixels, the seconds it took.
using PointFinished = std::function<void(std::int64_t point, const Counts& counts, double seconds)>;

/// Computes the points of `shard` that `sink` does not have yet, and closes it. Throws Interrupted when `meter.stop` is
/// set; the points finished by then are in the sink; so they are when the mapper fails.
void run_sweep(const Sweep& sweep, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointFinished& point_finished);

/// The same for maps of which some may be prepared already.
void run_sweep(SweepMaps& maps, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointFinished& point_finished);

}  // namespace deadcone
