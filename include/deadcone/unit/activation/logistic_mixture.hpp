#pragma once

// Averages of the logistic function S(z) = 1/(1 + exp(-z)) over z ~ N(b, s^2), and their derivatives by b.
//
// There is no closed form, but S is a scale mixture of normal distributions: S(z) = sum of c_i Phi(z/tau_i), as near as the
// number type can tell for 12 nodes in float and 28 in double (coefficients.hpp). An average over z only smooths the error, so it
// does not grow with s or b. With rho_i^2 = tau_i^2 + s^2 and h_i = b/rho_i,
//
//   D_0 = E[S(z)] = sum of c_i Phi(h_i)      D_k = d^k/db^k E[S(z)] = sum of c_i (-1)^(k-1) He_(k-1)(h_i) phi(h_i)/rho_i^k
//   D_(-1) = E[log(1 + exp(z))] = sum of c_i (rho_i phi(h_i) + b Phi(h_i))
//
// For k > 0 no distribution is needed. The sums taken are M_j = sum of c_i phi(h_i)/rho_i^(2j+1), of which every D_k is a
// polynomial in b: V(n+1, j) = -(b V(n, j+1) + n V(n-1, j+1)) with V(0, j) = M_j, by the recurrence of He_n; D_(n+1) = V(n, 0).

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/normal.hpp"
#include "deadcone/unit/activation/coefficients.hpp"

namespace deadcone::unit {

using namespace numeric;

/// Averages of a function that is a mixture of normal distributions, and their derivatives by b.
template <class T, int highest>
struct MixtureDerivatives {
  T integral;         ///< of order -1
  T of[highest + 1];  ///< of orders 0 to highest
};

/// Which of them are needed beside those from 1 on.
enum class MixtureParts { densities, distributions, integrals };

/// Derivatives from 1 on, of[1] to of[count], by the sums M_0 to M_(count - 1).
template <int count, int highest, class T>
DEADCONE_HD_INLINE void derivatives_from_sums(const T (&sums)[count], T b, MixtureDerivatives<T, highest>& to) {
  static_assert(count <= highest);
  const T minus_b = T(0) - b;
  T last[count] = {};
  T now[count];
  for (int j = 0; j < count; ++j) now[j] = sums[j];
  for (int n = 0; n < count; ++n) {
    to.of[n + 1] = now[0];
    for (int j = 0; j + n + 1 < count; ++j) {
      const T next = n == 0 ? minus_b * now[j + 1]
                            : fused(minus_b, now[j + 1], T(0) - T(static_cast<scalar_t<T>>(n)) * last[j + 1]);
      last[j] = now[j];
      now[j] = next;
    }
  }
}

/// s^2, no larger than what moderate_quotient() divides by.
template <class T>
DEADCONE_HD_INLINE T limited_square(T s) {
  return smaller(s * s, T(scalar_t<T>(0x1p+58F)));
}

/// Those of S; with `parts` below integrals the integral, and below distributions the one of order 0, are left out.
template <int highest, MixtureParts parts, class T>
DEADCONE_HD_INLINE MixtureDerivatives<T, highest> logistic(T s, T b) {
  using Mixture = LogisticMixture<scalar_t<T>>;
  const T s2 = limited_square(s);
  const T b2 = b * b;
  const T size = magnitude(b);
  MixtureDerivatives<T, highest> d;
  d.integral = T(0);
  d.of[0] = T(0);
  T sums[highest];
  for (int j = 0; j < highest; ++j) sums[j] = T(0);
  DEADCONE_UNROLL(2)
  for (int i = 0; i < Mixture::nodes; ++i) {
    const T variance = s2 + Mixture::template variance<T>(i);
    const T weight = Mixture::template weight<T>(i);
    const T over_rho = reciprocal_root(variance);
    const T over_square = over_rho * over_rho;
    T density;
    if constexpr (parts == MixtureParts::densities) {
      density = density_of_square(b2 * over_square);
    } else {
      const Normal<T> below = lower_tail(smaller(size * over_rho, T(NormalCoefficients<scalar_t<T>>::largest_t)));
      density = below.density;
      d.of[0] = fused(weight, below.distribution, d.of[0]);
      if constexpr (parts == MixtureParts::integrals)
        d.integral = fused(weight, variance * over_rho * density, d.integral);
    }
    T term = density * over_rho;
    sums[0] = fused(weight, term, sums[0]);
    for (int j = 1; j < highest; ++j) {
      term = term * over_square;
      sums[j] = fused(weight, term, sums[j]);
    }
  }
  if constexpr (parts != MixtureParts::densities) {
    d.of[0] = select(b > T(0), T(1) - d.of[0], d.of[0]);  // the weights add up to 1
    d.integral = fused(b, d.of[0], d.integral);
  }
  derivatives_from_sums(sums, b, d);
  return d;
}

/// n-th derivatives from 1 on with s^(n-1), as Moments has them: to[n] = factor s^(n-1) from[n + shift].
template <int count, int shift, int highest, class T>
DEADCONE_HD_INLINE void scale_derivatives(const MixtureDerivatives<T, highest>& from, T factor, T s, T (&to)[count]) {
  static_assert(count - 1 + shift <= highest);
  for (int n = 1; n < count; ++n) {
    to[n] = factor * from.of[n + shift];
    factor = factor * s;
  }
}

}  // namespace deadcone::unit
