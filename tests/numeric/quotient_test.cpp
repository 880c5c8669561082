// The quotient that GPUs compute from a reciprocal, for every argument of Mills' ratio in float: 1.1e9 of them.

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

#include "cpu/simd_loop.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/normal_coefficients.hpp"
#include "support/hardware_reciprocal.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using C = NormalCoefficients<float>;

constexpr std::uint32_t block = 1024;

// What these call is inlined, and so compiled for it, too.
#if defined(__x86_64__)
#define FOR_AVX2 [[gnu::target("avx2,fma")]]
#else
#define FOR_AVX2
#endif

/// Bits in which some quotient of `block` arguments, from that with the bits `first` on, differs from the correctly rounded one,
/// where the reciprocal is off by a unit at most.
FOR_AVX2 inline std::uint32_t differing_bits(std::uint32_t first) {
  std::uint32_t differing = 0;
  for (std::uint32_t i = 0; i < block; ++i) {
    const float x = std::bit_cast<float>(first + i);
    const float a = C::mills_numerator(x, x * x);
    const float b = C::mills_denominator(x, x * x);
    const auto right = std::bit_cast<std::uint32_t>(a / b);
    const auto nearest = std::bit_cast<std::uint32_t>(1.0F / b);  // hardware_reciprocal() without its special cases
    for (std::uint32_t off_by = 0; off_by < 3; ++off_by)
      differing |= right ^ std::bit_cast<std::uint32_t>(
                               quotient_from_reciprocal(a, b, std::bit_cast<float>(nearest + off_by - 1)));
  }
  return differing;
}

FOR_AVX2 std::uint32_t differing_bits_of_all() {
  std::uint32_t differing = 0;
  for (std::uint32_t first = 0; first <= std::bit_cast<std::uint32_t>(C::largest_t); first += block)
    differing |= differing_bits(first);
  return differing;
}

TEST(Quotient, IsCorrectlyRoundedForEveryArgumentOfMillsRatio) {
#if defined(__x86_64__)
  if (!has_instruction_set(InstructionSet::avx2)) GTEST_SKIP() << "would take minutes without AVX2";
#endif
  for (const float b :
       {C::mills_denominator(0.0F, 0.0F), C::mills_denominator(C::largest_t, C::largest_t * C::largest_t)}) {
    for (const int units : {-1, 0, 1})
      EXPECT_EQ(test::hardware_reciprocal(b, units),
                std::bit_cast<float>(std::bit_cast<std::uint32_t>(1.0F / b) + static_cast<std::uint32_t>(units)));
  }
  EXPECT_EQ(differing_bits_of_all(), 0U);
}

}  // namespace
}  // namespace deadcone
