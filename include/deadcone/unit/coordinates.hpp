#pragma once

// One number for each coordinate that a unit learns: r, w and b, and a fourth where it learns a parameter of its activation.

#include "deadcone/kinds.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::unit {

using namespace numeric;

template <class T, int n>
struct Coordinates {
  static constexpr int count = n;
  T of[n];

  DEADCONE_HD T& operator[](int i) { return of[i]; }
  DEADCONE_HD const T& operator[](int i) const { return of[i]; }
};

/// The first coordinate that moves: in the plane r stays 0.
template <Geometry geometry>
inline constexpr int first_coordinate = geometry == Geometry::planar ? 1 : 0;

/// The same number everywhere.
template <int n, class T>
DEADCONE_HD_INLINE Coordinates<T, n> all_coordinates(const T& value) {
  Coordinates<T, n> all;
  for (int i = 0; i < n; ++i) all[i] = value;
  return all;
}

/// |a|^2.
template <Geometry geometry = Geometry::general, class T, int n>
DEADCONE_HD_INLINE T squared_norm(const Coordinates<T, n>& a) {
  constexpr int first = first_coordinate<geometry>;
  T sum = a[first] * a[first];
  for (int i = first + 1; i < n; ++i) sum = fused(a[i], a[i], sum);
  return sum;
}

}  // namespace deadcone::unit
