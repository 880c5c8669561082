#pragma once

// The main loop: every point of a sweep, tile by tile, from the mapper into the file.

#include <cstdint>
#include <functional>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_file.hpp"

namespace deadcone {

/// Called when a point has been written: its number, what became of its pixels, the seconds it took.
using PointFinished = std::function<void(std::int64_t point, const Counts& counts, double seconds)>;

/// Computes the points that `writer` does not have yet. One tile is in memory at a time. Throws Interrupted when
/// `meter.stop` is set; the points finished by then are in the file.
void run_sweep(const Sweep& sweep, Mapper& mapper, SweepWriter& writer, Meter& meter,
               const PointFinished& point_finished);

}  // namespace deadcone
