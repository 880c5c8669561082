#pragma once

// What became of a start.

#include <array>
#include <cstdint>

namespace deadcone {

/// The values are those in the file.
enum class Fate : std::int8_t {
  pending = -1,    ///< not computed yet
  converged = 0,   ///< stopped within rho |Theta*| of the target
  dead = 1,        ///< stopped where the unit is active with probability below epsilon
  stalled = 2,     ///< stopped anywhere else: a plateau, the origin
  unfinished = 3,  ///< max_steps reached
  diverged = 4,    ///< not finite, or farther than 1e6 (|theta_0| + |Theta*|)
};

/// How many fates a computed start can have.
inline constexpr int fate_count = 5;

/// Their names, by value.
inline constexpr std::array<const char*, fate_count> fate_names = {"converged", "dead", "stalled", "unfinished",
                                                                   "diverged"};

}  // namespace deadcone
