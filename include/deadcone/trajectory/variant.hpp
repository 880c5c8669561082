#pragma once

// What the loop over a trajectory is compiled for, chosen at run time.

#include "deadcone/config.hpp"
#include "deadcone/trajectory/trajectory.hpp"

namespace deadcone {

struct Variant {
  Geometry geometry;
  StopRule stop;
  bool certify;  ///< end where the fate is proved
};

/// The variant for the trajectories of one map.
inline Variant variant_of(const Point& point, const Criteria& criteria) {
  return {point.geometry(), criteria.stop, criteria.certify};
}

/// Calls use.operator()<geometry, stop, certify>() with the parts of `variant` and gives what it gives.
template <class Use>
auto with_variant(const Variant& variant, const Use& use) {
  const auto with_rule = [&]<Geometry geometry, StopRule stop>() {
    return variant.certify ? use.template operator()<geometry, stop, true>()
                           : use.template operator()<geometry, stop, false>();
  };
  const auto with_geometry = [&]<Geometry geometry>() {
    return variant.stop == StopRule::stationary ? with_rule.template operator()<geometry, StopRule::stationary>()
                                                : with_rule.template operator()<geometry, StopRule::update>();
  };
  return variant.geometry == Geometry::planar ? with_geometry.template operator()<Geometry::planar>()
                                              : with_geometry.template operator()<Geometry::general>();
}

}  // namespace deadcone
