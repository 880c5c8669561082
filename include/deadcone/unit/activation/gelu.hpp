#pragma once

// GELU, z Phi(z): gated.hpp with the gate Phi. With r^2 = 1 + s^2, k^2 = 1 + 2 s^2, h = b/r, phi and Phi at h,
//
//   D_0 = Phi    D_1 = phi/r    D_(n+1) = -(b D_n + (n - 1) D_(n-1))/r^2
//   G_0 = E[Phi(z)^2] = Phi - 2 T(h, 1/k)    G_(n+1) = 2 Y_n
//   Y_0 = phi Phi(h/k)/r    Y_(n+1) = e_n - (b Y_n + n Y_(n-1))/r^2
//   e_0 = phi phi(h/k)/(k r^2)    e_(n+1) = -(1 + 1/k^2) (b e_n + n e_(n-1))/r^2
//
// with Owen's T(h, a) = integral over x from 0 to a of exp(-h^2 (1 + x^2)/2)/(1 + x^2)/(2 pi), by Gauss-Legendre: the worst absolute
// error over all h and 0 < a <= 1 is 2e-8 for the 5 nodes of float, 1e-14 for the 10 of double.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/normal.hpp"
#include "deadcone/unit/activation/coefficients.hpp"
#include "deadcone/unit/activation/gated.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

struct Gelu {};

/// Owen's T at h^2 and a.
template <class T>
DEADCONE_HD_INLINE T owen(T h2, T a) {
  using Rule = OwenRule<scalar_t<T>>;
  const T a2 = a * a;
  // The sum as one fraction, whose denominator is at most 2^nodes: a division takes as long as many multiplications.
  T numerator = T(0);
  T denominator = T(1);
  for (int i = 0; i < Rule::nodes; ++i) {
    const T square = fused(a2, Rule::template square<T>(i), T(1));
    const T term = Rule::template weight<T>(i) * density_of_square(h2 * square);
    numerator = fused(numerator, square, term * denominator);
    denominator = denominator * square;
  }
  return a * moderate_quotient(numerator, denominator);
}

/// D_0 to D_highest and G_0 to G_highest.
template <class T, int highest>
struct GeluDerivatives {
  T d[highest + 1];
  T g[highest + 1];
};

template <int highest, class T>
DEADCONE_HD_INLINE GeluDerivatives<T, highest> gelu_derivatives(T s, T b) {
  using Real = scalar_t<T>;
  const T s2 = limited_square(s);
  const T over_r = reciprocal_root(T(1) + s2);
  const T over_square = over_r * over_r;
  const T a = reciprocal_root(fused(T(Real(2)), s2, T(1)));  // 1/k
  const T a2 = a * a;
  const T h = b * over_r;
  const Normal<T> at_h = normal(h);
  const Normal<T> at_ah = normal(a * h);
  const T by_b = T(0) - b * over_square;
  GeluDerivatives<T, highest> to;
  to.d[0] = at_h.distribution;
  to.d[1] = at_h.density * over_r;
  to.g[0] = fused(T(Real(-2)), owen(h * h, a), at_h.distribution);
  T e = at_h.density * at_ah.density * (a * over_square);
  T e_last = T(0);
  T y = to.d[1] * at_ah.distribution;
  T y_last = T(0);
  to.g[1] = y + y;
  const T narrower = T(1) + a2;
  for (int n = 1; n < highest; ++n) {
    const T count = T(static_cast<Real>(n - 1)) * over_square;
    to.d[n + 1] = n == 1 ? by_b * to.d[1] : fused_difference(by_b, to.d[n], count * to.d[n - 1]);
    const T y_next = fused(by_b, y, fused(T(0) - count, y_last, e));
    const T e_next = narrower * fused_difference(by_b, e, count * e_last);
    y_last = y;
    y = y_next;
    e_last = e;
    e = e_next;
    to.g[n + 1] = y + y;
  }
  return to;
}

template <int order = 1, class T>
DEADCONE_HD_INLINE Moments<T, order> moments(const Gelu& /*activation*/, T s, T b) {
  const auto derivatives = gelu_derivatives<2 * order + 2>(s, b);
  return gated_moments<order>(derivatives.d, derivatives.g, s, b);
}

template <class T>
DEADCONE_HD_INLINE Averages<T> averages(const Gelu& /*activation*/, T s, T b) {
  using Real = scalar_t<T>;
  const auto [d, g] = gelu_derivatives<2>(s, b);
  const T s2 = s * s;
  const T slope = mean_derivative<1>(d, s2, b);
  const auto slope_at = [](const T& z) {
    const Normal<T> norm = normal(z);
    return fused(z, norm.density, norm.distribution);
  };
  constexpr double width = sizeof(Real) == sizeof(float) ? 6.0 : 9.0;
  const T absolute = absolute_slope(slope, s, b, gelu_slope_zero, width, slope_at);
  return {mean_derivative<0>(d, s2, b), half_square_derivative<0>(g, s2, b), slope,
          absolute * T(static_cast<Real>(1.0 / gelu_greatest_slope))};
}

}  // namespace deadcone::unit
