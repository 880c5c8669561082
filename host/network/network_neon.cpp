// The loops of networks for NEON. CMakeLists.txt compiles this file for it.

#include "network/network_lanes.hpp"
#include "network/network_loop.hpp"

DEADCONE_DEFINE_NETWORK_LOOPS(neon, HWY_NEON)
