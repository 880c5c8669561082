#pragma once

// Random numbers from random bits. A call of philox() gives the bits of two numbers, which are as wide as the number: float
// has the upper halves of what double has, so both draw nearly the same.
//
// The first bit is the sign, the next 23 or 52 are an integer u, the others are not used. c = (2 u + 1)/2^24 or /2^53 is
// exact, between 0 and 1 but never either, and as often c as 1 - c. All numbers here are c, or made from c and the sign.

#include <cstdint>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/half_normal.hpp"
#include "deadcone/numeric/philox.hpp"

namespace deadcone::numeric {

/// The bits of the two numbers of a call; of calls in lanes.
template <class T>
struct TwoBits {
  bits_t<T> first;
  bits_t<T> second;
};

template <class Real>
DEADCONE_HD_INLINE TwoBits<Real> two_bits(const PhiloxBlock<std::uint64_t>& counter, const PhiloxKeys& keys) {
  const PhiloxBlock<std::uint64_t> block = philox(counter, keys);
  if constexpr (sizeof(Real) == sizeof(std::uint32_t)) {
    return {static_cast<std::uint32_t>(block.words[0]), static_cast<std::uint32_t>(block.words[2])};
  } else {
    return {block.words[0] << 32 | static_cast<std::uint32_t>(block.words[1]),
            block.words[2] << 32 | static_cast<std::uint32_t>(block.words[3])};
  }
}

/// Two numbers made from them.
template <class T>
struct TwoNumbers {
  T first;
  T second;
};

/// c: uniform on (0, 1).
template <class T>
DEADCONE_HD_INLINE T fraction(const bits_t<T>& bits) {
  using Real = scalar_t<T>;
  constexpr Real less = sizeof(Real) == sizeof(float) ? Real(1) - Real(0x1p-24) : Real(1) - Real(0x1p-53);
  return with_mantissa(bits) - T(less);
}

/// Uniform on (-1, 1).
template <class T>
DEADCONE_HD_INLINE T uniform_number(const bits_t<T>& bits) {
  return times_sign_of(fraction<T>(bits), as_number(bits));
}

/// Standard normal: |Z| is larger with probability c.
template <class T>
DEADCONE_HD_INLINE T normal_number(const bits_t<T>& bits) {
  return times_sign_of(half_normal_quantile(fraction<T>(bits)), as_number(bits));
}

/// Both numbers of a call.
template <class T>
DEADCONE_HD_INLINE TwoNumbers<T> two_uniform_numbers(const TwoBits<T>& bits) {
  return {uniform_number<T>(bits.first), uniform_number<T>(bits.second)};
}
template <class T>
DEADCONE_HD_INLINE TwoNumbers<T> two_normal_numbers(const TwoBits<T>& bits) {
  return {normal_number<T>(bits.first), normal_number<T>(bits.second)};
}

}  // namespace deadcone::numeric
