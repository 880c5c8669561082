#pragma once

// How long a launch lasts. Trajectories may have up to 2^31 updates, which take minutes: so a launch ends after some of
// them, and the next goes on where it stopped. Between two launches the host looks whether it is to stop; and the watchdog
// of a card that also drives a screen ends programs whose launches last for seconds.

#include <algorithm>
#include <cstdint>

#include "deadcone/config.hpp"
#include "deadcone/trajectory/trajectory.hpp"
#include "runtime/devices.hpp"

namespace deadcone {

/// The updates of each of `pixels` trajectories after which a launch is to end so that it lasts `seconds`, about: whole
/// blocks of updates, at least one. It is the most that the device could do, halved; no trajectory alone is faster than
/// an update in 400 cycles. A launch of 512^2 pixels makes 440 000 on an H100, 220 000 in double: usual sweeps need one.
inline std::int32_t updates_of_launch(const DeviceSpeed& speed, Precision precision, std::int64_t pixels,
                                      double seconds) {
  constexpr double lanes = 128.0;        // of a processor
  constexpr double instructions = 64.0;  // of an update
  constexpr double latency = 400.0;      // cycles from an update to the next
  const double ratio = precision == Precision::float64 ? speed.double_ratio : 1.0;
  const double cycles = seconds * speed.clock;
  const double by_throughput =
      0.5 * cycles * speed.processors * lanes / (ratio * instructions * static_cast<double>(pixels));
  const double updates = std::min(by_throughput, cycles / latency);
  const double blocks =
      std::clamp(updates / updates_in_block, 1.0, static_cast<double>(largest_max_updates) / updates_in_block);
  return static_cast<std::int32_t>(blocks) * updates_in_block;
}

}  // namespace deadcone
