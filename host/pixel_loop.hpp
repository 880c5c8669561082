#pragma once

// The scalar loop over pixels, in the instruction set of the machine it runs on. The bits do not depend on it.

#include <cstdint>

#include "deadcone/mapper.hpp"
#include "deadcone/pixels.hpp"

namespace deadcone {

/// Runs the pixels [first, last) of a tile, counting them in `meter`; leaves off when meter.stop is set.
template <class Real>
using PixelLoop = void (*)(const Dynamics<Real>&, const PixelStarts<Real>&, const PixelArrays<Real>&,
                           std::int64_t first, std::int64_t last, Meter& meter);

/// The loop for a geometry and a stop rule. Defined for float and double.
template <class Real>
PixelLoop<Real> pixel_loop(Geometry geometry, StopRule rule);

}  // namespace deadcone
