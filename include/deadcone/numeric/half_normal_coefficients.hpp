#pragma once

// Made by scripts/generate/fit_half_normal.py, which explains the fits. Do not edit: change the program and run it with --write.
// clang-format off

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::numeric {

template <class Real>
struct HalfNormalCoefficients;

/// (log2(3/2 + t) - 0.584963)/t for |t| <= 1/2; absolute error of the logarithm 2.8e-7.
DEADCONE_TABLE float half_normal_log2_float[] = {
    0x1.ef0b7p-7F,
    -0x1.9b8b92p-6F,
    0x1.31b6b4p-5F,
    -0x1.21245p-4F,
    0x1.23ee6p-3F,
    -0x1.4853cep-2F,
    0x1.ec7072p-1F};

/// q/p by x, relative error 3.9e-8.
DEADCONE_TABLE float half_normal_center_float[] = {
    0x1.3459fcp-36F,
    0x1.cc2cf2p-32F,
    0x1.ca79a2p-30F,
    -0x1.8e13dp-25F,
    -0x1.3f39c8p-21F,
    0x1.e338f2p-22F,
    0x1.2dc55p-14F,
    0x1.522f54p-11F,
    -0x1.4575d8p-9F,
    -0x1.f13d24p-3F,
    0x1.09d6bcp+1F};

/// q/p by r in the tail, relative error 6.0e-8.
DEADCONE_TABLE float half_normal_tail_float[] = {
    0x1.a300c6p-12F,
    -0x1.1310e2p-10F,
    0x1.78e606p-10F,
    -0x1.a8606p-10F,
    -0x1.f20778p-12F,
    0x1.34c20ap+0F,
    0x1.18d474p+2F};

template <>
struct HalfNormalCoefficients<float> {
  static constexpr int shift = 4;
  /// The tail is where x is no more than that: c < 0.00028.
  static constexpr float tail_up_to = -0x1.d8a33ap+2F;
  static constexpr float tail_middle = 0x1.p+2F;

  template <class T>
  DEADCONE_HD static T log2(T t, T t_squared) {
    return polynomial(t, t_squared, half_normal_log2_float);
  }
  template <class T>
  DEADCONE_HD static T center(T x, T x_squared) {
    return polynomial(x, x_squared, half_normal_center_float);
  }
  template <class T>
  DEADCONE_HD static T tail(T r, T r_squared) {
    return polynomial(r, r_squared, half_normal_tail_float);
  }
};

/// (log2(3/2 + t) - 0.584963)/t for |t| <= 1/2; absolute error of the logarithm 4.4e-16.
DEADCONE_TABLE double half_normal_log2_double[] = {
    -0x1.89721b8daa0f7p-14,
    0x1.27b85073f987dp-13,
    -0x1.d943ed58d3a0ep-14,
    0x1.8d9206fc3f2ebp-13,
    -0x1.7a80e52afe21ep-12,
    0x1.2f78741791ec4p-11,
    -0x1.e50022fa1e8b2p-11,
    0x1.8d1b23c697831p-10,
    -0x1.47f27dad3b52bp-9,
    0x1.1147508a61183p-8,
    -0x1.cd240daf047e9p-8,
    0x1.8b4398eaff775p-7,
    -0x1.59db362ac4676p-6,
    0x1.374549f2d09a2p-5,
    -0x1.23d0f530bad66p-4,
    0x1.23d0f5316d16fp-3,
    -0x1.484b13d7c09b9p-2,
    0x1.ec709dc3a048cp-1};

/// q/p by x, relative error 5.9e-17.
DEADCONE_TABLE double half_normal_center_double[] = {
    -0x1.a1cbd8372f9e2p-85,
    -0x1.1e126cd85fa4fp-79,
    -0x1.0a88cab45e0a7p-75,
    -0x1.a3eba0c88b801p-76,
    0x1.3f244061e0e03p-68,
    0x1.9d31cd8f3d048p-65,
    -0x1.2f3733c6757acp-63,
    -0x1.a9d3f57d70b4p-58,
    -0x1.0e4eb91383a72p-55,
    0x1.b1d8965994597p-52,
    0x1.97b06c286bd86p-48,
    0x1.807ed618a4674p-49,
    -0x1.36be4d800afa8p-41,
    -0x1.2c266e0626671p-38,
    0x1.bb2aca81089f5p-36,
    0x1.56b3463f02a64p-31,
    0x1.186a52553b1a9p-29,
    -0x1.ab12565c280ccp-25,
    -0x1.44728b19ba456p-21,
    0x1.fd7580400e5e4p-22,
    0x1.2e166eb929f9dp-14,
    0x1.52247c532c066p-11,
    -0x1.457c32a91941p-9,
    -0x1.f13d16beb4cacp-3,
    0x1.09d6bd951b3efp+1};

/// q/p by r in the tail, relative error 2.3e-17.
DEADCONE_TABLE double half_normal_tail_double[] = {
    0x1.bc98efc385747p-52,
    -0x1.397d8ef265e44p-50,
    -0x1.678b4f403a8dp-47,
    0x1.b07138f2d4876p-45,
    -0x1.2e46c9b0483ebp-46,
    -0x1.85264e3312cc6p-42,
    0x1.da642858ccff7p-40,
    -0x1.b783f20294ebap-38,
    0x1.805ff6ea5f273p-37,
    0x1.2cf41f8d7e555p-35,
    -0x1.4bd2ace9a4a9dp-32,
    0x1.220de193a56b7p-30,
    -0x1.082c0857568a7p-29,
    -0x1.22cdfd86a4e44p-30,
    0x1.848f81a7a0a55p-26,
    -0x1.a8e34e5af8ddcp-24,
    0x1.3b423f4d34694p-22,
    -0x1.70e873c6f8dbep-21,
    0x1.6fc2c72cdcc0dp-20,
    -0x1.5e2cd80e6c849p-19,
    0x1.84e94c664ab77p-18,
    -0x1.136daf451f13dp-16,
    0x1.6d316af37241dp-15,
    0x1.387015731df87p-16,
    -0x1.f169f0f27cd9fp-10,
    0x1.33bc954c33ff6p+0,
    0x1.792d23e893107p+2};

template <>
struct HalfNormalCoefficients<double> {
  static constexpr int shift = 4;
  /// The tail is where x is no more than that: c < 0.00037.
  static constexpr double tail_up_to = -0x1.bf09a028188f4p+2;
  static constexpr double tail_middle = 0x1.5p+2;

  template <class T>
  DEADCONE_HD static T log2(T t, T t_squared) {
    return polynomial(t, t_squared, half_normal_log2_double);
  }
  template <class T>
  DEADCONE_HD static T center(T x, T x_squared) {
    return polynomial(x, x_squared, half_normal_center_double);
  }
  template <class T>
  DEADCONE_HD static T tail(T r, T r_squared) {
    return polynomial(r, r_squared, half_normal_tail_double);
  }
};

}  // namespace deadcone::numeric
