#pragma once

// Two packs as one number. A processor looks only so far ahead in a program: where a formula is a long chain, two of them
// are computed at once only if their operations take turns. A compiler does not write them so by itself.

#include <cstdint>

#include "cpu/simd_pack.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

template <class Mask>
struct TwinMask {
  Mask a;
  Mask b;
};

template <class Bits>
struct TwinBits {
  using scalar = typename Bits::scalar;

  Bits a;
  Bits b;

  TwinBits() = default;
  HWY_INLINE explicit TwinBits(scalar value) : a(value), b(value) {}
  HWY_INLINE TwinBits(Bits first, Bits second) : a(first), b(second) {}
};

template <class Number>
struct Twin {
  using scalar = typename Number::scalar;
  using mask = TwinMask<typename Number::mask>;
  using bits = TwinBits<typename Number::bits>;

  Number a;
  Number b;

  Twin() = default;
  HWY_INLINE explicit Twin(scalar value) : a(value), b(value) {}
  HWY_INLINE Twin(Number first, Number second) : a(first), b(second) {}
};

// What the quantile and the random numbers need.
#define DEADCONE_TWIN_OPERATION \
  template <class T>            \
  HWY_INLINE

DEADCONE_TWIN_OPERATION Twin<T> operator+(Twin<T> x, Twin<T> y) {
  return {x.a + y.a, x.b + y.b};
}
DEADCONE_TWIN_OPERATION Twin<T> operator-(Twin<T> x, Twin<T> y) {
  return {x.a - y.a, x.b - y.b};
}
DEADCONE_TWIN_OPERATION Twin<T> operator*(Twin<T> x, Twin<T> y) {
  return {x.a * y.a, x.b * y.b};
}
DEADCONE_TWIN_OPERATION TwinMask<typename T::mask> operator>(Twin<T> x, Twin<T> y) {
  return {x.a > y.a, x.b > y.b};
}
DEADCONE_TWIN_OPERATION Twin<T> fused(Twin<T> x, Twin<T> y, Twin<T> z) {
  return {fused(x.a, y.a, z.a), fused(x.b, y.b, z.b)};
}
DEADCONE_TWIN_OPERATION Twin<T> square_root(Twin<T> x) {
  return {square_root(x.a), square_root(x.b)};
}
DEADCONE_TWIN_OPERATION Twin<T> times_sign_of(Twin<T> x, Twin<T> y) {
  return {times_sign_of(x.a, y.a), times_sign_of(x.b, y.b)};
}
DEADCONE_TWIN_OPERATION Twin<T> select(TwinMask<typename T::mask> mask, Twin<T> yes, Twin<T> no) {
  return {select(mask.a, yes.a, no.a), select(mask.b, yes.b, no.b)};
}
DEADCONE_TWIN_OPERATION bool holds_everywhere(TwinMask<T> mask) {
  return holds_everywhere(both(mask.a, mask.b));
}
DEADCONE_TWIN_OPERATION Twin<T> significand_of(Twin<T> x) {
  return {significand_of(x.a), significand_of(x.b)};
}
template <int added, class T>
HWY_INLINE Twin<T> exponent_of(Twin<T> x) {
  return {exponent_of<added>(x.a), exponent_of<added>(x.b)};
}
DEADCONE_TWIN_OPERATION auto as_number(TwinBits<T> bits) {
  return Twin<decltype(as_number(bits.a))>(as_number(bits.a), as_number(bits.b));
}
DEADCONE_TWIN_OPERATION auto with_mantissa(TwinBits<T> bits) {
  return Twin<decltype(with_mantissa(bits.a))>(with_mantissa(bits.a), with_mantissa(bits.b));
}

}  // namespace deadcone::simd::HWY_NAMESPACE
