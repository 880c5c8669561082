#pragma once

// What the loop over a trajectory is compiled for, chosen at run time: only what every update depends on.

#include <optional>

#include "deadcone/kinds.hpp"
#include "deadcone/trajectory/trajectory.hpp"
#include "deadcone/unit_kind.hpp"

namespace deadcone {

/// PreparedMap::variant() chooses it for a map.
struct Variant {
  Geometry geometry;
  bool certify;  ///< look for proofs, and end where one is found
  /// The units of the loop for any unit and optimiser, which is not compiled for the others; none: the rectifier under momentum.
  std::optional<UnitKind> general = {};

  bool operator==(const Variant& other) const = default;
};

/// Calls use.operator()<geometry, certify>() with the parts of `variant` and returns its result.
template <class Use>
auto with_variant(const Variant& variant, const Use& use) {
  const auto with_geometry = [&]<Geometry geometry>() {
    return variant.certify ? use.template operator()<geometry, true>() : use.template operator()<geometry, false>();
  };
  return variant.geometry == Geometry::planar ? with_geometry.template operator()<Geometry::planar>()
                                              : with_geometry.template operator()<Geometry::general>();
}

}  // namespace deadcone
