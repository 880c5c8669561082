// The vector loop for NEON. CMakeLists.txt compiles this file for it.

#include "cpu/simd_lanes.hpp"
#include "cpu/simd_targets.hpp"

DEADCONE_DEFINE_LOOPS(neon, HWY_NEON)
