#pragma once

#include <cstdint>
#include <vector>

#include "deadcone/mapper.hpp"
#include "deadcone/trajectory/pixels.hpp"

namespace deadcone {

/// Room for a field of `pixels` values where it is wanted; null where not.
template <class Real>
Real* allot(RealBuffer& buffer, bool wanted, std::int64_t pixels) {
  auto& values = buffer.emplace<std::vector<Real>>(static_cast<std::size_t>(wanted ? pixels : 0));
  return wanted ? values.data() : nullptr;
}

/// Makes room in `result` for the fields that are wanted of so many pixels of a map, and says where.
template <class Real>
PixelArrays<Real> allot(TileResult& result, const Fields& fields, const Map& map, std::int64_t pixels) {
  result.fate.resize(static_cast<std::size_t>(pixels));
  result.updates.resize(static_cast<std::size_t>(fields.updates ? pixels : 0));
  result.proof.resize(static_cast<std::size_t>(map.criteria.certify ? pixels : 0));
  return {result.fate.data(),
          fields.updates ? result.updates.data() : nullptr,
          map.criteria.certify ? result.proof.data() : nullptr,
          allot<Real>(result.r_final, fields.final && map.point.geometry() == Geometry::general, pixels),
          allot<Real>(result.w_final, fields.final, pixels),
          allot<Real>(result.b_final, fields.final, pixels),
          allot<Real>(result.loss_final, fields.loss, pixels)};
}

}  // namespace deadcone
