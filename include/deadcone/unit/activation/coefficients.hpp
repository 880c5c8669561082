#pragma once

// Made by scripts/generate/make_activation_coefficients.py, which explains the sums. Do not edit: change the program and run it
// with --write.
// clang-format off

#include "deadcone/numeric/annotations.hpp"

namespace deadcone::unit {

/// S(z) = sum of weight(i) Phi(z/tau_i), and log(2 cosh(z/2)) S'(z) = sum of log_cosh_weight(i) phi(z/tau_i)/tau_i, where
/// variance(i) = tau_i^2.
template <class Real>
struct LogisticMixture;

/// The integral of f(x^2) over x in (0, 1) is sqrt(2 pi) times the sum of weight(i) f(square(i)).
template <class Real>
struct OwenRule;

/// The integral of f over (0, 1) is the sum of weight(i) f(node(i)).
template <class Real>
struct LobeRule;

/// Where the slope of z Phi(z) is 0.
inline constexpr double gelu_slope_zero = -0.75179152469356446;
/// Its greatest value, at sqrt(2).
inline constexpr double gelu_greatest_slope = 1.1289041451851548;
/// Where the slope of z S(z) is 0.
inline constexpr double silu_slope_zero = -1.2784645427610738;
/// Its greatest value.
inline constexpr double silu_greatest_slope = 1.0998393201288669;

/// tau_i^2, tau from 0.56 to 5.2.
DEADCONE_TABLE float logistic_variance_float[] = {
    0x1.41205cp-2F,
    0x1.e18d18p-2F,
    0x1.690f4p-1F,
    0x1.0eb784p+0F,
    0x1.95f564p+0F,
    0x1.3061a4p+1F,
    0x1.c870dep+1F,
    0x1.563b78p+2F,
    0x1.0099b6p+3F,
    0x1.80ca4p+3F,
    0x1.208274p+4F,
    0x1.b0a3d8p+4F};

/// c_i.
DEADCONE_TABLE float logistic_weight_float[] = {
    0x1.0fbcd8p-17F,
    0x1.ae13fep-11F,
    0x1.d6adf6p-7F,
    0x1.3d09fcp-4F,
    0x1.8019dep-3F,
    0x1.0ab728p-2F,
    0x1.e81186p-3F,
    0x1.31c1dcp-3F,
    0x1.e2ece6p-5F,
    0x1.86e0c6p-7F,
    0x1.d140d2p-11F,
    0x1.ee04p-17F};

/// d_i.
DEADCONE_TABLE float log_cosh_weight_float[] = {
    -0x1.f215bep-17F,
    -0x1.2da578p-10F,
    -0x1.c3684cp-7F,
    -0x1.391856p-5F,
    0x1.64807cp-10F,
    0x1.3089d6p-3F,
    0x1.31d7cap-2F,
    0x1.4bd2cp-2F,
    0x1.a7ae7ap-3F,
    0x1.0d54eep-4F,
    0x1.ef41f6p-8F,
    0x1.920156p-13F};

template <>
struct LogisticMixture<float> {
  static constexpr int nodes = 12;
  template <class T>
  DEADCONE_HD_INLINE static T variance(int i) {
    return T(logistic_variance_float[i]);
  }
  template <class T>
  DEADCONE_HD_INLINE static T weight(int i) {
    return T(logistic_weight_float[i]);
  }
  template <class T>
  DEADCONE_HD_INLINE static T log_cosh_weight(int i) {
    return T(log_cosh_weight_float[i]);
  }
};

/// Squares of Gauss-Legendre nodes on (0, 1).
DEADCONE_TABLE float owen_square_float[] = {
    0x1.d1173cp-1F,
    0x1.2ef62ep-1F,
    0x1.p-2F,
    0x1.b43ee4p-5F,
    0x1.206e62p-9F};

/// Their weights, over sqrt(2 pi).
DEADCONE_TABLE float owen_weight_float[] = {
    0x1.83279p-5F,
    0x1.870e48p-4F,
    0x1.d0cd2cp-4F,
    0x1.870e48p-4F,
    0x1.83279p-5F};

template <>
struct OwenRule<float> {
  static constexpr int nodes = 5;
  template <class T>
  DEADCONE_HD_INLINE static T square(int i) {
    return T(owen_square_float[i]);
  }
  template <class T>
  DEADCONE_HD_INLINE static T weight(int i) {
    return T(owen_weight_float[i]);
  }
};

/// Gauss-Legendre nodes on (0, 1).
DEADCONE_TABLE float lobe_node_float[] = {
    0x1.fec496p-1F,
    0x1.f987dp-1F,
    0x1.f032c2p-1F,
    0x1.e2ec2p-1F,
    0x1.d1eba6p-1F,
    0x1.bd78c8p-1F,
    0x1.a5e978p-1F,
    0x1.8ba0bep-1F,
    0x1.6f0d18p-1F,
    0x1.50a6a4p-1F,
    0x1.30ed2ap-1F,
    0x1.106608p-1F,
    0x1.df33fp-2F,
    0x1.9e25aap-2F,
    0x1.5eb2bap-2F,
    0x1.21e5d2p-2F,
    0x1.d17d08p-3F,
    0x1.685a24p-3F,
    0x1.0a1ce2p-3F,
    0x1.70a2ccp-4F,
    0x1.d13df4p-5F,
    0x1.f9a7a6p-6F,
    0x1.9e0c1ep-7F,
    0x1.3b690cp-9F};

/// Their weights.
DEADCONE_TABLE float lobe_weight_float[] = {
    0x1.9465bep-8F,
    0x1.d37552p-7F,
    0x1.6ab884p-6F,
    0x1.e5c626p-6F,
    0x1.2c6d5cp-5F,
    0x1.6108fp-5F,
    0x1.8fd894p-5F,
    0x1.b8177cp-5F,
    0x1.d91c78p-5F,
    0x1.f25cbcp-5F,
    0x1.01b712p-4F,
    0x1.060476p-4F,
    0x1.060476p-4F,
    0x1.01b712p-4F,
    0x1.f25cbcp-5F,
    0x1.d91c78p-5F,
    0x1.b8177cp-5F,
    0x1.8fd894p-5F,
    0x1.6108fp-5F,
    0x1.2c6d5cp-5F,
    0x1.e5c626p-6F,
    0x1.6ab884p-6F,
    0x1.d37552p-7F,
    0x1.9465bep-8F};

template <>
struct LobeRule<float> {
  static constexpr int nodes = 24;
  template <class T>
  DEADCONE_HD_INLINE static T node(int i) {
    return T(lobe_node_float[i]);
  }
  template <class T>
  DEADCONE_HD_INLINE static T weight(int i) {
    return T(lobe_weight_float[i]);
  }
};

/// tau_i^2, tau from 0.36 to 7.6.
DEADCONE_TABLE double logistic_variance_double[] = {
    0x1.096bb98c7e282p-3,
    0x1.4cb20a45b5e8cp-3,
    0x1.a1059881e229dp-3,
    0x1.055c696fe8b7ap-2,
    0x1.479b4c6f581ddp-2,
    0x1.9aa4a7e53ca47p-2,
    0x1.015cfefb49cf7p-1,
    0x1.42987bc40a3f2p-1,
    0x1.945cb16a4e66dp-1,
    0x1.fada77de03103p-1,
    0x1.3da94a3d102b9p+0,
    0x1.8e2d53437a028p+0,
    0x1.f319c5fe5ec5ap+0,
    0x1.38cd6b05352e7p+1,
    0x1.88162d221a44cp+1,
    0x1.eb776f9fefad6p+1,
    0x1.340492741fa21p+2,
    0x1.8216e030a69ccp+2,
    0x1.e3f2fde3b0ef7p+2,
    0x1.2f4e7609b6dedp+3,
    0x1.7c2f0f0cee719p+3,
    0x1.dc8bfbbc14fbcp+3,
    0x1.2aaacc699b2f4p+4,
    0x1.765e5dc26b0e8p+4,
    0x1.d541f5e5e6e7ep+4,
    0x1.26194d56af827p+5,
    0x1.70a471c4a7cd5p+5,
    0x1.ce147ae147ae1p+5};

/// c_i.
DEADCONE_TABLE double logistic_weight_double[] = {
    0x1.ef160f36b0b8ap-49,
    0x1.7afb8f81617afp-38,
    0x1.e8c260ddcf18dp-30,
    0x1.6ba517f9efbe6p-23,
    0x1.9130af95cebfbp-18,
    0x1.90d07000ae5bcp-14,
    0x1.a946885e88c2dp-11,
    0x1.1007235c52e45p-8,
    0x1.d025c8c0a8627p-7,
    0x1.1e128620b3d71p-5,
    0x1.0f64c22787958p-4,
    0x1.a0712453e76b9p-4,
    0x1.0c76caf36b8f8p-3,
    0x1.2b3e49e6978b1p-3,
    0x1.2605c00320c38p-3,
    0x1.01355ecf9cb51p-3,
    0x1.9041753b0b4c9p-4,
    0x1.114b081792b48p-4,
    0x1.3f18e4e20a342p-5,
    0x1.32d40600ad135p-6,
    0x1.cecbf012c1559p-8,
    0x1.01693d359ed4ep-9,
    0x1.8701649a53deap-12,
    0x1.701e452bad42ep-15,
    0x1.7c8d2e69564f2p-19,
    0x1.7312234984243p-24,
    0x1.1a165e9de85b9p-30,
    0x1.075782e4af274p-38};

/// d_i.
DEADCONE_TABLE double log_cosh_weight_double[] = {
    -0x1.53cd1640f454p-47,
    -0x1.dc74ab403fbf2p-37,
    -0x1.16d8c114293f1p-28,
    -0x1.746395a8bc623p-22,
    -0x1.6b79884dbb0c5p-17,
    -0x1.3b461ae0e9e39p-13,
    -0x1.1aff3301b59ep-10,
    -0x1.26eb080692f17p-8,
    -0x1.81febb24ba66dp-7,
    -0x1.46fee9c8273e8p-6,
    -0x1.4733874de4419p-6,
    -0x1.dae2d4cd3bff8p-10,
    0x1.313b7526c00f7p-5,
    0x1.6e6aea8325891p-4,
    0x1.1f79097a73634p-3,
    0x1.67b2b17c89314p-3,
    0x1.7c40ef70c2facp-3,
    0x1.57ab49e9f00bfp-3,
    0x1.05b6e4bc2a14fp-3,
    0x1.452c400a201bcp-4,
    0x1.3ab924ed9863ap-5,
    0x1.beff47665a732p-7,
    0x1.afbc67f5325c2p-9,
    0x1.01a90355852b5p-11,
    0x1.50e3f04106b6ep-15,
    0x1.9eb2f04baee9dp-20,
    0x1.8d64a8bf3db49p-26,
    0x1.d31a435f3a84ap-34};

template <>
struct LogisticMixture<double> {
  static constexpr int nodes = 28;
  template <class T>
  DEADCONE_HD_INLINE static T variance(int i) {
    return T(logistic_variance_double[i]);
  }
  template <class T>
  DEADCONE_HD_INLINE static T weight(int i) {
    return T(logistic_weight_double[i]);
  }
  template <class T>
  DEADCONE_HD_INLINE static T log_cosh_weight(int i) {
    return T(log_cosh_weight_double[i]);
  }
};

/// Squares of Gauss-Legendre nodes on (0, 1).
DEADCONE_TABLE double owen_square_double[] = {
    0x1.f2ba2fee46136p-1,
    0x1.bd3e38ce97373p-1,
    0x1.6903686634fbbp-1,
    0x1.06fddd88224c8p-1,
    0x1.51e5c4dd78168p-2,
    0x1.72e68231d2056p-3,
    0x1.48beea00b7adp-4,
    0x1.a4fac7aadc472p-6,
    0x1.2a5172660400cp-8,
    0x1.64f8b96e5de5dp-13};

/// Their weights, over sqrt(2 pi).
DEADCONE_TABLE double owen_weight_double[] = {
    0x1.b3c82c8210a09p-7,
    0x1.e86d5d9217977p-6,
    0x1.66007dfb37a4p-5,
    0x1.b800011578b75p-5,
    0x1.e2e813facd44fp-5,
    0x1.e2e813facd44fp-5,
    0x1.b800011578b75p-5,
    0x1.66007dfb37a4p-5,
    0x1.e86d5d9217977p-6,
    0x1.b3c82c8210a09p-7};

template <>
struct OwenRule<double> {
  static constexpr int nodes = 10;
  template <class T>
  DEADCONE_HD_INLINE static T square(int i) {
    return T(owen_square_double[i]);
  }
  template <class T>
  DEADCONE_HD_INLINE static T weight(int i) {
    return T(owen_weight_double[i]);
  }
};

/// Gauss-Legendre nodes on (0, 1).
DEADCONE_TABLE double lobe_node_double[] = {
    0x1.ffaf74ec57971p-1,
    0x1.fe57fe4d79252p-1,
    0x1.fbef96b64776cp-1,
    0x1.f878b0cbc2397p-1,
    0x1.f3f7008a906fdp-1,
    0x1.ee6f5bb083aa6p-1,
    0x1.e7e7b1f252742p-1,
    0x1.e067061faaa2ap-1,
    0x1.d7f5667af75cfp-1,
    0x1.ce9be4080368fp-1,
    0x1.c46488cb7c716p-1,
    0x1.b95a4d01816cdp-1,
    0x1.ad890b55624d1p-1,
    0x1.a0fd7426ad001p-1,
    0x1.93c4ffe8f925p-1,
    0x1.85ede0acf9b8ap-1,
    0x1.7786f2e25011ap-1,
    0x1.689fad6277a8fp-1,
    0x1.594810d5e98e2p-1,
    0x1.4990968549f51p-1,
    0x1.398a1ea911f7ep-1,
    0x1.2945de4ab3306p-1,
    0x1.18d54ccaa9b7bp-1,
    0x1.084a111f530cbp-1,
    0x1.ef6bddc159e69p-2,
    0x1.ce55666aac909p-2,
    0x1.ad74436a999f4p-2,
    0x1.8cebc2addc104p-2,
    0x1.6cded2f56c15fp-2,
    0x1.4d6fde542ce3cp-2,
    0x1.2ec0a53b10ae2p-2,
    0x1.10f21a3b5fdcbp-2,
    0x1.e8487d4c191d7p-3,
    0x1.b0ec005c1b6cp-3,
    0x1.7c0a2f654bffep-3,
    0x1.49dbd2aa76cbep-3,
    0x1.1a96cbf9fa4cep-3,
    0x1.dcdbb9a41c74dp-4,
    0x1.8b20dfbfe4b8cp-4,
    0x1.4054cc2845186p-4,
    0x1.f98f9e0555d66p-5,
    0x1.8184e0dad8bddp-5,
    0x1.190a44f7c55a8p-5,
    0x1.811feeadf2057p-6,
    0x1.e1d3cd0f71a26p-7,
    0x1.041a526e2251ep-7,
    0x1.a801b286dae07p-9,
    0x1.422c4ea1a3b19p-11};

/// Their weights.
DEADCONE_TABLE double lobe_weight_double[] = {
    0x1.9d50bc55d2d99p-10,
    0x1.e037f45d9bdp-9,
    0x1.781605954a639p-8,
    0x1.fe80c5c315c9dp-8,
    0x1.416423e8cba8ep-7,
    0x1.822eefbc97517p-7,
    0x1.c15b1e8f69969p-7,
    0x1.fea4d40fed235p-7,
    0x1.1ce51f31f701fp-6,
    0x1.3945ed05d7d7p-6,
    0x1.54565a91a8406p-6,
    0x1.6df9583af719dp-6,
    0x1.86135edf0aa09p-6,
    0x1.9c8a8d5861892p-6,
    0x1.b146c443c7e24p-6,
    0x1.c431bfe4b31ap-6,
    0x1.d537300bfd4dfp-6,
    0x1.e444cde6d0026p-6,
    0x1.f14a6f9e10ad4p-6,
    0x1.fc3a19b11a2a4p-6,
    0x1.028406fc86d37p-5,
    0x1.05d56c2248c44p-5,
    0x1.080dac3f3725fp-5,
    0x1.092a652a0fbb7p-5,
    0x1.092a652a0fbb7p-5,
    0x1.080dac3f3725fp-5,
    0x1.05d56c2248c44p-5,
    0x1.028406fc86d37p-5,
    0x1.fc3a19b11a2a4p-6,
    0x1.f14a6f9e10ad4p-6,
    0x1.e444cde6d0026p-6,
    0x1.d537300bfd4dfp-6,
    0x1.c431bfe4b31ap-6,
    0x1.b146c443c7e24p-6,
    0x1.9c8a8d5861892p-6,
    0x1.86135edf0aa09p-6,
    0x1.6df9583af719dp-6,
    0x1.54565a91a8406p-6,
    0x1.3945ed05d7d7p-6,
    0x1.1ce51f31f701fp-6,
    0x1.fea4d40fed235p-7,
    0x1.c15b1e8f69969p-7,
    0x1.822eefbc97517p-7,
    0x1.416423e8cba8ep-7,
    0x1.fe80c5c315c9dp-8,
    0x1.781605954a639p-8,
    0x1.e037f45d9bdp-9,
    0x1.9d50bc55d2d99p-10};

template <>
struct LobeRule<double> {
  static constexpr int nodes = 48;
  template <class T>
  DEADCONE_HD_INLINE static T node(int i) {
    return T(lobe_node_double[i]);
  }
  template <class T>
  DEADCONE_HD_INLINE static T weight(int i) {
    return T(lobe_weight_double[i]);
  }
};

}  // namespace deadcone::unit
