#pragma once

// A sweep of many small maps, which are computed and stored in groups.

#include "deadcone/config.hpp"

namespace deadcone::test {

/// Many small maps, planar and general ones side by side; the last group of each row is short.
inline Sweep small_maps() {
  Sweep sweep;
  sweep.values(Axis::beta).clear();
  for (int i = 0; i < 20; ++i) sweep.values(Axis::beta).push_back(0.04 * i);
  sweep.values(Axis::gamma) = {0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5};
  sweep.values(Axis::r) = {0.0, 0.5};
  sweep.plane = {{-2.0, 2.0, 3}, {-2.0, 2.0, 2}};
  sweep.criteria.tolerance = 1e-4;
  sweep.criteria.max_updates = 300;
  return sweep;
}

}  // namespace deadcone::test
