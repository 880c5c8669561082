#pragma once

// The vector path: as many trajectories at once as a vector has lanes, and several vectors at once to hide the latency
// of one update. A lane whose trajectory has ended is refilled with the next start: a long one leaves no other lane idle.

#include <string>

#include "cpu/scalar_loop.hpp"

namespace deadcone {

/// The vector instruction sets that may have been built.
enum class InstructionSet { scalar, avx2, avx512 };

/// The best that this machine and this build have.
InstructionSet best_instruction_set();
/// Whether this machine and this build have it.
bool has_instruction_set(InstructionSet set);
/// Its name, for people.
std::string to_string(InstructionSet set);

/// The loop over tiles of one map, or of `several`, in an instruction set that is there. Defined for float and double.
template <class Real>
TileLoop<Real> tile_loop(InstructionSet set, const Variant& variant, bool several);

}  // namespace deadcone
