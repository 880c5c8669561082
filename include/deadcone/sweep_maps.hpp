#pragma once

// The maps of a sweep by number, with constants that are computed once for whoever asks.

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/map.hpp"
#include "deadcone/proof/bounds.hpp"

namespace deadcone {

/// Prepares each map when it is first asked for. One thread calls at a time; the sweep outlives this.
class SweepMaps {
 public:
  explicit SweepMaps(const Sweep& sweep) : sweep_(sweep) {
    const bool proves = sweep.criteria.certify || sweep.refinement.kind == RefinementKind::exact;
    if (proves && !sweep.is_general()) bounds_.emplace(sweep.criteria, sweep.precision);
  }

  const Sweep& sweep() const { return sweep_; }
  /// The maps of a window at some points of one geometry, which are not kept.
  MapBatch batch(std::vector<Point> points, const Window& window) {
    const Map common = {points.front(), window, sweep_.criteria, sweep_.precision, sweep_.unit, sweep_.optimizer};
    if (!bounds_) return {common, std::move(points)};
    std::vector<ProofConditions<double>> conditions;
    for (const Point& point : points) conditions.push_back(bounds_->of(point));
    return {common, std::move(points), std::move(conditions)};
  }

  /// Map number `point` of a sweep whose plane is of starts, which is kept.
  PreparedMap at(std::int64_t point) {
    const auto found = kept_.find(point);
    return found != kept_.end() ? found->second : kept_.emplace(point, make(point)).first->second;
  }

  /// Map number `point` for the last time: it is not kept any longer, so that memory does not grow with the sweep.
  PreparedMap take(std::int64_t point) {
    const auto found = kept_.find(point);
    if (found == kept_.end()) return make(point);
    PreparedMap map = found->second;
    kept_.erase(found);
    return map;
  }

 private:
  PreparedMap make(std::int64_t point) {
    const Map map = {sweep_.point(point), sweep_.plane.window(), sweep_.criteria,
                     sweep_.precision,    sweep_.unit,           sweep_.optimizer};
    return bounds_ ? PreparedMap(map, bounds_->of(map.point)) : PreparedMap(map);
  }

  const Sweep& sweep_;
  std::optional<ProofBounds> bounds_;  ///< where fates are proved
  std::unordered_map<std::int64_t, PreparedMap> kept_;
};

}  // namespace deadcone
