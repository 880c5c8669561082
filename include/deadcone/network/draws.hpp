#pragma once

// Where the random numbers of networks come from: each is a function of the seed and of its place, a network, a layer, a row and a
// column. So they are the same whoever draws them, and networks of the same number have the same weights in every sweep.

#include <cstdint>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/philox.hpp"
#include "deadcone/numeric/random.hpp"

namespace deadcone::network {

/// What numbers are for.
enum class Stream : std::uint32_t { weights = 0, entries = 1, inputs = 2 };

/// The second word of the counter of a call; the first is the network, the others are the row and half the column.
DEADCONE_HD inline std::uint32_t stream_word(Stream stream, std::int64_t layer) {
  return static_cast<std::uint32_t>(stream) << 24 | static_cast<std::uint32_t>(layer);
}

/// A normal or uniform number of deviation or bound `scale`.
template <class T>
DEADCONE_HD_INLINE T weight_from(const numeric::bits_t<T>& bits, bool is_uniform, const T& scale) {
  return scale * (is_uniform ? numeric::uniform_number<T>(bits) : numeric::normal_number<T>(bits));
}

}  // namespace deadcone::network
