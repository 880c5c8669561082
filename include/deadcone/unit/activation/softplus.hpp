#pragma once

// Softplus, p(z) = log(1 + exp(z)), whose slope is the logistic function S. With D_k of logistic_mixture.hpp,
//
//   H = D_(-1)    B = D_0
//
// p = log(2 cosh(z/2)) + z/2, so p S = p/2 + z S/2 - S + j with j' = log(2 cosh(z/2)) S', which vanishes with S far below: both
// sides have the same derivative. That is again a mixture, with the same widths and weights d_i of both signs; with J_k the k-th
// derivative by b of E[j(z)], J_(-1) that of its integral,
//
//   A = (D_(-1) + b D_0 + s^2 D_1)/2 - D_0 + J_0        Q = (b D_(-1) + s^2 D_0)/2 - D_(-1) + J_(-1)
//
// and the m-th derivative of A is ((m + 1) D_(m-1) + b D_m + s^2 D_(m+1))/2 - D_m + J_m.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/unit/activation/logistic_mixture.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

struct Softplus {};

/// The averages of S and of j, with their derivatives: `of` of both from 0 to highest.
template <class T, int highest>
struct SoftplusDerivatives {
  MixtureDerivatives<T, highest> logistic;
  MixtureDerivatives<T, highest> log_cosh;
};

template <int highest, class T>
DEADCONE_HD_INLINE SoftplusDerivatives<T, highest> softplus_derivatives(T s, T b) {
  using Mixture = LogisticMixture<scalar_t<T>>;
  const T s2 = limited_square(s);
  SoftplusDerivatives<T, highest> both;
  T sums[highest];
  T log_cosh_sums[highest];
  for (int j = 0; j < highest; ++j) sums[j] = log_cosh_sums[j] = T(0);
  both.logistic.integral = both.log_cosh.integral = both.logistic.of[0] = both.log_cosh.of[0] = T(0);
  DEADCONE_UNROLL(2)
  for (int i = 0; i < Mixture::nodes; ++i) {
    const T variance = s2 + Mixture::template variance<T>(i);
    const T weight = Mixture::template weight<T>(i);
    const T log_cosh_weight = Mixture::template log_cosh_weight<T>(i);
    const T over_square = moderate_quotient(T(1), variance);
    const T over_rho = square_root(over_square);
    const Normal<T> norm = normal(limited_argument(b * over_rho), b > T(0));
    const T integral = fused(b, norm.distribution, variance * over_rho * norm.density);
    both.logistic.integral = fused(weight, integral, both.logistic.integral);
    both.logistic.of[0] = fused(weight, norm.distribution, both.logistic.of[0]);
    both.log_cosh.integral = fused(log_cosh_weight, integral, both.log_cosh.integral);
    both.log_cosh.of[0] = fused(log_cosh_weight, norm.distribution, both.log_cosh.of[0]);
    T term = norm.density * over_rho;
    for (int j = 0; j < highest; ++j) {
      sums[j] = fused(weight, term, sums[j]);
      log_cosh_sums[j] = fused(log_cosh_weight, term, log_cosh_sums[j]);
      term = term * over_square;
    }
  }
  derivatives_from_sums(sums, b, both.logistic);
  derivatives_from_sums(log_cosh_sums, b, both.log_cosh);
  return both;
}

template <int order = 1, class T>
DEADCONE_HD_INLINE Moments<T, order> moments(const Softplus& /*activation*/, T s, T b) {
  using Real = scalar_t<T>;
  const T half = T(Real(0.5));
  const auto derivatives = softplus_derivatives<2 * order>(s, b);
  const auto& d = derivatives.logistic;
  const auto& j = derivatives.log_cosh;
  const T s2 = s * s;
  Moments<T, order> m;
  m.b[0] = d.of[0];
  scale_derivatives<2 * order + 1, 0>(d, T(1), s, m.b);
  T factor = T(1);
  for (int n = 0; n < 2 * order; ++n) {
    const T before = n == 0 ? d.integral : d.of[n - 1];
    const T with_z = fused(T(static_cast<Real>(n + 1)), before, fused(b, d.of[n], s2 * d.of[n + 1]));
    m.a[n] = factor * fused(half, with_z, j.of[n] - d.of[n]);
    if (n > 0) factor = factor * s;
  }
  return m;
}

template <class T>
DEADCONE_HD_INLINE Averages<T> averages(const Softplus& /*activation*/, T s, T b) {
  const auto [d, j] = softplus_derivatives<1>(s, b);
  const T with_z = fused(b, d.integral, (s * s) * d.of[0]);
  return {d.integral, fused(T(scalar_t<T>(0.5)), with_z, j.integral - d.integral), d.of[0], d.of[0]};
}

}  // namespace deadcone::unit
