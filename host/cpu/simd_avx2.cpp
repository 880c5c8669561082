// The vector loop for AVX2. CMakeLists.txt compiles this file for it.

#include "cpu/simd_lanes.hpp"
#include "cpu/simd_targets.hpp"

DEADCONE_DEFINE_LOOPS(avx2, HWY_AVX2)
