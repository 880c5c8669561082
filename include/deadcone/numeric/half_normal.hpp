#pragma once

// The quantile of |Z|, Z standard normal: q(c) = Phi^-1(1 - c/2) is exceeded with probability c.
//
// Method. With p = 1 - c, which is exact, and s = 1 - p^2 = c (1 + p), q/p is a smooth function of log s. The logarithm is
// the exponent of s and a polynomial of its significand. Of x, which is log2 s and a constant, q/p is a polynomial, but
// for small c, where it is one of the root of -x. What that takes is computed only if some lane needs it; no lane's bits
// depend on that.
//
// Accuracy: relative error <= 3.6e-7 in float, where all 2^23 arguments are tried; <= 7e-16 in double. In float q never
// grows from one argument to the next. It is never 0.
//
// Coefficients: scripts/generate/fit_half_normal.py.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/numeric/half_normal_coefficients.hpp"

namespace deadcone::numeric {

/// q(c) for a c that random.hpp makes: an odd multiple of 2^-24 or 2^-53 between 0 and 1.
template <class T>
DEADCONE_HD_INLINE T half_normal_quantile(const T& c) {
  using Real = scalar_t<T>;
  using C = HalfNormalCoefficients<Real>;
  const T p = T(Real(1)) - c;
  const T s = fused(c, p, c);
  const T t = significand_of(s) - T(Real(1.5));
  const T x = fused(t, C::log2(t, t * t), exponent_of<C::shift>(s));
  const T quotient = C::center(x, x * x);
  const auto central = x > T(C::tail_up_to);
  if (holds_everywhere(central)) [[likely]]
    return p * quotient;
  const T r = square_root(T(Real(C::shift)) - x) - T(C::tail_middle);
  return p * select(central, quotient, C::tail(r, r * r));
}

}  // namespace deadcone::numeric
