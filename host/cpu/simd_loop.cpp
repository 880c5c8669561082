#include "cpu/simd_loop.hpp"

#include <hwy/targets.h>

#include <algorithm>

#include "cpu/general_loop.hpp"
#include "cpu/simd_targets.hpp"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#include <sys/prctl.h>
#endif

namespace deadcone {
namespace {

/// Whether the processor has a target of Highway.
bool has_target(std::int64_t target) {
#if defined(__aarch64__)
  // Highway does not ask for the width of vectors, and asks for instructions for cryptography that are not used here.
  if (target == HWY_NEON) return true;
#if defined(__linux__)
  const int vector = prctl(PR_SVE_GET_VL);  // bytes, with flags above; negative where there is no SVE
  const int bytes = vector < 0 ? 0 : vector & PR_SVE_VL_LEN_MASK;
  if (target == HWY_SVE_256) return bytes == 32;
  if (target == HWY_SVE2_128) return bytes == 16 && (getauxval(AT_HWCAP2) & HWCAP2_SVE2) != 0;
#endif
  return false;
#else
  return (hwy::SupportedTargets() & target) != 0;
#endif
}

/// A vector instruction set that is built.
struct SimdTarget {
  InstructionSet set;
  std::int64_t target;
  TileLoop<float> (*float_loop)(float, const Variant&, bool);
  TileLoop<double> (*double_loop)(double, const Variant&, bool);
  TileLoop<float> (*float_general)(float, UnitKind, Geometry);
  TileLoop<double> (*double_general)(double, UnitKind, Geometry);

  TileLoop<float> loop(float, const Variant& variant, bool several) const { return float_loop(0, variant, several); }
  TileLoop<double> loop(double, const Variant& variant, bool several) const { return double_loop(0, variant, several); }
  TileLoop<float> general_loop(float, const Variant& variant) const {
    return float_general(0, *variant.general, variant.geometry);
  }
  TileLoop<double> general_loop(double, const Variant& variant) const {
    return double_general(0, *variant.general, variant.geometry);
  }
};

const std::vector<SimdTarget>& simd_targets() {
#define DEADCONE_SIMD_TARGET(set, target) \
  {InstructionSet::set, target, set##_loop, set##_loop, set##_general_loop, set##_general_loop},
  static const std::vector<SimdTarget> all = {DEADCONE_SIMD_TARGETS(DEADCONE_SIMD_TARGET)};
#undef DEADCONE_SIMD_TARGET
  return all;
}

}  // namespace

std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets = {InstructionSet::scalar};
  for (const SimdTarget& each : simd_targets()) {
    if (has_target(each.target)) sets.push_back(each.set);
  }
  return sets;
}

InstructionSet best_instruction_set() {
  return instruction_sets().back();
}

bool has_instruction_set(InstructionSet set) {
  const std::vector<InstructionSet> sets = instruction_sets();
  return std::find(sets.begin(), sets.end(), set) != sets.end();
}

template <class Real>
TileLoop<Real> tile_loop(InstructionSet set, const Variant& variant, bool several) {
  for (const SimdTarget& each : simd_targets()) {
    if (each.set != set) continue;
    return variant.general ? each.general_loop(Real(), variant) : each.loop(Real(), variant, several);
  }
  return variant.general ? general_scalar_loop<Real>(*variant.general) : scalar_loop<Real>(variant, several);
}

template TileLoop<float> tile_loop(InstructionSet, const Variant&, bool);
template TileLoop<double> tile_loop(InstructionSet, const Variant&, bool);

}  // namespace deadcone
