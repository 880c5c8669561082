// The vector loop for AVX2. CMakeLists.txt compiles this file for it.

#include "cpu/simd_lanes.hpp"
#include "cpu/simd_targets.hpp"

static_assert(HWY_TARGET == HWY_AVX2, "the compile options of this file do not give Highway all that the target needs");

namespace deadcone {

TileLoop<float> avx2_loop(float, const Variant& variant, bool several) {
  return simd::HWY_NAMESPACE::loop_for<float>(variant, several);
}
TileLoop<double> avx2_loop(double, const Variant& variant, bool several) {
  return simd::HWY_NAMESPACE::loop_for<double>(variant, several);
}

}  // namespace deadcone
