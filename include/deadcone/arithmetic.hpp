#pragma once

// The operations that the formulas are written in.
//
// Every result in this project is to have the same bits on every backend, so the formulas use only what IEEE 754 rounds
// correctly (+ - * / sqrt fma), comparisons, selects and one integer shift. A number type joins by giving these
// functions for itself, found by argument-dependent lookup, beside + - * / and a constructor from its scalar; here they
// are for float and double. No compiler may fuse or reorder: contraction is off in the build, every fma is written out.

#include <cmath>
#include <cstdint>
#include <cstring>

#include "deadcone/annotations.hpp"

namespace deadcone {

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
  return ::fabs(a);
}

/// |a| with the sign of b.
DEADCONE_HD inline float with_sign_of(float a, float b) {
  return ::copysignf(a, b);
}
DEADCONE_HD inline double with_sign_of(double a, double b) {
  return ::copysign(a, b);
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

/// The smaller of two; `b` where `a` is not a number.
template <class T>
DEADCONE_HD inline T smaller(T a, T b) {
  return select(a < b, a, b);
}

/// The same number; one and the same not-a-number for all of them, since their signs depend on the machine.
DEADCONE_HD inline float canonical(float a) {
  return a == a ? a : NAN;
}
DEADCONE_HD inline double canonical(double a) {
  return a == a ? a : double(NAN);
}

/// One step after the other of the sum below; `earlier` and `later` are the sums over every second power so far.
template <class T>
DEADCONE_HD inline T even_odd(T x, T /*x_squared*/, T earlier, T later) {
  return fused(earlier, x, later);
}
template <class T, class... Rest>
DEADCONE_HD inline T even_odd(T x, T x_squared, T earlier, T later, scalar_t<T> c, Rest... rest) {
  return even_odd(x, x_squared, later, fused(earlier, x_squared, T(c)), rest...);
}
/// The polynomial with the given coefficients, highest power first, at least two: even and odd powers by Horner's
/// scheme in x^2, so that no chain of operations is longer than half the degree.
template <class T, class... Rest>
DEADCONE_HD inline T polynomial(T x, T x_squared, scalar_t<T> highest, scalar_t<T> next, Rest... rest) {
  return even_odd(x, x_squared, T(highest), T(next), rest...);
}
/// The same with the highest coefficient 1, which is not given.
template <class T, class... Rest>
DEADCONE_HD inline T monic_polynomial(T x, T x_squared, scalar_t<T> next, scalar_t<T> after, Rest... rest) {
  return even_odd(x, x_squared, T(next), x_squared + T(after), rest...);
}

}  // namespace deadcone
