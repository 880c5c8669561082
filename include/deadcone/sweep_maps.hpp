#pragma once

// The maps of a sweep by number, with constants that are computed once for whoever asks.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/map.hpp"
#include "deadcone/proof/bounds.hpp"
#include "deadcone/proof/well_bounds.hpp"
#include "deadcone/trajectory/general_dynamics.hpp"

namespace deadcone {

/// The evaluations that the search for a well is worth in a sweep, where a start takes as long as many of them: four times
/// the starts with the same loss.
inline std::int64_t well_evaluations_of(const Sweep& sweep) {
  double starts = static_cast<double>(sweep.points()) * static_cast<double>(sweep.plane.pixels());
  for (const Axis axis : {Axis::gamma, Axis::delta, Axis::decay, Axis::leak, Axis::scale, Axis::lo, Axis::hi}) {
    const auto number = static_cast<std::size_t>(axis);
    if (!sweep.uses(number)) continue;
    const Range* in_plane = sweep.plane.range_of(number);
    starts /= static_cast<double>(in_plane != nullptr ? in_plane->count : std::ssize(sweep.values(axis)));
  }
  constexpr double fewest = 64.0;  // with less hardly a well is found
  const double worth = std::min(4.0 * starts, static_cast<double>(most_well_evaluations));
  return worth < fewest ? 0 : static_cast<std::int64_t>(worth);
}

/// Prepares each map when it is first asked for. One thread calls at a time; the sweep outlives this.
class SweepMaps {
 public:
  explicit SweepMaps(const Sweep& sweep)
      : sweep_(sweep),
        well_evaluations_(well_evaluations_of(sweep)),
        minima_(sweep.unit, decay_is_in_loss(sweep.optimizer)) {
    const bool proves = sweep.criteria.certify || sweep.refinement.kind == RefinementKind::exact;
    if (proves && !sweep.is_general()) bounds_.emplace(sweep.criteria, sweep.precision);
    if (sweep.criteria.certify && sweep.is_general() && well_evaluations_ > 0 &&
        may_have_wells(sweep.unit, sweep.optimizer, sweep.criteria)) {
      wells_.emplace(sweep.unit, sweep.optimizer, sweep.criteria, sweep.precision, well_evaluations_);
    }
  }

  const Sweep& sweep() const { return sweep_; }
  /// The maps of a window at some points of one geometry, which are not kept.
  MapBatch batch(std::vector<Point> points, const Window& window) {
    const Map common = common_map(points.front(), window);
    if (wells_) {
      std::vector<std::vector<Well<double>>> wells;
      wells.reserve(points.size());
      for (const Point& point : points) wells.push_back(wells_of(point));
      return {common, std::move(points), std::move(wells)};
    }
    if (!bounds_) return {common, std::move(points)};
    std::vector<ProofConditions<double>> conditions;
    conditions.reserve(points.size());
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

  /// Whether some fate can be proved at a point of a sweep that is certified.
  bool proves_anything_at(const Point& point) {
    if (bounds_) return proves_anything(bounds_->of(point));
    if (!wells_) return false;
    return std::ranges::any_of(wells_of(point), [](const Well<double>& well) { return well.energy > 0.0; });
  }

 private:
  PreparedMap make(std::int64_t point) {
    const Map map = common_map(sweep_.point(point), sweep_.plane.window());
    if (wells_) return {map, wells_of(map.point)};
    return bounds_ ? PreparedMap(map, bounds_->of(map.point)) : PreparedMap(map);
  }

  Map common_map(const Point& point, const Window& window) const {
    return {point, window, sweep_.criteria, sweep_.precision, sweep_.unit, sweep_.optimizer, well_evaluations_};
  }
  std::vector<Well<double>> wells_of(const Point& point) { return wells_->of(point, minima_.at(point)); }

  const Sweep& sweep_;
  const std::int64_t well_evaluations_;
  std::optional<ProofBounds> bounds_;  ///< where fates of the rectifier under momentum are proved
  std::optional<WellBounds> wells_;    ///< where those of others are
  MinimaOfPoints minima_;
  std::unordered_map<std::int64_t, PreparedMap> kept_;
};

}  // namespace deadcone
