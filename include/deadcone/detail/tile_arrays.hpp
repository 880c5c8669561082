#pragma once

// The fields of some pixels, in memory of the CPU mapper and of the CUDA mapper.

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "deadcone/mapper.hpp"
#include "deadcone/trajectory/pixels.hpp"

namespace deadcone {

/// Calls use(each.field...) for every field that a mapper computes. This is the only list of them: pointers, offsets,
/// results and flags all have members of these names. Updates come last; see TileLayout.
template <class Use, class... Each>
void for_each_field(const Use& use, Each&... each) {
  use(each.fate...);
  use(each.proof...);
  use(each.r_final...);
  use(each.w_final...);
  use(each.b_final...);
  use(each.leak_final...);
  use(each.loss_final...);
  use(each.minimum...);
  use(each.period...);
  use(each.lyapunov...);
  use(each.updates...);
}

/// Which fields are wanted.
struct WantedFields {
  bool fate = true;
  bool proof;
  bool r_final;
  bool w_final;
  bool b_final;
  bool leak_final;
  bool loss_final;
  bool minimum;
  bool period;
  bool lyapunov;
  bool updates;
};

/// The fields that a map has, of those in `fields`.
inline WantedFields wanted_fields(const Map& map, const Fields& fields) {
  return {.proof = map.criteria.certify,
          .r_final = fields.final && (map.point.geometry() == Geometry::general || map.is_general()),
          .w_final = fields.final,
          .b_final = fields.final,
          .leak_final = fields.final && learns_leak(map.unit),
          .loss_final = fields.loss,
          .minimum = map.is_general(),
          .period = map.criteria.longest_cycle > 0,
          .lyapunov = map.criteria.lyapunov_updates > 0,
          .updates = fields.updates};
}

/// The values of a field, in a vector of T.
template <class T>
std::vector<T>& vector_in(std::vector<T>& field) {
  return field;
}
template <class T>
std::vector<T>& vector_in(RealBuffer& field) {
  if (!std::holds_alternative<std::vector<T>>(field)) field.emplace<std::vector<T>>();
  return std::get<std::vector<T>>(field);
}

/// Makes room in `result` for the wanted fields of so many pixels, none for the others; returns where they are.
template <class Real>
PixelArrays<Real> allot(TileResult& result, const WantedFields& wanted, std::int64_t pixels) {
  PixelArrays<Real> arrays = {};
  for_each_field(
      [pixels]<class T>(bool is_wanted, auto& field, T*& array) {
        std::vector<T>& values = vector_in<T>(field);
        values.resize(static_cast<std::size_t>(is_wanted ? pixels : 0));
        array = is_wanted ? values.data() : nullptr;
      },
      wanted, result, arrays);
  return arrays;
}

}  // namespace deadcone
