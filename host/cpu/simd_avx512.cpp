// The vector loop for AVX-512. CMakeLists.txt compiles this file for it.

#include "cpu/simd_lanes.hpp"
#include "cpu/simd_targets.hpp"

DEADCONE_DEFINE_LOOPS(avx512, HWY_AVX3)
