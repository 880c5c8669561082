#pragma once

// The vector path: as many trajectories at once as a vector has lanes, and several vectors at once to hide the latency
// of one update. A lane whose trajectory has ended is refilled with the next start: a long one leaves no other lane idle.

#include <array>
#include <vector>

#include "cpu/scalar_loop.hpp"
#include "deadcone/names.hpp"

namespace deadcone {

/// All that vector loops are written for; simd_targets.hpp says which are built. SVE is compiled for one width of its vectors.
enum class InstructionSet { scalar, avx2, avx512, neon, sve_256, sve2_128 };

/// Their names, and what people call them.
template <>
struct NameTable<InstructionSet> {
  static constexpr const char* what = "an instruction set";
  static constexpr std::array<Named<InstructionSet>, 6> values = {{{InstructionSet::scalar, "scalar", "scalar"},
                                                                   {InstructionSet::avx2, "avx2", "AVX2"},
                                                                   {InstructionSet::avx512, "avx512", "AVX-512"},
                                                                   {InstructionSet::neon, "neon", "NEON"},
                                                                   {InstructionSet::sve_256, "sve_256", "SVE-256"},
                                                                   {InstructionSet::sve2_128, "sve2_128", "SVE2-128"}}};
};

/// Those that this machine and this build have: scalar first, the best last.
std::vector<InstructionSet> instruction_sets();
/// The best of them.
InstructionSet best_instruction_set();
/// Whether it is one of them.
bool has_instruction_set(InstructionSet set);

/// The loop over tiles of one map, or of `several`, in an instruction set that is there. Defined for float and double.
template <class Real>
TileLoop<Real> tile_loop(InstructionSet set, const Variant& variant, bool several);

}  // namespace deadcone
