#pragma once

#include <cstdint>
#include <vector>

#include "deadcone/analysis.hpp"

namespace deadcone {

/// Whether something holds, pixel by pixel, b-major.
using PixelMask = std::vector<std::uint8_t>;

}  // namespace deadcone
