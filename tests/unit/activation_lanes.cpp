// Compiled for AVX2. Only templates over vectors are instantiated here: what another file may call, too, would be compiled for a
// processor that may not be there.

#include "unit/activation_lanes.hpp"

#include "cpu/simd_pack.hpp"

namespace deadcone::test {
namespace {

template <class Real>
void numbers(const Unit& unit, const Real* s, const Real* b, std::int64_t count, Real* to) {
  using simd::HWY_NAMESPACE::Pack;
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  unit::with_activation<Real>(unit, [&](const auto& activation) {
    for (std::int64_t i = 0; i < count; i += lanes) {
      for_each_activation_number(
          activation, Pack<Real>(hn::LoadU(tag, s + i)), Pack<Real>(hn::LoadU(tag, b + i)),
          [&](int k, const Pack<Real>& number) { hn::StoreU(number.lanes, tag, to + k * count + i); });
    }
  });
}

}  // namespace

void activation_numbers_avx2(const Unit& unit, const float* s, const float* b, std::int64_t count, float* to) {
  numbers(unit, s, b, count, to);
}
void activation_numbers_avx2(const Unit& unit, const double* s, const double* b, std::int64_t count, double* to) {
  numbers(unit, s, b, count, to);
}

}  // namespace deadcone::test
