#pragma once

// What became of a start: its fate, the theorem that proves it, and how the pixel got it. The values are those in the
// file, and the tables list them in order.

#include <array>
#include <cstdint>

#include "deadcone/names.hpp"

namespace deadcone {

enum class Fate : std::int8_t {
  pending = -1,       ///< not computed yet
  converged = 0,      ///< stopped within rho |Theta*| of the target
  dead = 1,           ///< stopped where the unit is active with probability below epsilon
  stalled = 2,        ///< stopped anywhere else: a plateau, the origin
  unfinished = 3,     ///< reached the largest number of updates
  diverged = 4,       ///< not finite, or farther than 1e6 (|theta_0| + |Theta*|)
  cycling = 5,        ///< came back to itself
  other_minimum = 6,  ///< stopped at a minimum of the loss that is not the least
};

/// The fates that a computed start can have, those that the rectifier under momentum can have first.
template <>
struct NameTable<Fate> {
  static constexpr const char* what = "a fate";
  static constexpr std::array<Named<Fate>, 7> values = {{
      {Fate::converged, "converged", "stopped near the target"},
      {Fate::dead, "dead", "stopped where the unit is hardly ever active"},
      {Fate::stalled, "stalled", "stopped anywhere else"},
      {Fate::unfinished, "unfinished", "reached the largest number of updates"},
      {Fate::diverged, "diverged", "left every bound"},
      {Fate::cycling, "cycling", "came back to itself"},
      {Fate::other_minimum, "other-minimum", "stopped near a minimum that is not the least"},
  }};
};
inline constexpr int fate_count = static_cast<int>(count_of<Fate>);
/// Those of the rectifier under momentum.
inline constexpr int rectifier_fate_count = 5;

/// The theorem that proves a fate (docs/proofs.md).
enum class Proof : std::int8_t {
  pending = -1,  ///< not computed
  none = 0,      ///< the trajectory ended by itself
  energy = 1,    ///< it converges
  corridor = 2,  ///< it converges
  trap = 3,      ///< it is dead for ever
  creep = 4,     ///< it is dead within the tolerance
  toll = 5,      ///< it converges
  well = 6,      ///< it converges to the minimum where it is; of other units than the rectifier
};

/// Updates between two attempts to prove a fate. An attempt costs about as much as an update, and a proof comes half of
/// this too late. On maps of 512^2, beta 0, .7 and .9, one thread of Zen 4 with AVX-512, 4, 8 and 16 took .18, .16 and
/// .16 s at gamma = 1, .30, .28 and .25 s at gamma = .1, 1.20, 1.01 and .92 s at gamma = .01.
inline constexpr std::int32_t updates_between_proofs = 16;

template <>
struct NameTable<Proof> {
  static constexpr const char* what = "a proof";
  static constexpr std::array<Named<Proof>, 7> values = {{
      {Proof::none, "none", "the trajectory ended by itself"},
      {Proof::energy, "energy", "it converges"},
      {Proof::corridor, "corridor", "it converges"},
      {Proof::trap, "trap", "it is dead for ever"},
      {Proof::creep, "creep", "it is dead within the tolerance"},
      {Proof::toll, "toll", "it converges"},
      {Proof::well, "well", "it converges to the minimum where it is"},
  }};
};
inline constexpr int proof_count = static_cast<int>(count_of<Proof>);
inline constexpr int theorem_count = 5;  ///< the theorems of the rectifier under momentum, the first after none

/// How a pixel of a refined map got its fate. The file calls it `provenance`.
enum class PixelOrigin : std::int8_t {
  pending = -1,  ///< it has none yet
  computed = 0,
  filled = 1,
};

template <>
struct NameTable<PixelOrigin> {
  static constexpr const char* what = "an origin of a pixel";
  static constexpr std::array<Named<PixelOrigin>, 2> values = {{
      {PixelOrigin::computed, "computed", "its trajectory ran"},
      {PixelOrigin::filled, "filled", "it has the fate of the pixels around it"},
  }};
};

}  // namespace deadcone
