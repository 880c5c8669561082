#pragma once

// Made by scripts/generate/fit_mills.py, which explains the fit. Do not edit: change the program and run it with --write.
// clang-format off

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::numeric {

template <class Real>
struct MillsCoefficients;

/// Mills' ratio: monic numerator; relative error 7.8e-8.
DEADCONE_TABLE float mills_ratio_float[] = {
    0x1.3b3abcp+3F,
    0x1.8dd0cep+5F,
    0x1.28977ap+7F,
    0x1.026bf2p+8F,
    0x1.ab9c0ep+7F};

/// 1 - x M(x): monic numerator; relative error 7.8e-8.
DEADCONE_TABLE float mills_moment_float[] = {
    0x1.3b3a84p+3F,
    0x1.7dd68ap+5F,
    0x1.00feb6p+7F,
    0x1.552eep+7F};

/// The denominator of both, monic.
DEADCONE_TABLE float mills_common_float[] = {
    0x1.3b3abcp+3F,
    0x1.95d0cep+5F,
    0x1.3c4b22p+7F,
    0x1.3226c2p+8F,
    0x1.564d62p+8F,
    0x1.552eep+7F};

template <>
struct MillsCoefficients<float> {
  /// From here on the denominator may overflow.
  static constexpr float largest_x = 0x1p+18F;

  template <class T>
  DEADCONE_HD static T ratio(T x, T x_squared) {
    return monic_polynomial(x, x_squared, mills_ratio_float);
  }
  template <class T>
  DEADCONE_HD static T moment(T x, T x_squared) {
    return monic_polynomial(x, x_squared, mills_moment_float);
  }
  template <class T>
  DEADCONE_HD static T denominator(T x, T x_squared) {
    return monic_polynomial(x, x_squared, mills_common_float);
  }
};

/// Mills' ratio: monic numerator; relative error 2.7e-17.
DEADCONE_TABLE double mills_ratio_double[] = {
    0x1.eb5f9b43698dfp+4,
    0x1.dbe2f71518dacp+8,
    0x1.2cd462c29ac4cp+12,
    0x1.10cc42afc7876p+15,
    0x1.721bb04ea234fp+17,
    0x1.7dcc737072537p+19,
    0x1.2afb36c79855ep+21,
    0x1.5c87869fd24c8p+22,
    0x1.20def657ad5cap+23,
    0x1.345ce21f0d87dp+23,
    0x1.44f0528e3da2dp+22};

/// 1 - x M(x): monic numerator; relative error 2.7e-17.
DEADCONE_TABLE double mills_moment_double[] = {
    0x1.eb5f9b43698cfp+4,
    0x1.d9e2f71519081p+8,
    0x1.28fda38c114ffp+12,
    0x1.0970b6d39a691p+15,
    0x1.5fe7f80043d66p+17,
    0x1.5dfc86ef3acd8p+19,
    0x1.0250e0d3224b2p+21,
    0x1.1049350ce87a2p+22,
    0x1.75ffe2cd0cc4p+22,
    0x1.03437c9278932p+22};

/// The denominator of both, monic.
DEADCONE_TABLE double mills_common_double[] = {
    0x1.eb5f9b43698dfp+4,
    0x1.dce2f71518dacp+8,
    0x1.2ebfc25dde2e5p+12,
    0x1.1480089df1b97p+15,
    0x1.7b639d6b02bf7p+17,
    0x1.8e637eddabfap+19,
    0x1.40f9b6479c935p+21,
    0x1.8847177db9a63p+22,
    0x1.61732e8c75ef7p+23,
    0x1.bc817ca581c4ep+23,
    0x1.5d781aada5337p+23,
    0x1.03437c9278932p+22};

template <>
struct MillsCoefficients<double> {
  /// From here on the denominator may overflow.
  static constexpr double largest_x = 0x1p+75;

  template <class T>
  DEADCONE_HD static T ratio(T x, T x_squared) {
    return monic_polynomial(x, x_squared, mills_ratio_double);
  }
  template <class T>
  DEADCONE_HD static T moment(T x, T x_squared) {
    return monic_polynomial(x, x_squared, mills_moment_double);
  }
  template <class T>
  DEADCONE_HD static T denominator(T x, T x_squared) {
    return monic_polynomial(x, x_squared, mills_common_double);
  }
};

}  // namespace deadcone::numeric
