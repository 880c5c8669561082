// The vector loop for SVE with vectors of 256 bits. CMakeLists.txt compiles this file for it.

#include "cpu/simd_lanes.hpp"
#include "cpu/simd_targets.hpp"

DEADCONE_DEFINE_LOOPS(sve_256, HWY_SVE_256)
