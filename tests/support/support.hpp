#pragma once

// What several test files need: numbers from a seed, exact comparison, and trajectories by run-time choice.

#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <type_traits>

#include "deadcone/proof/bounds.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/trajectory/variant.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone::test {

/// Numbers from a fixed seed, the same ones with every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  double uniform(double lo, double hi) { return lo + (hi - lo) * static_cast<double>(engine_() >> 11) * 0x1p-53; }

  template <class T, std::size_t size>
  T one_of(const T (&values)[size]) {
    return values[engine_() % size];
  }

 private:
  std::mt19937_64 engine_;
};

template <class Real>
using Bits = std::conditional_t<sizeof(Real) == 4, std::uint32_t, std::uint64_t>;

/// Whether two numbers have the same bits: 0 and -0 differ, and a not-a-number equals itself.
template <class Real>
::testing::AssertionResult same_bits(Real a, Real b) {
  if (std::bit_cast<Bits<Real>>(a) == std::bit_cast<Bits<Real>>(b)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << a << " and " << b << " differ";
}

template <class Real>
::testing::AssertionResult same_bits(const Parameters<Real>& a, const Parameters<Real>& b) {
  if (auto same = same_bits(a.r, b.r); !same) return same << " in r";
  if (auto same = same_bits(a.w, b.w); !same) return same << " in w";
  return same_bits(a.b, b.b) << " in b";
}

/// Every number times `factor`.
template <class Real>
Parameters<Real> scaled(const Parameters<Real>& a, Real factor) {
  return {a.r * factor, a.w * factor, a.b * factor};
}

template <class Real>
Dynamics<Real> certified_dynamics(const Point& point, const Criteria& criteria) {
  return make_dynamics<Real>(point, criteria, proof_bounds(point, criteria, precision_of<Real>));
}

/// Certified where the criteria say so.
template <class Real>
Dynamics<Real> dynamics_of(const Point& point, const Criteria& criteria) {
  return criteria.certify ? certified_dynamics<Real>(point, criteria) : make_dynamics<Real>(point, criteria);
}

template <class Real>
Outcome<Real> run(const Dynamics<Real>& dynamics, const Parameters<Real>& start, Geometry geometry,
                  bool certify = false) {
  return with_variant({geometry, certify}, [&]<Geometry g, bool c>() { return trajectory<g, c>(dynamics, start); });
}

}  // namespace deadcone::test
