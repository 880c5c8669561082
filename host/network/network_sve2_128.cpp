// The loops of networks for SVE2 with vectors of 128 bits. CMakeLists.txt compiles this file for it.

#include "network/network_lanes.hpp"
#include "network/network_loop.hpp"

DEADCONE_DEFINE_NETWORK_LOOPS(sve2_128, HWY_SVE2_128)
