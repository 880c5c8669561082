// The loops of networks for AVX2. CMakeLists.txt compiles this file for it.

#include "network/network_lanes.hpp"
#include "network/network_loop.hpp"

DEADCONE_DEFINE_NETWORK_LOOPS(avx2, HWY_AVX2)
