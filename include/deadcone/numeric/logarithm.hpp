#pragma once

// The natural logarithm with the same bits everywhere, which no library promises.

#include <cstdint>
#include <cstring>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::numeric {

/// log(x) of a normal number x > 0, to 3e-16 of max(1, |log x|).
///
/// x = 2^e m with sqrt(1/2) < m < sqrt(2), and log m = 2 artanh(s), s = (m - 1)/(m + 1), |s| < 0.1716: the terms after s^25
/// are below 1e-20.
DEADCONE_HD inline double natural_logarithm(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  auto exponent = static_cast<std::int32_t>(bits >> 52) - 1023;
  bits = (bits & 0xFFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
  double m;
  std::memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m = 0.5 * m;
    ++exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double sum = 1.0 / 25.0;
  for (int n = 23; n >= 1; n -= 2) sum = fused(sum, z, 1.0 / static_cast<double>(n));
  constexpr double log_2 = 0.69314718055994531;
  return fused(static_cast<double>(exponent), log_2, 2.0 * s * sum);
}

}  // namespace deadcone::numeric
