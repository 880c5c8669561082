#include "cpu/simd_loop.hpp"

#include <hwy/targets.h>

#include "cpu/simd_targets.hpp"

namespace deadcone {

#if defined(__x86_64__)

bool has_instruction_set(InstructionSet set) {
  switch (set) {
    case InstructionSet::scalar:
      return true;
    case InstructionSet::avx2:
      return (hwy::SupportedTargets() & HWY_AVX2) != 0;
    case InstructionSet::avx512:
      return (hwy::SupportedTargets() & HWY_AVX3) != 0;
  }
  return false;
}

template <class Real>
TileLoop<Real> tile_loop(InstructionSet set, const Variant& variant, bool several) {
  switch (set) {
    case InstructionSet::avx2:
      return avx2_loop(Real(), variant, several);
    case InstructionSet::avx512:
      return avx512_loop(Real(), variant, several);
    case InstructionSet::scalar:
      break;
  }
  return scalar_loop<Real>(variant, several);
}

#else

bool has_instruction_set(InstructionSet set) {
  return set == InstructionSet::scalar;
}

template <class Real>
TileLoop<Real> tile_loop(InstructionSet, const Variant& variant, bool several) {
  return scalar_loop<Real>(variant, several);
}

#endif

InstructionSet best_instruction_set() {
  for (const InstructionSet set : {InstructionSet::avx512, InstructionSet::avx2}) {
    if (has_instruction_set(set)) return set;
  }
  return InstructionSet::scalar;
}

std::string to_string(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx2:
      return "AVX2";
    case InstructionSet::avx512:
      return "AVX-512";
    case InstructionSet::scalar:
      break;
  }
  return "scalar";
}

template TileLoop<float> tile_loop(InstructionSet, const Variant&, bool);
template TileLoop<double> tile_loop(InstructionSet, const Variant&, bool);

}  // namespace deadcone
