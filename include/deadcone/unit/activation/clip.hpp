#pragma once

// The clipped line, z cut off at lo and hi: hard tanh (-1, 1), ReLU6 (0, 6). With l = (b - lo)/s, h = (b - hi)/s and phi at
// either,
//
//   B = Phi(l) - Phi(h)    A = b B + s (phi(l) - phi(h))    dA/db = B + (lo phi(l) - hi phi(h))/s
//   H = lo Phi(-l) + hi Phi(h) + A    2 Q = lo^2 Phi(-l) + hi^2 Phi(h) + E[z^2; lo < z < hi]
//
// Where s is much more than hi - lo, B and phi(l) - phi(h) are small differences, which A and dA/db multiply with s. There they
// are taken from Taylor's series about the middle, m = (b - (lo + hi)/2)/s, in x = (hi - lo)/2s:
//
//   B = 2 x phi(m) (1 + x^2 He_2(m)/3! + x^4 He_4(m)/5! + ...)
//   phi(l) - phi(h) = -2 x phi(m) (He_1(m) + x^2 He_3(m)/3! + ...)

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/unit/activation/edge.hpp"
#include "deadcone/unit/moments.hpp"

namespace deadcone::unit {

template <class Constant>
struct Clip {
  Constant lo;
  Constant hi;  ///< > lo
};

/// (hi - lo)/2s up to which the series is taken: there its first left term is less than half a unit in the last place of its
/// first one.
template <class Real>
inline constexpr Real narrow_window = sizeof(Real) == sizeof(float) ? Real(0.25) : Real(0.015625);

/// Both edges and what lies between them.
template <class T>
struct Window {
  Edge<T> lo;
  Edge<T> hi;
  T over_s;
  T inside;   ///< P(lo < z < hi)
  T density;  ///< phi(l) - phi(h)
};

template <class Constant, class T>
DEADCONE_HD_INLINE Window<T> window(const Clip<Constant>& activation, T s, T b) {
  using Real = scalar_t<T>;
  const T lo = T(activation.lo);
  const T hi = T(activation.hi);
  Window<T> w;
  w.over_s = reciprocal_width(s);
  w.lo = edge(b - lo, w.over_s);
  w.hi = edge(b - hi, w.over_s);
  // The difference of the smaller tails.
  const T inside = select(w.hi.t > T(0), w.hi.below - w.lo.below, w.lo.above - w.hi.above);

  const T x = T(Real(0.5)) * (hi - lo) * w.over_s;
  const T from_middle = (b - T(Real(0.5)) * (hi + lo)) * w.over_s;
  const T m = with_sign_of(limited_argument(from_middle), from_middle);
  const T m2 = m * m;
  const T x2 = x * x;
  // He_2, He_4, He_6 and He_1, He_3, He_5, He_7 over m.
  const T even2 = m2 - T(1);
  const T even4 = fused(m2, m2 - T(Real(6)), T(Real(3)));
  const T even6 = fused_difference(m2, fused(m2, m2 - T(Real(15)), T(Real(45))), T(Real(15)));
  const T odd3 = m2 - T(Real(3));
  const T odd5 = fused(m2, m2 - T(Real(10)), T(Real(15)));
  const T odd7 = fused_difference(m2, fused(m2, m2 - T(Real(21)), T(Real(105))), T(Real(105)));
  const auto series = [&](const T& first, const T& second, const T& third) {
    constexpr Real over_6 = Real(1) / Real(6);
    constexpr Real over_20 = Real(1) / Real(20);
    constexpr Real over_42 = Real(1) / Real(42);
    const T tail = fused(x2 * T(over_42), third, second);
    return fused(x2 * T(over_6), fused(x2 * T(over_20), tail, first), T(1));
  };
  const T peak = T(Real(2)) * x * density_of_square(m2);
  const mask_t<T> is_narrow = both(x<T(narrow_window<Real>), w.over_s> T(0));
  w.inside = select(is_narrow, peak * series(even2, even4, even6), inside);
  w.density = select(is_narrow, T(0) - peak * m * series(odd3, odd5, odd7), w.lo.density - w.hi.density);
  return w;
}

template <int order = 1, class Constant, class T>
DEADCONE_HD_INLINE Moments<T, order> moments(const Clip<Constant>& activation, T s, T b) {
  const T lo = T(activation.lo);
  const T hi = T(activation.hi);
  const Window<T> w = window(activation, s, b);
  const T lo_density = w.over_s * w.lo.density;
  const T hi_density = w.over_s * w.hi.density;
  const T lo_slope = w.lo.t * lo_density;
  const T hi_slope = w.hi.t * hi_density;
  Moments<T, order> m;
  m.b[0] = w.inside;
  m.b[1] = w.over_s * w.density;
  m.b[2] = hi_slope - lo_slope;
  m.a[0] = fused(b, w.inside, s * w.density);
  m.a[1] = fused(lo, lo_density, w.inside) - hi * hi_density;
  if constexpr (order > 1) {
    const T lo_bend = hermite<2>(w.lo.t) * lo_density;
    const T hi_bend = hermite<2>(w.hi.t) * hi_density;
    m.b[3] = lo_bend - hi_bend;
    m.b[4] = hermite<3>(w.hi.t) * hi_density - hermite<3>(w.lo.t) * lo_density;
    m.a[2] = w.density + fused_difference(hi, hi_slope, lo * lo_slope);
    m.a[3] = fused(s, m.b[2], fused_difference(lo, lo_bend, hi * hi_bend));
  }
  return m;
}

template <class Constant, class T>
DEADCONE_HD_INLINE Averages<T> averages(const Clip<Constant>& activation, T s, T b) {
  const T lo = T(activation.lo);
  const T hi = T(activation.hi);
  const Window<T> w = window(activation, s, b);
  // E[z; lo < z < hi] and E[z^2; lo < z < hi].
  const T inside = fused(b, w.inside, s * w.density);
  const T edges = fused_difference(lo, w.lo.density, hi * w.hi.density);
  const T square_inside = fused(s, fused(s, w.inside, edges), b * inside);
  const T below = lo * w.lo.below;
  const T above = hi * w.hi.above;
  return {inside + (below + above), T(scalar_t<T>(0.5)) * (square_inside + fused(lo, below, hi * above)), w.inside,
          w.inside};
}

}  // namespace deadcone::unit
