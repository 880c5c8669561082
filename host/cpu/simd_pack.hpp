#pragma once

// A number type of many lanes for the formulas of include/deadcone: a thin wrapper over Google Highway, in the one
// instruction set that the including file is compiled for. Every operation is that of arithmetic.hpp in each lane.

#define HWY_COMPILE_ONLY_STATIC
#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// How vectors and masks are kept. To the compiler SVE's own have no size, and cannot be members; of a width that is known,
// there are others.
template <class Real>
struct Kept {
  using Vector = hn::Vec<hn::ScalableTag<Real>>;
  using Mask = hn::Mask<hn::ScalableTag<Real>>;
};
#if defined(__ARM_FEATURE_SVE_BITS) && __ARM_FEATURE_SVE_BITS > 0
template <>
struct Kept<float> {
  typedef svfloat32_t Vector __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
  typedef svbool_t Mask __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
};
template <>
struct Kept<double> {
  typedef svfloat64_t Vector __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
  typedef svbool_t Mask __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
};
#endif

template <class Real>
struct PackMask {
  typename Kept<Real>::Mask bits;
};

template <class Real>
struct Pack {
  using Tag = hn::ScalableTag<Real>;
  using Vector = hn::Vec<Tag>;
  using scalar = Real;
  using mask = PackMask<Real>;

  typename Kept<Real>::Vector lanes;

  Pack() = default;
  /// The same number in every lane.
  HWY_INLINE explicit Pack(Real value) : lanes(hn::Set(Tag(), value)) {}
  HWY_INLINE explicit Pack(Vector vector) : lanes(vector) {}

  /// The lanes as Highway has them, for its templates.
  HWY_INLINE Vector vector() const { return lanes; }
};

// For the compiler these are as cheap as they look only if it never calls them.
#define DEADCONE_PACK_OPERATION \
  template <class Real>         \
  HWY_INLINE

DEADCONE_PACK_OPERATION Pack<Real> operator+(Pack<Real> a, Pack<Real> b) {
  return Pack<Real>(hn::Add(a.lanes, b.lanes));
}
DEADCONE_PACK_OPERATION Pack<Real> operator-(Pack<Real> a, Pack<Real> b) {
  return Pack<Real>(hn::Sub(a.lanes, b.lanes));
}
DEADCONE_PACK_OPERATION Pack<Real> operator*(Pack<Real> a, Pack<Real> b) {
  return Pack<Real>(hn::Mul(a.lanes, b.lanes));
}
DEADCONE_PACK_OPERATION Pack<Real> operator/(Pack<Real> a, Pack<Real> b) {
  return Pack<Real>(hn::Div(a.lanes, b.lanes));
}
DEADCONE_PACK_OPERATION PackMask<Real> operator<(Pack<Real> a, Pack<Real> b) {
  return {hn::Lt(a.lanes, b.lanes)};
}
DEADCONE_PACK_OPERATION PackMask<Real> operator<=(Pack<Real> a, Pack<Real> b) {
  return {hn::Le(a.lanes, b.lanes)};
}
DEADCONE_PACK_OPERATION PackMask<Real> operator>(Pack<Real> a, Pack<Real> b) {
  return {hn::Gt(a.lanes, b.lanes)};
}

DEADCONE_PACK_OPERATION Pack<Real> fused(Pack<Real> a, Pack<Real> b, Pack<Real> c) {
  return Pack<Real>(hn::MulAdd(a.lanes, b.lanes, c.lanes));
}
DEADCONE_PACK_OPERATION Pack<Real> fused_difference(Pack<Real> a, Pack<Real> b, Pack<Real> c) {
  return Pack<Real>(hn::MulSub(a.lanes, b.lanes, c.lanes));
}
DEADCONE_PACK_OPERATION Pack<Real> square_root(Pack<Real> a) {
  return Pack<Real>(hn::Sqrt(a.lanes));
}
DEADCONE_PACK_OPERATION Pack<Real> magnitude(Pack<Real> a) {
  return Pack<Real>(hn::Abs(a.lanes));
}
DEADCONE_PACK_OPERATION Pack<Real> with_sign_of(Pack<Real> a, Pack<Real> b) {
  return Pack<Real>(hn::CopySign(a.vector(), b.vector()));
}
DEADCONE_PACK_OPERATION Pack<Real> times_sign_of(Pack<Real> a, Pack<Real> b) {
  return Pack<Real>(hn::Xor(a.vector(), hn::And(b.vector(), hn::SignBit(hn::ScalableTag<Real>()))));
}
DEADCONE_PACK_OPERATION Pack<Real> moderate_quotient(Pack<Real> a, Pack<Real> b) {
  return a / b;
}
DEADCONE_PACK_OPERATION Pack<Real> select(PackMask<Real> mask, Pack<Real> yes, Pack<Real> no) {
  return Pack<Real>(hn::IfThenElse(mask.bits, yes.lanes, no.lanes));
}
// The minimum of x86 gives the second operand where the first is not a number, as smaller() must; that of ARM gives the number.
DEADCONE_PACK_OPERATION Pack<Real> smaller(Pack<Real> a, Pack<Real> b) {
#if HWY_ARCH_X86
  return Pack<Real>(hn::Min(a.lanes, b.lanes));
#else
  return select(a < b, a, b);
#endif
}
DEADCONE_PACK_OPERATION PackMask<Real> both(PackMask<Real> a, PackMask<Real> b) {
  return {hn::And(a.bits, b.bits)};
}
DEADCONE_PACK_OPERATION PackMask<Real> either(PackMask<Real> a, PackMask<Real> b) {
  return {hn::Or(a.bits, b.bits)};
}
DEADCONE_PACK_OPERATION PackMask<Real> negation(PackMask<Real> a) {
  return {hn::Not(a.bits)};
}
/// The number of which bit i says whether the mask holds in lane i.
template <class Real>
HWY_INLINE std::uint32_t bits_of(PackMask<Real> mask) {
  std::uint8_t bytes[8] = {};  // Highway writes up to as many
  hn::StoreMaskBits(hn::ScalableTag<Real>(), mask.bits, bytes);
  std::uint32_t bits = 0;
  std::memcpy(&bits, bytes, (hn::MaxLanes(hn::ScalableTag<Real>()) + 7) / 8);
  return bits;
}
/// The mask of such a number.
template <class Real>
HWY_INLINE PackMask<Real> mask_of(std::uint32_t bits) {
  std::uint8_t bytes[8] = {};  // Highway reads up to as many
  std::memcpy(bytes, &bits, sizeof bits);
  return {hn::LoadMaskBits(hn::ScalableTag<Real>(), bytes)};
}
DEADCONE_PACK_OPERATION Pack<Real> exponent_from_low_bits(Pack<Real> a) {
  constexpr int mantissa_bits = sizeof(Real) == 4 ? 23 : 52;
  using Tag = hn::ScalableTag<Real>;
  const hn::RebindToUnsigned<Tag> bits;
  return Pack<Real>(hn::BitCast(Tag(), hn::ShiftLeft<mantissa_bits>(hn::BitCast(bits, a.lanes))));
}

DEADCONE_PACK_OPERATION Pack<Real> reciprocal_root_guess(Pack<Real> a) {
  using Tag = hn::ScalableTag<Real>;
  using Bits = hn::RebindToUnsigned<Tag>;
  constexpr auto magic =
      sizeof(Real) == 4 ? hn::TFromD<Bits>(0x5F3759DFU) : static_cast<hn::TFromD<Bits>>(0x5FE6EB50C7B537A9U);
  const Bits bits;
  return Pack<Real>(hn::BitCast(Tag(), hn::Sub(hn::Set(bits, magic), hn::ShiftRight<1>(hn::BitCast(bits, a.lanes)))));
}
template <class Real>
HWY_INLINE bool holds_everywhere(PackMask<Real> mask) {
  return hn::AllTrue(hn::ScalableTag<Real>(), mask.bits);
}

}  // namespace deadcone::simd::HWY_NAMESPACE
