#pragma once

// The operations that the formulas are written in.
//
// Every result in this project has the same bits on every backend, so the formulas use only what IEEE 754 rounds
// correctly (+ - * / sqrt fma), comparisons, selects and one integer shift. A number type joins by giving these
// functions for itself, found by argument-dependent lookup, beside + - * / and a constructor from its scalar; here they
// are for float and double. No compiler may fuse or reorder: contraction is off in the build, every fma is written out.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "deadcone/numeric/annotations.hpp"

namespace deadcone::numeric {

/// The scalar a number type is made of, and what its comparisons give.
template <class T>
struct NumberTraits {
  using scalar = typename T::scalar;
  using mask = typename T::mask;
};
template <>
struct NumberTraits<float> {
  using scalar = float;
  using mask = bool;
};
template <>
struct NumberTraits<double> {
  using scalar = double;
  using mask = bool;
};

template <class T>
using scalar_t = typename NumberTraits<T>::scalar;
template <class T>
using mask_t = typename NumberTraits<T>::mask;

/// The unsigned integers of the same width, one for each scalar of the number.
template <class T>
struct BitsOf {
  using type = typename T::bits;
};
template <>
struct BitsOf<float> {
  using type = std::uint32_t;
};
template <>
struct BitsOf<double> {
  using type = std::uint64_t;
};
template <class T>
using bits_t = typename BitsOf<T>::type;

/// a * b + c with one rounding.
DEADCONE_HD inline float fused(float a, float b, float c) {
  return ::fmaf(a, b, c);
}
DEADCONE_HD inline double fused(double a, double b, double c) {
  return ::fma(a, b, c);
}

/// a * b - c with one rounding.
DEADCONE_HD inline float fused_difference(float a, float b, float c) {
  return ::fmaf(a, b, -c);
}
DEADCONE_HD inline double fused_difference(double a, double b, double c) {
  return ::fma(a, b, -c);
}

DEADCONE_HD inline float square_root(float a) {
  return ::sqrtf(a);
}
DEADCONE_HD inline double square_root(double a) {
  return ::sqrt(a);
}

DEADCONE_HD inline float magnitude(float a) {
  return ::fabsf(a);
}
DEADCONE_HD inline double magnitude(double a) {
#if defined(__CUDA_ARCH__)  // as an integer: the units for double are few
  std::uint64_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  bits &= 0x7FFFFFFFFFFFFFFFU;
  std::memcpy(&a, &bits, sizeof bits);
  return a;
#else
  return ::fabs(a);
#endif
}

/// |a| with the sign of b.
DEADCONE_HD inline float with_sign_of(float a, float b) {
  return ::copysignf(a, b);
}
DEADCONE_HD inline double with_sign_of(double a, double b) {
  return ::copysign(a, b);
}

/// a where b is positive, -a where it is negative.
DEADCONE_HD inline float times_sign_of(float a, float b) {
  std::uint32_t bits;
  std::uint32_t sign;
  std::memcpy(&bits, &a, sizeof bits);
  std::memcpy(&sign, &b, sizeof sign);
  bits ^= sign & 0x80000000U;
  std::memcpy(&a, &bits, sizeof bits);
  return a;
}
DEADCONE_HD inline double times_sign_of(double a, double b) {
  std::uint64_t bits;
  std::uint64_t sign;
  std::memcpy(&bits, &a, sizeof bits);
  std::memcpy(&sign, &b, sizeof sign);
  bits ^= sign & 0x8000000000000000U;
  std::memcpy(&a, &bits, sizeof bits);
  return a;
}

/// a / b from r, nearly 1/b: Newton's iteration and one correction by the remainder, which is exact. That gives the
/// correctly rounded quotient, as long as no number on the way leaves the range of normal numbers, from an r that is
/// off by a unit in the last place in float, or has 20 correct bits in double. For a GPU, whose own division also looks
/// whether the numbers are such.
DEADCONE_HD inline float quotient_from_reciprocal(float a, float b, float r) {
  r = fused(r, fused(-b, r, 1.0F), r);
  const float q = a * r;
  return fused(r, fused(-b, q, a), q);
}
DEADCONE_HD inline double quotient_from_reciprocal(double a, double b, double r) {
  double e = fused(-b, r, 1.0);
  e = fused(e, e, e);
  r = fused(r, e, r);
  r = fused(r, fused(-b, r, 1.0), r);
  const double q = a * r;
  return fused(r, fused(-b, q, a), q);
}

/// a / b, where b is between 2^-60 and 2^60 and a between 2^-85 and 2^60 or 0; signs are free. For a b nearer to 0 the
/// quotient of a >= 2^-40 comes out larger than 2^19, or as not a number.
#if defined(__CUDA_ARCH__)
DEADCONE_HD inline float moderate_quotient(float a, float b) {
  float r;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(b));
  return quotient_from_reciprocal(a, b, r);
}
DEADCONE_HD inline double moderate_quotient(double a, double b) {
  double r;
  asm("rcp.approx.ftz.f64 %0, %1;" : "=d"(r) : "d"(b));
  return quotient_from_reciprocal(a, b, r);
}
#else
DEADCONE_HD inline float moderate_quotient(float a, float b) {
  return a / b;
}
DEADCONE_HD inline double moderate_quotient(double a, double b) {
  return a / b;
}
#endif

/// What is known of the numbers that a formula meets: nothing, or that moderate_quotient() divides them.
enum class Numbers { any, moderate };

template <Numbers numbers, class T>
DEADCONE_HD_INLINE T quotient(const T& a, const T& b) {
  if constexpr (numbers == Numbers::moderate) {
    return moderate_quotient(a, b);
  } else {
    return a / b;
  }
}

/// `yes` where the mask holds, else `no`.
DEADCONE_HD inline float select(bool mask, float yes, float no) {
  return mask ? yes : no;
}
DEADCONE_HD inline double select(bool mask, double yes, double no) {
  return mask ? yes : no;
}

/// Logic on masks.
DEADCONE_HD inline bool both(bool a, bool b) {
  return a && b;
}
DEADCONE_HD inline bool either(bool a, bool b) {
  return a || b;
}
DEADCONE_HD inline bool negation(bool a) {
  return !a;
}

/// The number whose bits are those of `a` shifted left until only its lowest bits remain, as an exponent field. `a`
/// comes from adding NormalCoefficients::round_to_exponent.
DEADCONE_HD inline float exponent_from_low_bits(float a) {
  std::uint32_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  bits <<= 23;
  std::memcpy(&a, &bits, sizeof bits);
  return a;
}
DEADCONE_HD inline double exponent_from_low_bits(double a) {
  std::uint64_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  bits <<= 52;
  std::memcpy(&a, &bits, sizeof bits);
  return a;
}

/// 1/sqrt(a) within 3.5%, for a normal number a > 0: half the exponent, taken from the bits.
DEADCONE_HD inline float reciprocal_root_guess(float a) {
  std::uint32_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  bits = 0x5F3759DFU - (bits >> 1);
  std::memcpy(&a, &bits, sizeof bits);
  return a;
}
DEADCONE_HD inline double reciprocal_root_guess(double a) {
  std::uint64_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  bits = 0x5FE6EB50C7B537A9U - (bits >> 1);
  std::memcpy(&a, &bits, sizeof bits);
  return a;
}

/// The number that has these bits.
DEADCONE_HD inline float as_number(std::uint32_t bits) {
  float a;
  std::memcpy(&a, &bits, sizeof a);
  return a;
}
DEADCONE_HD inline double as_number(std::uint64_t bits) {
  double a;
  std::memcpy(&a, &bits, sizeof a);
  return a;
}

/// The number in [1, 2) whose mantissa is what follows the first of these bits.
DEADCONE_HD inline float with_mantissa(std::uint32_t bits) {
  return as_number((bits >> 8) | 0x3F800000U);  // of which the first bit becomes a part
}
DEADCONE_HD inline double with_mantissa(std::uint64_t bits) {
  return as_number((bits >> 11) | std::uint64_t{0x3FF0000000000000U});
}

/// A normal number a > 0 is significand_of(a) 2^e, 1 <= significand_of(a) < 2.
DEADCONE_HD inline float significand_of(float a) {
  std::uint32_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  return as_number((bits & 0x007FFFFFU) | 0x3F800000U);
}
DEADCONE_HD inline double significand_of(double a) {
  std::uint64_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  return as_number((bits & std::uint64_t{0x000FFFFFFFFFFFFFU}) | std::uint64_t{0x3FF0000000000000U});
}

/// e + added: the exponent field becomes the lowest bits of a large number, without a conversion.
template <int added>
DEADCONE_HD inline float exponent_of(float a) {
  std::uint32_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  return as_number((bits >> 23) | 0x4B000000U) - (0x1p23F + static_cast<float>(127 - added));
}
template <int added>
DEADCONE_HD inline double exponent_of(double a) {
  std::uint64_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  return as_number((bits >> 52) | std::uint64_t{0x4330000000000000U}) - (0x1p52 + static_cast<double>(1023 - added));
}

/// Whether a mask holds: in every lane, of a vector.
DEADCONE_HD inline bool holds_everywhere(bool mask) {
  return mask;
}

/// The smaller of two; `b` where `a` is not a number.
template <class T>
DEADCONE_HD_INLINE T smaller(T a, T b) {
  return select(a < b, a, b);
}

/// The larger of two; `b` where one is not a number, or both are zeros.
template <class T>
DEADCONE_HD_INLINE T larger(T a, T b) {
  return select(a > b, a, b);
}

// On a GPU the units for double are few: there doubles are compared and scaled as integers.

#if defined(__CUDA_ARCH__)
DEADCONE_HD inline std::int64_t bits_of(double a) {
  std::int64_t bits;
  std::memcpy(&bits, &a, sizeof bits);
  return bits;
}
DEADCONE_HD inline double with_bits(std::int64_t bits) {
  double a;
  std::memcpy(&a, &bits, sizeof a);
  return a;
}
#endif

/// |a|; `limit`, a positive number, where |a| is larger or not a number.
template <class T>
DEADCONE_HD_INLINE T limited_magnitude(const T& a, const T& limit) {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(T) == sizeof(double)) return with_bits(::min(bits_of(a) & INT64_MAX, bits_of(limit)));
#endif
  return smaller(magnitude(a), limit);
}

/// Whether a > 0; of moderate numbers the least is 2^-85, or 0.
template <Numbers numbers, class T>
DEADCONE_HD_INLINE mask_t<T> is_positive(const T& a) {
#if defined(__CUDA_ARCH__)
  if constexpr (numbers == Numbers::moderate && sizeof(T) == sizeof(double)) return (bits_of(a) >> 32) > 0;
#endif
  return a > T(scalar_t<T>(0));
}

/// a times exponent_from_low_bits(b), which is 0 or makes a normal number of it.
template <class T>
DEADCONE_HD_INLINE T scaled_by_low_bits(const T& a, const T& b) {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(T) == sizeof(double)) {
    const auto field = static_cast<std::int32_t>(bits_of(b));
    const std::int64_t all_or_none = field == 0 ? 0 : -1;  // in place of a branch
    return with_bits((bits_of(a) + (static_cast<std::int64_t>(field - 1023) << 52)) & all_or_none);
  }
#endif
  return a * exponent_from_low_bits(b);
}

/// Orders numbers as |a| does, but for those that are as near as 2^-20 of it, which may count as equal.
DEADCONE_HD inline float rough_magnitude(float a) {
  return ::fabsf(a);
}
#if defined(__CUDA_ARCH__)
DEADCONE_HD inline std::int32_t rough_magnitude(double a) {
  return static_cast<std::int32_t>(bits_of(a) >> 32) & INT32_MAX;
}
#else
DEADCONE_HD inline double rough_magnitude(double a) {
  return ::fabs(a);
}
#endif

/// The smaller and the larger of two rough magnitudes, neither of which is a not-a-number.
template <class T>
DEADCONE_HD inline T least(T a, T b) {
#if defined(__CUDA_ARCH__)
  return ::min(a, b);
#else
  return b < a ? b : a;
#endif
}
template <class T>
DEADCONE_HD inline T greatest(T a, T b) {
#if defined(__CUDA_ARCH__)
  return ::max(a, b);
#else
  return a < b ? b : a;
#endif
}

/// The same number; one and the same not-a-number for all of them, since their signs depend on the machine.
DEADCONE_HD inline float canonical(float a) {
  return a == a ? a : NAN;
}
DEADCONE_HD inline double canonical(double a) {
  return a == a ? a : double(NAN);
}

/// y, nearly 1/sqrt(a), improved: with e = a y^2 - 1 this is y times the first terms of (1 + e)^(-1/2), up to the power `order` of e.
template <int order, class T>
DEADCONE_HD_INLINE T improved_reciprocal_root(const T& a, const T& y) {
  using Real = scalar_t<T>;
  const T e = fused_difference(a * y, y, T(Real(1)));
  T series = T(Real(-0.5));
  if constexpr (order == 2) series = fused(e, T(Real(0.375)), series);
  if constexpr (order == 3) series = fused(e, fused(e, T(Real(-0.3125)), T(Real(0.375))), series);
  return fused(y * e, series, y);
}

/// 1/sqrt(a), a between 2^-100 and 2^100, to two units in the last place. Without the division and the root, which a processor
/// makes one after the other and far apart: those of vectors take as long as thirty multiplications.
template <class T>
DEADCONE_HD_INLINE T reciprocal_root(const T& a) {
  const T guess = reciprocal_root_guess(a);  // e up to 0.07
  if constexpr (sizeof(scalar_t<T>) == sizeof(float)) {
    return improved_reciprocal_root<1>(a, improved_reciprocal_root<2>(a, guess));
  } else {
    return improved_reciprocal_root<3>(a, improved_reciprocal_root<3>(a, guess));
  }
}

/// Even and odd powers of a polynomial by Horner's scheme in x^2, so that no chain of operations is longer than half
/// the degree. `earlier` and `later` are the sums that begin with the two highest powers; the other coefficients are
/// those from `first` on.
template <std::size_t first, class T, std::size_t count>
DEADCONE_HD_INLINE T even_odd(T x, T x_squared, T earlier, T later, const scalar_t<T> (&coefficients)[count]) {
  if constexpr (first == count) {
    return fused(earlier, x, later);
  } else {
    return even_odd<first + 1>(x, x_squared, later, fused(earlier, x_squared, T(coefficients[first])), coefficients);
  }
}
/// The polynomial with the given coefficients, highest power first, at least two.
template <class T, std::size_t count>
DEADCONE_HD_INLINE T polynomial(T x, T x_squared, const scalar_t<T> (&coefficients)[count]) {
  return even_odd<2>(x, x_squared, T(coefficients[0]), T(coefficients[1]), coefficients);
}
/// The same with the highest coefficient 1, which is not given.
template <class T, std::size_t count>
DEADCONE_HD_INLINE T monic_polynomial(T x, T x_squared, const scalar_t<T> (&coefficients)[count]) {
  return even_odd<2>(x, x_squared, T(coefficients[0]), x_squared + T(coefficients[1]), coefficients);
}

}  // namespace deadcone::numeric
