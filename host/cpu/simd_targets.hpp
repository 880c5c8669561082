#pragma once

#include <hwy/detect_targets.h>

#include "cpu/tile_work.hpp"

// The vector instruction sets that are built for this architecture, the best last: enumerator of InstructionSet, target of
// Highway. For each there are files simd_<enumerator>.cpp and general_<enumerator>.cpp, which CMakeLists.txt compiles for it.
#if defined(__x86_64__)
#define DEADCONE_SIMD_TARGETS(EACH) EACH(avx2, HWY_AVX2) EACH(avx512, HWY_AVX3)
#elif defined(__aarch64__)
#define DEADCONE_SIMD_TARGETS(EACH) EACH(neon, HWY_NEON) EACH(sve_256, HWY_SVE_256) EACH(sve2_128, HWY_SVE2_128)
#else
#define DEADCONE_SIMD_TARGETS(EACH)
#endif

namespace deadcone {

/// The vector loops, each from its file; the first argument only says which number type. They must not be called on a machine
/// without their instruction set.
#define DEADCONE_DECLARE_LOOPS(set, target)                                    \
  TileLoop<float> set##_loop(float, const Variant& variant, bool several);     \
  TileLoop<double> set##_loop(double, const Variant& variant, bool several);   \
  TileLoop<float> set##_general_loop(float, UnitKind unit, Geometry geometry); \
  TileLoop<double> set##_general_loop(double, UnitKind unit, Geometry geometry);
DEADCONE_SIMD_TARGETS(DEADCONE_DECLARE_LOOPS)
#undef DEADCONE_DECLARE_LOOPS

}  // namespace deadcone

/// What one of the latter has in it, after cpu/general_lanes.hpp.
#define DEADCONE_DEFINE_GENERAL_LOOPS(set, target)                                                 \
  static_assert(HWY_TARGET == (target),                                                            \
                "the compile options of this file do not give Highway all that the target needs"); \
  namespace deadcone {                                                                             \
  TileLoop<float> set##_general_loop(float, UnitKind unit, Geometry geometry) {                    \
    return simd::HWY_NAMESPACE::general_loop_for<float>(unit, geometry);                           \
  }                                                                                                \
  TileLoop<double> set##_general_loop(double, UnitKind unit, Geometry geometry) {                  \
    return simd::HWY_NAMESPACE::general_loop_for<double>(unit, geometry);                          \
  }                                                                                                \
  }

/// What one of the former has in it, after cpu/simd_lanes.hpp: the loops for the instruction set that it is compiled for.
#define DEADCONE_DEFINE_LOOPS(set, target)                                                         \
  static_assert(HWY_TARGET == (target),                                                            \
                "the compile options of this file do not give Highway all that the target needs"); \
  namespace deadcone {                                                                             \
  TileLoop<float> set##_loop(float, const Variant& variant, bool several) {                        \
    return simd::HWY_NAMESPACE::loop_for<float>(variant, several);                                 \
  }                                                                                                \
  TileLoop<double> set##_loop(double, const Variant& variant, bool several) {                      \
    return simd::HWY_NAMESPACE::loop_for<double>(variant, several);                                \
  }                                                                                                \
  }
