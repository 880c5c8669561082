#pragma once

#include <memory>

#include "cpu/simd_loop.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

/// The mapper that runs trajectories on every thread, in the best instruction set that the machine has. `threads` = 0:
/// default_threads().
std::unique_ptr<Mapper> make_cpu_mapper(int threads);

/// The same in a given instruction set, which must be there; scalar, one trajectory after the other, is the reference
/// for all others.
std::unique_ptr<Mapper> make_cpu_mapper(int threads, InstructionSet set);

}  // namespace deadcone
