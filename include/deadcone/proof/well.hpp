#pragma once

// Wells: basins of the loss of a unit that gradient descent with momentum does not leave.
//
// A well is a box of the plane of (w, b) with one minimum of the loss in it, and an energy E* such that
//
//   where the loss is below E*, there is no other critical point in the box, and curvature is below 2/eta;
//   on the edge of the box the loss is E* or more.
//
// A trajectory in the plane that is in the box with less energy than E* stays there and converges to the minimum: its energy never
// rises there. docs/proofs.md, section 12, has the theorem; host/proof finds the wells.

#include "deadcone/kinds.hpp"
#include "deadcone/numeric/annotations.hpp"

namespace deadcone::unit {

/// One well. One that is not there has a negative energy, which no loss is below.
template <class T>
struct Well {
  T energy;  ///< E*
  T least_w;
  T greatest_w;
  T least_b;
  T greatest_b;
};

template <class T>
inline constexpr Well<T> no_well = {T(-1), T(0), T(0), T(0), T(0)};

/// Whether a trajectory at (w, b) with this energy stays in a well.
template <class Real>
DEADCONE_HD inline bool is_in_well(const Well<Real>& well, Real w, Real b, Real energy) {
  return energy < well.energy && well.least_w <= w && w <= well.greatest_w && well.least_b <= b && b <= well.greatest_b;
}

}  // namespace deadcone::unit

namespace deadcone {
using unit::Well;
}  // namespace deadcone
