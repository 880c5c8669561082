#pragma once

#include "deadcone/config.hpp"

namespace deadcone {

/// Checks what a file holds: as validate() does, but for what only new sweeps must have, and files of earlier versions may
/// lack: the two below. All of these throw ConfigError.
void validate_stored(const Sweep& sweep);

/// Values of an axis, and pixels of a side of the window, must be distinct numbers in the precision of the sweep.
void check_distinct(const Sweep& sweep);

/// r^2 + w^2 must not vanish where r and w do not.
void check_squares(const Sweep& sweep);

}  // namespace deadcone
