#pragma once

// What the networks of a block have come to in a layer, and what one of them adds.

#include <cmath>
#include <cstdint>

#include "deadcone/network/forward.hpp"
#include "deadcone/numeric/annotations.hpp"

namespace deadcone::network {

/// The squared length of a vector whose numbers are in units of 2^exponent.
template <class Real>
DEADCONE_HD inline double squared_length(Real squared, std::int32_t exponent) {
  const double unit = power_of_two(exponent);
  return static_cast<double>(squared) * unit * unit;
}

/// Whether two vectors have an angle between them, and its cosine, from their squared lengths and their product, which are
/// rounded.
template <class Real>
DEADCONE_HD inline bool have_angle(Real first_squared, Real second_squared) {
  return first_squared > Real(0) && second_squared > Real(0);
}
template <class Real>
DEADCONE_HD inline double cosine(Real first_squared, Real second_squared, Real product) {
  const double ratio =
      static_cast<double>(product) / ::sqrt(static_cast<double>(first_squared) * static_cast<double>(second_squared));
  return ratio > 1.0 ? 1.0 : ratio < -1.0 ? -1.0 : ratio;
}

/// BirthCounts of one layer of one block.
struct LayerSums {
  std::int64_t died = 0;
  std::int64_t dead_units = 0;
  std::int64_t living_points = 0;
  std::int64_t correlated = 0;
  double squared_length = 0.0;
  double correlation = 0.0;
};

}  // namespace deadcone::network
