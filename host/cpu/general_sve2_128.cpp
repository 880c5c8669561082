// The vector loops for any unit and optimiser, for SVE2 with vectors of 128 bits. CMakeLists.txt compiles this file for it.

#include "cpu/general_lanes.hpp"
#include "cpu/simd_targets.hpp"

DEADCONE_DEFINE_GENERAL_LOOPS(sve2_128, HWY_SVE2_128)
