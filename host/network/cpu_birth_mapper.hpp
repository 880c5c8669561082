#pragma once

#include <memory>

#include "cpu/simd_loop.hpp"
#include "deadcone/network/birth_mapper.hpp"

namespace deadcone {

/// The mapper that runs networks on every thread, in the best instruction set that the machine has. `threads` = 0:
/// default_threads().
std::unique_ptr<BirthMapper> make_cpu_birth_mapper(int threads);

/// The same in a given instruction set, which must be there; scalar, one network after the other, is the reference for all others.
std::unique_ptr<BirthMapper> make_cpu_birth_mapper(int threads, InstructionSet set);

}  // namespace deadcone
