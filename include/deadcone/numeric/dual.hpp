#pragma once

// Dual numbers: a number with its derivative in one direction, so that a formula gives its derivative, too. A number type of
// arithmetic.hpp; the derivative of a choice is that of what is chosen.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::numeric {

template <class Real>
struct Dual {
  using scalar = Real;
  using mask = bool;
  Real value;
  Real slope;

  Dual() = default;
  DEADCONE_HD explicit Dual(Real number, Real derivative = Real(0)) : value(number), slope(derivative) {}
};

template <class Real>
DEADCONE_HD inline Dual<Real> operator+(const Dual<Real>& a, const Dual<Real>& b) {
  return Dual<Real>(a.value + b.value, a.slope + b.slope);
}
template <class Real>
DEADCONE_HD inline Dual<Real> operator-(const Dual<Real>& a, const Dual<Real>& b) {
  return Dual<Real>(a.value - b.value, a.slope - b.slope);
}
template <class Real>
DEADCONE_HD inline Dual<Real> operator*(const Dual<Real>& a, const Dual<Real>& b) {
  return Dual<Real>(a.value * b.value, fused(a.slope, b.value, a.value * b.slope));
}
template <class Real>
DEADCONE_HD inline Dual<Real> operator/(const Dual<Real>& a, const Dual<Real>& b) {
  const Real quotient = a.value / b.value;
  return Dual<Real>(quotient, fused(-quotient, b.slope, a.slope) / b.value);
}
template <class Real>
DEADCONE_HD inline bool operator<(const Dual<Real>& a, const Dual<Real>& b) {
  return a.value < b.value;
}
template <class Real>
DEADCONE_HD inline bool operator>(const Dual<Real>& a, const Dual<Real>& b) {
  return a.value > b.value;
}

template <class Real>
DEADCONE_HD inline Dual<Real> fused(const Dual<Real>& a, const Dual<Real>& b, const Dual<Real>& c) {
  return Dual<Real>(fused(a.value, b.value, c.value), fused(a.slope, b.value, fused(a.value, b.slope, c.slope)));
}
/// At 0, where a root has no derivative, that is 0.
template <class Real>
DEADCONE_HD inline Dual<Real> square_root(const Dual<Real>& a) {
  const Real root = square_root(a.value);
  return Dual<Real>(root, root > Real(0) ? a.slope / (root + root) : Real(0));
}
template <class Real>
DEADCONE_HD inline Dual<Real> reciprocal_root(const Dual<Real>& a) {
  const Real root = reciprocal_root(a.value);
  return Dual<Real>(root, Real(-0.5) * (root * root * root) * a.slope);
}
template <class Real>
DEADCONE_HD inline Dual<Real> magnitude(const Dual<Real>& a) {
  return Dual<Real>(magnitude(a.value), times_sign_of(a.slope, a.value));
}
template <class Real>
DEADCONE_HD inline Dual<Real> with_sign_of(const Dual<Real>& a, const Dual<Real>& b) {
  return Dual<Real>(with_sign_of(a.value, b.value), times_sign_of(times_sign_of(a.slope, a.value), b.value));
}
template <class Real>
DEADCONE_HD inline Dual<Real> select(bool mask, const Dual<Real>& yes, const Dual<Real>& no) {
  return mask ? yes : no;
}

}  // namespace deadcone::numeric
