#pragma once

// Made by scripts/generate/fit_normal.py, which explains the fits. Do not edit: change the program and run it with --write.
// clang-format off

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::numeric {

template <class Real>
struct NormalCoefficients;

/// 2^8/sqrt(2 pi) 2^f for |f| <= 1/2, relative error 7.5e-8.
DEADCONE_TABLE float exp2_float[] = {
    0x1.15b0eep-3F,
    0x1.f9ef86p-1F,
    0x1.6acf44p+2F,
    0x1.8889a4p+4F,
    0x1.1b298ap+6F,
    0x1.988456p+6F};

/// Mills' ratio for 0 <= x <= largest_t, relative error 3.4e-7: numerator.
DEADCONE_TABLE float mills_numerator_float[] = {
    0x1.ffee72p-1F,
    0x1.c36b48p+2F,
    0x1.5715b2p+4F,
    0x1.dc6b6cp+4F};

/// Mills' ratio: denominator, monic.
DEADCONE_TABLE float mills_denominator_float[] = {
    0x1.c3159cp+2F,
    0x1.687076p+4F,
    0x1.208454p+5F,
    0x1.7c20c4p+4F};

template <>
struct NormalCoefficients<float> {
  /// -log2(e)/2.
  static constexpr float rate_high = -0x1.715476p-1F;
  static constexpr bool has_low_parts = false;
  /// Adding it rounds to an integer n and leaves n + 119 in the lowest bits: the exponent field of 2^(n-8).
  static constexpr float round_to_exponent = 0x1.8000eep+23F;
  /// |t| is clamped to this; the density is exactly zero from 12.817 on.
  static constexpr float largest_t = 0x1.9b0244p+3F;

  template <class T>
  DEADCONE_HD static T exp2(T f, T f_squared) {
    return polynomial(f, f_squared, exp2_float);
  }
  template <class T>
  DEADCONE_HD static T mills_numerator(T x, T x_squared) {
    return polynomial(x, x_squared, mills_numerator_float);
  }
  template <class T>
  DEADCONE_HD static T mills_denominator(T x, T x_squared) {
    return monic_polynomial(x, x_squared, mills_denominator_float);
  }
};

/// 2^8/sqrt(2 pi) 2^f for |f| <= 1/2, relative error 2.1e-16.
DEADCONE_TABLE double exp2_double[] = {
    0x1.81daf4e549cf1p-21,
    0x1.5dd5cdce5954fp-17,
    0x1.1b0dc19e490fdp-13,
    0x1.985a4e15d293p-10,
    0x1.01beb7801e753p-6,
    0x1.16e2b4c7f093p-3,
    0x1.f6eefc220942dp-1,
    0x1.6aca3425ee961p+2,
    0x1.888bdd65b44e5p+4,
    0x1.1b298eb9c6d8dp+6,
    0x1.9884533d43651p+6};

/// Mills' ratio for 0 <= x <= largest_t, relative error 4.9e-17: numerator.
DEADCONE_TABLE double mills_numerator_double[] = {
    0x1.fffffffff8c8ap-1,
    0x1.aebbc2c29976cp+4,
    0x1.62c89101798b5p+8,
    0x1.7226d943453b4p+11,
    0x1.0b82fdfd6edc7p+14,
    0x1.14d203ad239e8p+16,
    0x1.9a346f38449d2p+17,
    0x1.a56a1bd48727bp+18,
    0x1.130c5c35021aap+19,
    0x1.634061db0b4b5p+18};

/// Mills' ratio: denominator, monic.
DEADCONE_TABLE double mills_denominator_double[] = {
    0x1.aebbc2c26b624p+4,
    0x1.63c89102833a3p+8,
    0x1.758450c195794p+11,
    0x1.1106206366c45p+14,
    0x1.202d621705f49p+16,
    0x1.ba470fc595209p+17,
    0x1.e519030b24553p+18,
    0x1.6a9569ddd489dp+19,
    0x1.4c896e58d53cbp+19,
    0x1.1b731e553944bp+18};

template <>
struct NormalCoefficients<double> {
  /// -log2(e)/2 as a sum of two numbers.
  static constexpr double rate_high = -0x1.71547652b82fep-1;
  static constexpr double rate_low = -0x1.777d0ffda0d24p-57;
  static constexpr bool has_low_parts = true;
  /// Adding it rounds to an integer n and leaves n + 1015 in the lowest bits: the exponent field of 2^(n-8).
  static constexpr double round_to_exponent = 0x1.80000000003f7p+52;
  /// |t| is clamped to this; the density is exactly zero from 37.5019 on.
  static constexpr double largest_t = 0x1.2c16e6995138cp+5;

  template <class T>
  DEADCONE_HD static T exp2(T f, T f_squared) {
    return polynomial(f, f_squared, exp2_double);
  }
  template <class T>
  DEADCONE_HD static T mills_numerator(T x, T x_squared) {
    return polynomial(x, x_squared, mills_numerator_double);
  }
  template <class T>
  DEADCONE_HD static T mills_denominator(T x, T x_squared) {
    return monic_polynomial(x, x_squared, mills_denominator_double);
  }
};

}  // namespace deadcone::numeric
