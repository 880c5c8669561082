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
template <>
struct Kept<std::uint32_t> {
  typedef svuint32_t Vector __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
};
template <>
struct Kept<std::uint64_t> {
  typedef svuint64_t Vector __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
};
#endif

template <class Real>
struct PackMask {
  typename Kept<Real>::Mask bits;
};

/// Unsigned integers of 32 or 64 bits, as many as fit.
template <class Unsigned>
struct BitsPack {
  using Tag = hn::ScalableTag<Unsigned>;
  using Vector = hn::Vec<Tag>;
  using scalar = Unsigned;

  typename Kept<Unsigned>::Vector lanes;

  BitsPack() = default;
  /// The same in every lane.
  HWY_INLINE explicit BitsPack(Unsigned value) : lanes(hn::Set(Tag(), value)) {}
  HWY_INLINE explicit BitsPack(Vector vector) : lanes(vector) {}

  HWY_INLINE Vector vector() const { return lanes; }
};

template <class Real>
struct Pack {
  using Tag = hn::ScalableTag<Real>;
  using Vector = hn::Vec<Tag>;
  using scalar = Real;
  using mask = PackMask<Real>;
  using bits = BitsPack<hn::TFromD<hn::RebindToUnsigned<Tag>>>;

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
// So for the maximum.
DEADCONE_PACK_OPERATION Pack<Real> larger(Pack<Real> a, Pack<Real> b) {
#if HWY_ARCH_X86
  return Pack<Real>(hn::Max(a.lanes, b.lanes));
#else
  return select(a > b, a, b);
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

/// The lanes' bits, for arithmetic on them.
template <class Real>
HWY_INLINE auto as_bits(Pack<Real> a) {
  return hn::BitCast(hn::RebindToUnsigned<hn::ScalableTag<Real>>(), a.vector());
}
HWY_INLINE Pack<float> as_number(BitsPack<std::uint32_t> bits) {
  return Pack<float>(hn::BitCast(hn::ScalableTag<float>(), bits.vector()));
}
HWY_INLINE Pack<double> as_number(BitsPack<std::uint64_t> bits) {
  return Pack<double>(hn::BitCast(hn::ScalableTag<double>(), bits.vector()));
}
template <class Unsigned>
HWY_INLINE auto with_mantissa(BitsPack<Unsigned> bits) {
  constexpr int exponent_bits = sizeof(Unsigned) == 4 ? 8 : 11;
  constexpr auto one = static_cast<Unsigned>(sizeof(Unsigned) == 4 ? 0x3F800000U : 0x3FF0000000000000U);
  return as_number(BitsPack<Unsigned>(
      hn::Or(hn::ShiftRight<exponent_bits>(bits.vector()), hn::Set(hn::ScalableTag<Unsigned>(), one))));
}
// Of the last two AVX-512 has instructions.
DEADCONE_PACK_OPERATION Pack<Real> significand_of(Pack<Real> a) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  if constexpr (sizeof(Real) == 4) {
    return Pack<Real>(
        typename Pack<Real>::Vector{_mm512_getmant_ps(a.lanes.raw, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src)});
  } else {
    return Pack<Real>(
        typename Pack<Real>::Vector{_mm512_getmant_pd(a.lanes.raw, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src)});
  }
#else
  using Bits = hn::RebindToUnsigned<hn::ScalableTag<Real>>;
  using Unsigned = hn::TFromD<Bits>;
  constexpr auto mantissa = static_cast<Unsigned>(sizeof(Real) == 4 ? 0x007FFFFFU : 0x000FFFFFFFFFFFFFU);
  constexpr auto one = static_cast<Unsigned>(sizeof(Real) == 4 ? 0x3F800000U : 0x3FF0000000000000U);
  return as_number(BitsPack<Unsigned>(hn::Or(hn::And(as_bits(a), hn::Set(Bits(), mantissa)), hn::Set(Bits(), one))));
#endif
}
template <int added, class Real>
HWY_INLINE Pack<Real> exponent_of(Pack<Real> a) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  if constexpr (sizeof(Real) == 4) {
    return Pack<Real>(typename Pack<Real>::Vector{_mm512_getexp_ps(a.lanes.raw)}) + Pack<Real>(added);
  } else {
    return Pack<Real>(typename Pack<Real>::Vector{_mm512_getexp_pd(a.lanes.raw)}) + Pack<Real>(added);
  }
#else
  using Bits = hn::RebindToUnsigned<hn::ScalableTag<Real>>;
  using Unsigned = hn::TFromD<Bits>;
  constexpr auto large = static_cast<Unsigned>(sizeof(Real) == 4 ? 0x4B000000U : 0x4330000000000000U);
  constexpr Real subtracted = sizeof(Real) == 4 ? Real(0x1p23F) + Real(127 - added) : Real(0x1p52) + Real(1023 - added);
  constexpr int mantissa_bits = sizeof(Real) == 4 ? 23 : 52;
  return as_number(BitsPack<Unsigned>(hn::Or(hn::ShiftRight<mantissa_bits>(as_bits(a)), hn::Set(Bits(), large)))) -
         Pack<Real>(subtracted);
#endif
}

template <class Real>
HWY_INLINE bool holds_everywhere(PackMask<Real> mask) {
  return hn::AllTrue(hn::ScalableTag<Real>(), mask.bits);
}

}  // namespace deadcone::simd::HWY_NAMESPACE
