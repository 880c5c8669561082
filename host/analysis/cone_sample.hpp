#pragma once

// Where trajectories spend their steps: in the linear cone, where the unit is nearly always active and the system
// nearly the affine one, in the dead cone, where it nearly never is, or between.

#include <cstdint>

#include "deadcone/mapper.hpp"

namespace deadcone {

/// A mean over sampled trajectories and its standard error.
struct SampledMean {
  double mean = 0.0;
  double error = 0.0;
};

struct ConeSample {
  SampledMean linear_share;  ///< of a trajectory's steps: those with Phi(t) > 1 - epsilon
  SampledMean dead_entries;  ///< how often a trajectory comes into the dead cone, Phi(t) < epsilon, from outside
  SampledMean dead_escapes;  ///< how often it leaves that again
};

/// Runs `samples` trajectories from pixel centres that are drawn from all pixels of the map with a generator seeded by
/// `seed`, in the map's precision. epsilon is that of the map's criteria.
ConeSample sample_cones(const Map& map, std::int64_t samples, std::uint64_t seed);

}  // namespace deadcone
