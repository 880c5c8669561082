#pragma once

// Maps to compute: one, with what all its tiles share; and several that are computed at once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/proof/bounds.hpp"
#include "deadcone/proof/well_bounds.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/trajectory/general_dynamics.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {

/// One map to compute.
struct Map {
  Point point = {};
  Window window = {};
  Criteria criteria = {};
  Precision precision = Precision::float32;
  UnitKind unit = UnitKind::relu;
  Optimizer optimizer = {};
  /// What the search for each well of a general map that is certified may take (WellBounds).
  std::int64_t well_evaluations = most_well_evaluations;

  bool is_general() const { return deadcone::is_general(unit, optimizer, criteria); }
};

/// A map with its constants, each computed once, when it is first asked for: the bounds of its proofs take long, but for
/// a sweep, which has ProofBounds for all its maps.
/// Copies share them, so make one for all tiles of a map. Any thread may use it.
class PreparedMap {
 public:
  /// Implicit, so that a Map will do where one tile is all that is computed.
  PreparedMap(const Map& map = {}) : shared_(std::make_shared<Shared>(map)) {}  // NOLINT(google-explicit-constructor)

  /// With the conditions of its proofs, which are those of ProofBounds for the map.
  PreparedMap(const Map& map, const ProofConditions<double>& conditions) : PreparedMap(map) {
    std::call_once(shared_->has_conditions, [&] { shared_->conditions = conditions; });
  }

  /// Of a general map that is certified, with its wells, which are those of WellBounds.
  PreparedMap(const Map& map, std::vector<Well<double>> wells) : PreparedMap(map) {
    std::call_once(shared_->has_wells, [&] { shared_->wells = std::move(wells); });
  }

  const Map& map() const { return shared_->map; }
  const Map* operator->() const { return &shared_->map; }

  /// The conditions of the theorems, whether the map is certified or not.
  const ProofConditions<double>& proof_conditions() const {
    std::call_once(shared_->has_conditions,
                   [this] { shared_->conditions = proof_bounds(map().point, map().criteria, map().precision); });
    return shared_->conditions;
  }
  /// Whether the map is certified and some fate can be proved.
  bool can_prove() const {
    return map().criteria.certify && !map().is_general() && proves_anything(proof_conditions());
  }

  /// The wells of a general map, one for each of `minima`, which are those of its loss. None unless it is certified.
  const std::vector<Well<double>>& wells(const std::vector<Minimum>& minima) const {
    std::call_once(shared_->has_wells, [&] {
      if (!map().criteria.certify) return;
      WellBounds bounds(map().unit, map().optimizer, map().criteria, map().precision, map().well_evaluations);
      shared_->wells = bounds.of(map().point, minima);
    });
    return shared_->wells;
  }

  /// The loop for its trajectories: one that looks for proofs only where there can be one, which changes no result.
  Variant variant() const {
    const std::optional<UnitKind> general = map().is_general() ? std::optional(map().unit) : std::nullopt;
    return {map().point.geometry(), can_prove(), general};
  }

  /// The constants of its trajectories. `Real` is the number type of its precision.
  template <class Real>
  const Dynamics<Real>& dynamics() const {
    std::call_once(shared_->has_dynamics, [this] {
      const auto& [point, window, criteria, precision, unit, optimizer, well_evaluations] = map();
      shared_->dynamics =
          can_prove() ? make_dynamics<Real>(point, criteria, proof_conditions()) : make_dynamics<Real>(point, criteria);
    });
    return std::get<Dynamics<Real>>(shared_->dynamics);
  }

  /// Whether it is a copy of that one.
  bool is_copy_of(const PreparedMap& other) const { return shared_ == other.shared_; }

 private:
  struct Shared {
    explicit Shared(const Map& of) : map(of) {}
    const Map map;
    std::once_flag has_conditions;
    ProofConditions<double> conditions;
    std::once_flag has_wells;
    std::vector<Well<double>> wells;
    std::once_flag has_dynamics;
    std::variant<Dynamics<float>, Dynamics<double>> dynamics;
  };
  std::shared_ptr<Shared> shared_;
};

/// What differs from map to map of a batch, by number, in the type that a mapper computes in.
template <class Real>
struct PointArrays {
  std::vector<PointConstants<Real>> constants;
  std::vector<ProofConditions<Real>> proof;  ///< none unless the variant of the batch looks for proofs
  std::vector<Real> r;                       ///< of the starts
};

/// The same for the loop of any unit and optimiser.
template <class Real>
struct GeneralArrays {
  std::vector<GeneralConstants<Real>> constants;
  std::vector<Real> r;        ///< of the starts
  std::vector<Real> factors;  ///< of the schedule
  GeneralRules<Real> rules;   ///< with these factors
};

/// Maps of one window that differ in their points alone. A mapper computes them at once, so that many small maps cost no
/// more than a large one. Copies share the constants, each computed once, when it is first asked for. Any thread may use
/// it.
class MapBatch {
 public:
  /// One map. Implicit, so that a map will do where one is all that is computed.
  MapBatch(const PreparedMap& map) : shared_(std::make_shared<Shared>(map)) {}  // NOLINT(google-explicit-constructor)
  MapBatch(const Map& map = {}) : MapBatch(PreparedMap(map)) {}                 // NOLINT(google-explicit-constructor)

  /// `common` with each of `points` in the place of its own. Throws Error where there is none, or where some are planar
  /// and some are not: those run in different loops.
  MapBatch(Map common, std::vector<Point> points) {
    if (points.empty()) throw Error("a batch must have a map");
    common.point = points.front();
    for (const Point& point : points) {
      if (point.geometry() != common.point.geometry() && !common.is_general())
        throw Error("the maps of a batch must have one geometry");
    }
    shared_ = std::make_shared<Shared>(common);
    if (points.size() > 1) shared_->points = std::move(points);
  }
  /// With the conditions of the proofs by map, which are those of ProofBounds.
  MapBatch(const Map& common, std::vector<Point> points, std::vector<ProofConditions<double>> conditions)
      : MapBatch(common, std::move(points)) {
    if (count() == 1) shared_->first = PreparedMap(first().map(), conditions.front());
    std::call_once(shared_->has_conditions, [&] { shared_->conditions = std::move(conditions); });
  }

  /// General maps that are certified, with the wells by map, which are those of WellBounds.
  MapBatch(const Map& common, std::vector<Point> points, std::vector<std::vector<Well<double>>> wells)
      : MapBatch(common, std::move(points)) {
    if (count() == 1) {
      shared_->first = PreparedMap(first().map(), std::move(wells.front()));
    } else {
      shared_->wells = std::move(wells);
    }
  }

  std::int64_t count() const { return shared_->points.empty() ? 1 : static_cast<std::int64_t>(shared_->points.size()); }
  /// The first map, whose window, criteria and precision are those of all.
  const PreparedMap& first() const { return shared_->first; }
  const Map* operator->() const { return &first().map(); }
  const Point& point(std::int64_t map) const {
    return count() == 1 ? first()->point : shared_->points[static_cast<std::size_t>(map)];
  }
  /// One of the maps by itself, for whoever takes one after the other.
  PreparedMap map(std::int64_t map) const {
    if (count() == 1) return first();
    Map own = first().map();
    own.point = point(map);
    return own;
  }

  /// The conditions of the theorems for one of the maps, whether they are certified or not.
  const ProofConditions<double>& proof_conditions(std::int64_t map) const {
    return count() == 1 ? first().proof_conditions() : conditions()[static_cast<std::size_t>(map)];
  }
  /// The loop for their trajectories. It looks for proofs where there can be one at any of the points; for any unit and
  /// optimiser it is that of the plane where all points are in it.
  Variant variant() const {
    if (count() == 1) return first().variant();
    if (first()->is_general()) {
      const bool any_off = std::ranges::any_of(
          shared_->points, [](const Point& point) { return point.geometry() == Geometry::general; });
      return {any_off ? Geometry::general : Geometry::planar, false, first()->unit};
    }
    if (!first()->criteria.certify) return {first()->point.geometry(), false};
    return {first()->point.geometry(), std::ranges::any_of(conditions(), proves_anything)};
  }

  /// The constants by map. `Real` is the number type of the precision.
  template <class Real>
  const PointArrays<Real>& arrays() const {
    std::call_once(shared_->has_arrays, [this] {
      PointArrays<Real> arrays;
      const bool certify = variant().certify;
      arrays.constants.reserve(static_cast<std::size_t>(count()));
      arrays.r.reserve(static_cast<std::size_t>(count()));
      for (std::int64_t i = 0; i < count(); ++i) {
        arrays.constants.push_back(make_constants<Real>(point(i), first()->criteria));
        arrays.r.push_back(static_cast<Real>(point(i).r));
        if (certify) arrays.proof.push_back(round_conditions<Real>(proof_conditions(i)));
      }
      shared_->arrays = std::move(arrays);
    });
    return std::get<PointArrays<Real>>(shared_->arrays);
  }

  /// The same for the loop of any unit and optimiser.
  template <class Real>
  const GeneralArrays<Real>& general_arrays() const {
    std::call_once(shared_->has_general, [this] {
      const auto& [common, window, criteria, precision, unit, optimizer, well_evaluations] = first().map();
      MinimaOfPoints minima_of(unit, decay_is_in_loss(optimizer));
      GeneralArrays<Real> arrays;
      bool has_wells = false;
      WellBounds bounds(unit, optimizer, criteria, precision, criteria.certify ? well_evaluations : 0);
      const auto wells_of = [&](std::int64_t i, const std::vector<Minimum>& of_map) {
        if (count() == 1) return first().wells(of_map);
        return shared_->wells.empty() ? bounds.of(point(i), of_map) : shared_->wells[static_cast<std::size_t>(i)];
      };
      for (std::int64_t i = 0; i < count(); ++i) {
        const std::vector<Minimum>& minima = minima_of.at(point(i));
        arrays.constants.push_back(
            make_general_constants<Real>(point(i), criteria, unit, optimizer, minima, wells_of(i, minima)));
        has_wells |= arrays.constants.back().greatest_energy > Real(0);
        arrays.r.push_back(static_cast<Real>(point(i).r));
      }
      arrays.factors = schedule_table<Real>(optimizer.schedule, criteria.max_updates);
      arrays.rules = make_general_rules<Real>(criteria, optimizer, arrays.factors, has_wells);
      shared_->general = std::move(arrays);
    });
    return std::get<GeneralArrays<Real>>(shared_->general);
  }
  /// Whether it shares its constants with that one.
  bool is_copy_of(const MapBatch& other) const { return shared_ == other.shared_; }

 private:
  struct Shared {
    explicit Shared(PreparedMap map) : first(std::move(map)) {}
    PreparedMap first;
    std::vector<Point> points;  ///< none where the first map is the only one
    std::once_flag has_conditions;
    std::vector<ProofConditions<double>> conditions;
    std::vector<std::vector<Well<double>>> wells;  ///< none where they are not known
    std::once_flag has_arrays;
    std::variant<PointArrays<float>, PointArrays<double>> arrays;
    std::once_flag has_general;
    std::variant<GeneralArrays<float>, GeneralArrays<double>> general;
  };

  const std::vector<ProofConditions<double>>& conditions() const {
    std::call_once(shared_->has_conditions, [this] {
      ProofBounds bounds(first()->criteria, first()->precision);
      for (const Point& point : shared_->points) shared_->conditions.push_back(bounds.of(point));
    });
    return shared_->conditions;
  }

  std::shared_ptr<Shared> shared_;
};

}  // namespace deadcone
