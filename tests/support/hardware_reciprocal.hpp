#pragma once

// What rcp.approx.ftz may give for 1/b on a GPU: the nearest, and those beside it.
//
// In float a result is off by at most one unit in the last place. In double only the upper word of b is read and only
// the upper word of the result is made, so that 20 bits of it are right (PTX ISA, rcp).

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace deadcone::test {

/// The reciprocal in float, `units` of the last place from the nearest. Numbers below the normal ones count as zeros.
inline float hardware_reciprocal(float b, int units) {
  if (!std::isnormal(b)) b = std::isnan(b) || std::isinf(b) ? b : std::copysign(0.0F, b);
  const float nearest = 1.0F / b;
  if (std::isinf(nearest) || std::isnan(nearest)) return nearest;
  if (!std::isnormal(nearest)) return std::copysign(0.0F, nearest);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(nearest) + static_cast<std::uint32_t>(units));
}

/// The same in double: a unit is the last bit of the upper word.
inline double hardware_reciprocal(double b, int units) {
  constexpr std::uint64_t unit = std::uint64_t{1} << 32;
  const std::uint64_t read = std::bit_cast<std::uint64_t>(b) / unit * unit;
  b = std::bit_cast<double>(read);
  if (!std::isnormal(b)) b = std::isnan(b) || std::isinf(b) ? b : std::copysign(0.0, b);
  const double nearest = 1.0 / b;
  if (std::isinf(nearest) || std::isnan(nearest)) return nearest;
  if (!std::isnormal(nearest)) return std::copysign(0.0, nearest);
  const std::uint64_t rounded = (std::bit_cast<std::uint64_t>(nearest) + unit / 2) / unit * unit;
  return std::bit_cast<double>(rounded + static_cast<std::uint64_t>(units) * unit);
}

}  // namespace deadcone::test
