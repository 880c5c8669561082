#pragma once

// Units z F(z) with a gate F that rises from 0 to 1: SiLU and GELU. With z ~ N(b, s^2), D_k and G_k the k-th derivatives by b of
// E[F(z)] and E[F(z)^2],
//
//   E[z F(z)] = b D_0 + s^2 D_1          E[z^2 F(z)^2] = (b^2 + s^2) G_0 + 2 b s^2 G_1 + s^4 G_2
//
// and by Leibniz's rule the m-th derivatives of H and Q are
//
//   m D_(m-1) + b D_m + s^2 D_(m+1)
//   (b^2 + (1 + 2m) s^2)/2 G_m + b (m G_(m-1) + s^2 G_(m+1)) + m (m - 1)/2 G_(m-2) + s^4/2 G_(m+2)

#include <cstddef>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/normal.hpp"
#include "deadcone/unit/activation/coefficients.hpp"
#include "deadcone/unit/activation/edge.hpp"
#include "deadcone/unit/activation/logistic_mixture.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

/// The m-th derivative of E[z F(z)].
template <int m, class T, std::size_t count>
DEADCONE_HD_INLINE T mean_derivative(const T (&d)[count], T s2, T b) {
  const T rest = fused(s2, d[m + 1], b * d[m]);
  if constexpr (m == 0) return rest;
  if constexpr (m > 0) return fused(T(static_cast<scalar_t<T>>(m)), d[m - 1], rest);
}

/// The m-th derivative of E[z^2 F(z)^2] / 2.
template <int m, class T, std::size_t count>
DEADCONE_HD_INLINE T half_square_derivative(const T (&g)[count], T s2, T b) {
  using Real = scalar_t<T>;
  const T half = T(Real(0.5));
  const T factor = half * fused(T(Real(1 + 2 * m)), s2, b * b);
  T by_b = s2 * g[m + 1];
  if constexpr (m > 0) by_b = fused(T(Real(m)), g[m - 1], by_b);
  T sum = fused(factor, g[m], (half * s2) * (s2 * g[m + 2]));
  constexpr int pairs = m * (m - 1) / 2;
  if constexpr (m > 1) sum = fused(T(Real(pairs)), g[m - 2], sum);
  return fused(b, by_b, sum);
}

/// Moments from D_0 to D_(2 order + 2) and G_0 to G_(2 order + 2).
template <int order, class T, std::size_t count, std::size_t square_count>
DEADCONE_HD_INLINE Moments<T, order> gated_moments(const T (&d)[count], const T (&g)[square_count], T s, T b) {
  const T s2 = s * s;
  Moments<T, order> m;
  m.b[0] = mean_derivative<1>(d, s2, b);
  m.b[1] = mean_derivative<2>(d, s2, b);
  m.b[2] = s * mean_derivative<3>(d, s2, b);
  m.a[0] = half_square_derivative<1>(g, s2, b);
  m.a[1] = half_square_derivative<2>(g, s2, b);
  if constexpr (order > 1) {
    m.b[3] = s2 * mean_derivative<4>(d, s2, b);
    m.b[4] = (s2 * s) * mean_derivative<5>(d, s2, b);
    m.a[2] = s * half_square_derivative<3>(g, s2, b);
    m.a[3] = s2 * half_square_derivative<4>(g, s2, b);
  }
  return m;
}

/// E[|sigma'(z)|] of a unit that falls for z < `zero` and rises above, from B: B - 2 E[sigma'(z); z < zero]. The rest is an
/// integral of a smooth function over the part of (`zero` - `width`, `zero`) that z reaches. `slope` is sigma', which is
/// negligible further down.
template <class T, class Slope>
DEADCONE_HD_INLINE T absolute_slope(T mean_slope, T s, T b, double zero, double width, const Slope& slope) {
  using Real = scalar_t<T>;
  const T over_s = reciprocal_width(s);
  const T reach = T(Real(8.5));
  // In units of s from b; where there is no weight all of z is at b.
  const T end = T(static_cast<Real>(zero)) - b;
  const T start = end - T(static_cast<Real>(width));
  const auto clamped = [&](const T& distance) {
    const T far = with_sign_of(reach, distance);
    const T at = distance * over_s;
    return select(over_s > T(0), with_sign_of(limited_magnitude(at, reach), at), far);
  };
  const T first = clamped(start);
  const T length = clamped(end) - first;
  T falling = T(0);
  for (int i = 0; i < LobeRule<Real>::nodes; ++i) {
    const T u = fused(length, LobeRule<Real>::template node<T>(i), first);
    const T z = smaller(fused(s, u, b), T(static_cast<Real>(zero)));  // not above it where nothing of z is below
    falling = fused(LobeRule<Real>::template weight<T>(i) * density_of_square(u * u), slope(z), falling);
  }
  const T absolute = fused(T(Real(-2)), length * falling, mean_slope);
  return select(absolute > T(0), absolute, T(0));  // where both are next to nothing
}

}  // namespace deadcone::unit
