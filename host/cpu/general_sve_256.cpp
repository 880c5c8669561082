// The vector loops for any unit and optimiser, for SVE with vectors of 256 bits. CMakeLists.txt compiles this file for it.

#include "cpu/general_lanes.hpp"
#include "cpu/simd_targets.hpp"

DEADCONE_DEFINE_GENERAL_LOOPS(sve_256, HWY_SVE_256)
