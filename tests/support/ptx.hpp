#pragma once

// The instructions of PTX as functions of C++, for the kernels that translate_ptx.py makes: each has the name of its
// instruction, with _ for the dot, and the type of its operands as template argument. Meaning: NVIDIA's PTX ISA.
//
// Every operation on reals rounds once, as the hardware does. What may differ from a GPU: the bits of a not-a-number are
// the host's, and threads run one after the other, so there is none of the instructions by which threads wait for or
// speak to each other.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "support/hardware_reciprocal.hpp"
#include "support/ptx_kernel.hpp"

namespace ptx {

// Types.

template <class T>
inline constexpr bool is_real = std::is_floating_point_v<T>;
template <class T>
using Unsigned = std::make_unsigned_t<T>;
template <std::size_t bytes>
using Bits = std::conditional_t<
    bytes == 1, std::uint8_t,
    std::conditional_t<bytes == 2, std::uint16_t, std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>>>;
template <class T>
inline constexpr unsigned width = 8 * sizeof(T);

/// A register or an operand as one of another type of the same size; of another size, the integer cut or extended.
template <class To, class From>
constexpr To as(From from) {
  if constexpr (std::is_same_v<To, From>) {
    return from;
  } else if constexpr (sizeof(To) == sizeof(From) && !std::is_same_v<To, bool> && !std::is_same_v<From, bool>) {
    return std::bit_cast<To>(from);
  } else {
    static_assert(std::is_integral_v<To> && std::is_integral_v<From>);
    return static_cast<To>(from);
  }
}
template <class To, class From>
constexpr void set(To& to, From from) {
  to = as<To>(from);
}

/// What a register holds before anything is written to it: nothing that a right kernel could do with.
template <class T>
constexpr T unset() {
  if constexpr (std::is_same_v<T, bool>) return true;
  if constexpr (is_real<T>) return std::numeric_limits<T>::quiet_NaN();
  return static_cast<T>(0xA5A5A5A5A5A5A5A5U);
}

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T>
void store(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

// Integers: they wrap around.

template <class T>
T add(T a, T b) {
  return static_cast<T>(Unsigned<T>(Unsigned<T>(a) + Unsigned<T>(b)));
}
template <class T>
T sub(T a, T b) {
  return static_cast<T>(Unsigned<T>(Unsigned<T>(a) - Unsigned<T>(b)));
}
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;
/// A type that holds any product of two.
template <class T>
using Wide = std::conditional_t<std::is_signed_v<T>, Int128, UInt128>;
template <class T>
T mul_lo(T a, T b) {
  return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
template <class T>
T mul_hi(T a, T b) {
  return static_cast<T>(Wide<T>(a) * Wide<T>(b) >> width<T>);
}
template <class T>
auto mul_wide(T a, T b) {
  using Twice = std::conditional_t<std::is_signed_v<T>, std::make_signed_t<Bits<2 * sizeof(T)>>, Bits<2 * sizeof(T)>>;
  return static_cast<Twice>(Twice(a) * Twice(b));
}
template <class T>
T mad_lo(T a, T b, T c) {
  return add(mul_lo(a, b), c);
}
template <class T>
T mad_hi(T a, T b, T c) {
  return add(mul_hi(a, b), c);
}
template <class T, class Twice>
Twice mad_wide(T a, T b, Twice c) {
  return add(static_cast<Twice>(mul_wide(a, b)), c);
}
template <class T>
T div(T a, T b) {
  if (b == 0) throw Fault("a division by zero");
  return static_cast<T>(Wide<T>(a) / Wide<T>(b));
}
template <class T>
T rem(T a, T b) {
  if (b == 0) throw Fault("a division by zero");
  return static_cast<T>(Wide<T>(a) % Wide<T>(b));
}

template <class T>
T and_(T a, T b) {
  return static_cast<T>(a & b);
}
template <class T>
T or_(T a, T b) {
  return static_cast<T>(a | b);
}
template <class T>
T xor_(T a, T b) {
  return static_cast<T>(a ^ b);
}
template <class T>
T not_(T a) {
  if constexpr (std::is_same_v<T, bool>) {
    return !a;
  } else {
    return static_cast<T>(~a);
  }
}
template <class T>
T shl(T a, std::uint32_t by) {
  return by >= width<T> ? T{0} : static_cast<T>(a << by);
}
template <class T>
T shr(T a, std::uint32_t by) {
  return by >= width<T> ? static_cast<T>(a < T{0} ? -1 : 0) : static_cast<T>(a >> by);
}
/// Bits of three words by a table: bit 4 a + 2 b + c of it is the result.
template <class T>
T lop3(T a, T b, T c, std::uint32_t table) {
  T result = 0;
  for (unsigned row = 0; row < 8; ++row) {
    if ((table >> row & 1) == 0) continue;
    result |= (row & 4 ? a : ~a) & (row & 2 ? b : ~b) & (row & 1 ? c : ~c);
  }
  return result;
}
/// The upper word of the pair (b, a) shifted left; its lower word shifted right.
template <class T>
T shf_l_wrap(T a, T b, std::uint32_t by) {
  return static_cast<T>((std::uint64_t{b} << 32 | a) << (by & 31) >> 32);
}
template <class T>
T shf_r_wrap(T a, T b, std::uint32_t by) {
  return static_cast<T>((std::uint64_t{b} << 32 | a) >> (by & 31));
}
template <class T>
T shf_l_clamp(T a, T b, std::uint32_t by) {
  return by >= 32 ? a : shf_l_wrap(a, b, by);
}
template <class T>
T shf_r_clamp(T a, T b, std::uint32_t by) {
  return by >= 32 ? b : shf_r_wrap(a, b, by);
}
/// The bits of `a` from `first` on, as a number; where they end beyond it, its sign is repeated.
template <class T>
T bfe(T a, std::uint32_t first, std::uint32_t count) {
  first &= 255;
  count &= 255;
  if (count == 0) return 0;
  const std::uint32_t last = std::min(first + count - 1, width<T> - 1);
  const bool negative = std::is_signed_v<T> && (Unsigned<T>(a) >> last & 1) != 0;
  Unsigned<T> result = 0;
  for (std::uint32_t i = 0; i < width<T>; ++i) {
    const bool bit = i < count && first + i < width<T> ? (Unsigned<T>(a) >> (first + i) & 1) != 0 : negative;
    result |= Unsigned<T>(bit) << i;
  }
  return static_cast<T>(result);
}
/// `into` with `count` bits from `first` on replaced by the lowest of `a`.
template <class T>
T bfi(T a, T into, std::uint32_t first, std::uint32_t count) {
  first &= 255;
  count &= 255;
  for (std::uint32_t i = 0; i < count && first + i < width<T>; ++i) {
    const T bit = T{1} << (first + i);
    into = (a >> i & 1) != 0 ? into | bit : into & ~bit;
  }
  return into;
}
/// Four bytes out of the eight of (b, a); the upper bit of a selector repeats the sign of its byte.
template <class T>
T prmt(T a, T b, T selectors) {
  const std::uint64_t bytes = std::uint64_t{b} << 32 | a;
  T result = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned selector = selectors >> (4 * i) & 15;
    auto byte = static_cast<std::uint8_t>(bytes >> (8 * (selector & 7)));
    if ((selector & 8) != 0) byte = (byte & 0x80) != 0 ? 0xFF : 0;
    result |= T{byte} << (8 * i);
  }
  return result;
}
template <class T>
std::uint32_t popc(T a) {
  return static_cast<std::uint32_t>(std::popcount(a));
}
template <class T>
std::uint32_t clz(T a) {
  return static_cast<std::uint32_t>(std::countl_zero(a));
}

// Reals.

template <class T>
T add_rn(T a, T b) {
  return a + b;
}
template <class T>
T sub_rn(T a, T b) {
  return a - b;
}
template <class T>
T mul_rn(T a, T b) {
  return a * b;
}
template <class T>
T div_rn(T a, T b) {
  return a / b;
}
template <class T>
T sqrt_rn(T a) {
  return std::sqrt(a);
}
template <class T>
T rcp_rn(T a) {
  return T{1} / a;
}
template <class T>
T fma_rn(T a, T b, T c) {
  return std::fma(a, b, c);
}
template <class T>
T rcp_approx_ftz(T a) {
  int units = reciprocal_error.units;
  if (reciprocal_error.random) {
    // A hash: the same for the same number, as in hardware.
    const std::uint64_t mixed =
        (std::uint64_t{std::bit_cast<Bits<sizeof(T)>>(a)} >> (width<T> - 32)) * 0x9E3779B97F4A7C15U;
    units = static_cast<int>((mixed >> 40) % 3) - 1;
  }
  return deadcone::test::hardware_reciprocal(a, units);
}
template <class T>
T copysign(T sign, T magnitude) {
  return std::copysign(magnitude, sign);
}

template <class T>
T neg(T a) {
  if constexpr (is_real<T>) {
    return -a;
  } else {
    return sub(T{0}, a);
  }
}
template <class T>
T abs(T a) {
  if constexpr (is_real<T>) {
    return std::fabs(a);
  } else {
    return a < 0 ? neg(a) : a;
  }
}
/// Of reals, the one that is a number; -0 is less than 0.
template <class T>
T min(T a, T b) {
  if constexpr (is_real<T>) {
    if (std::isnan(a)) return b;
    if (std::isnan(b)) return a;
    if (a == b) return std::signbit(a) ? a : b;
  }
  return a < b ? a : b;
}
template <class T>
T max(T a, T b) {
  if constexpr (is_real<T>) {
    if (std::isnan(a)) return b;
    if (std::isnan(b)) return a;
    if (a == b) return std::signbit(a) ? b : a;
  }
  return a < b ? b : a;
}

// Comparisons. Those of reals without u are false where one is not a number; those with u are true there.

template <class T>
bool setp_eq(T a, T b) {
  return a == b;
}
template <class T>
bool setp_ne(T a, T b) {
  if constexpr (is_real<T>) return a < b || a > b;
  return a != b;
}
template <class T>
bool setp_lt(T a, T b) {
  return a < b;
}
template <class T>
bool setp_le(T a, T b) {
  return a <= b;
}
template <class T>
bool setp_gt(T a, T b) {
  return a > b;
}
template <class T>
bool setp_ge(T a, T b) {
  return a >= b;
}
template <class T>
bool setp_equ(T a, T b) {
  return !setp_ne(a, b);
}
template <class T>
bool setp_neu(T a, T b) {
  return !setp_eq(a, b);
}
template <class T>
bool setp_ltu(T a, T b) {
  return !setp_ge(a, b);
}
template <class T>
bool setp_leu(T a, T b) {
  return !setp_gt(a, b);
}
template <class T>
bool setp_gtu(T a, T b) {
  return !setp_le(a, b);
}
template <class T>
bool setp_geu(T a, T b) {
  return !setp_lt(a, b);
}
template <class T>
bool setp_num(T a, T b) {
  return !std::isnan(a) && !std::isnan(b);
}
template <class T>
bool setp_nan(T a, T b) {
  return !setp_num(a, b);
}

template <class T>
T mov(T a) {
  return a;
}
template <class T>
T selp(T a, T b, bool first) {
  return first ? a : b;
}
template <class T>
T slct(T a, T b, std::int32_t by) {
  return by >= 0 ? a : b;
}

// Conversions, from S to D.

template <class D, class S>
D cvt(S a) {
  return static_cast<D>(a);
}
template <class D, class S>
D cvt_rn(S a) {
  return static_cast<D>(a);
}
/// A whole real as an integer: the nearest that there is, 0 for not-a-number; or as a real.
template <class D, class S>
D whole(S a) {
  if constexpr (is_real<D>) {
    return static_cast<D>(a);
  } else {
    if (std::isnan(a)) return 0;
    if (a <= static_cast<S>(std::numeric_limits<D>::min())) return std::numeric_limits<D>::min();
    if (a >= static_cast<S>(std::numeric_limits<D>::max())) return std::numeric_limits<D>::max();
    return static_cast<D>(a);
  }
}
template <class D, class S>
D cvt_rni(S a) {
  return whole<D>(std::nearbyint(a));
}
template <class D, class S>
D cvt_rzi(S a) {
  return whole<D>(std::trunc(a));
}
template <class D, class S>
D cvt_rmi(S a) {
  return whole<D>(std::floor(a));
}
template <class D, class S>
D cvt_rpi(S a) {
  return whole<D>(std::ceil(a));
}

// What atom and red make of the old value and their operands.

template <class T>
T atomic_add(T old, T a) {
  if constexpr (is_real<T>) {
    return old + a;
  } else {
    return add(old, a);
  }
}
template <class T>
T atomic_min(T old, T a) {
  return min(old, a);
}
template <class T>
T atomic_max(T old, T a) {
  return max(old, a);
}
template <class T>
T atomic_and(T old, T a) {
  return and_(old, a);
}
template <class T>
T atomic_or(T old, T a) {
  return or_(old, a);
}
template <class T>
T atomic_xor(T old, T a) {
  return xor_(old, a);
}
template <class T>
T atomic_exch(T /*old*/, T a) {
  return a;
}
template <class T>
T atomic_cas(T old, T expected, T a) {
  return old == expected ? a : old;
}

}  // namespace ptx
