// The vector loops for any unit and optimiser, for NEON. CMakeLists.txt compiles this file for it.

#include "cpu/general_lanes.hpp"
#include "cpu/simd_targets.hpp"

DEADCONE_DEFINE_GENERAL_LOOPS(neon, HWY_NEON)
