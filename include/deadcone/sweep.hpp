#pragma once

// The main loop: every point of a sweep, by groups and tiles, from a mapper into a sink (a file, memory, or nothing).

#include <cstdint>
#include <functional>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_maps.hpp"
#include "deadcone/sweep_sink.hpp"

namespace deadcone {

/// Called when a group of points is in the sink, from a thread of the library.
using PointsFinished = std::function<void(const FinishedPoints& points)>;

/// The points of the groups of `shard` of which `sink` lacks some.
std::vector<PointRun> points_to_compute(const Sweep& sweep, const Shard& shard, const SweepSink& sink);

/// Computes the points_to_compute(), and closes the sink. Throws ConfigError before any work where the sweep or the shard
/// is wrong, Interrupted when `meter.stop` is set, and what the mapper and the sink throw; the points finished by then
/// are in the sink. `points_finished` may be empty.
void run_sweep(const Sweep& sweep, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointsFinished& points_finished);

/// The same for maps of which some may be prepared already.
void run_sweep(SweepMaps& maps, const Shard& shard, Mapper& mapper, SweepSink& sink, Meter& meter,
               const PointsFinished& points_finished);

}  // namespace deadcone
