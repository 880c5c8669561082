// The loops of networks for SVE with vectors of 256 bits. CMakeLists.txt compiles this file for it.

#include "network/network_lanes.hpp"
#include "network/network_loop.hpp"

DEADCONE_DEFINE_NETWORK_LOOPS(sve_256, HWY_SVE_256)
