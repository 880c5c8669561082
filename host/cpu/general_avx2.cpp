// The vector loops for any unit and optimiser, for AVX2. CMakeLists.txt compiles this file for it.

#include "cpu/general_lanes.hpp"
#include "cpu/simd_targets.hpp"

DEADCONE_DEFINE_GENERAL_LOOPS(avx2, HWY_AVX2)
