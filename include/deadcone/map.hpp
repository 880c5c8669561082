#pragma once

// One map to compute, and what all its tiles share.

#include <memory>
#include <mutex>
#include <variant>

#include "deadcone/config.hpp"
#include "deadcone/proof/bounds.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {

/// One map to compute.
struct Map {
  Point point;
  Window window;
  Criteria criteria;
  Precision precision = Precision::float32;
};

/// A map with its constants, each computed once, when it is first asked for: the bounds of its proofs take milliseconds.
/// Copies share them, so make one for all tiles of a map. Any thread may use it.
class PreparedMap {
 public:
  /// Implicit, so that a Map will do where one tile is all that is computed.
  PreparedMap(const Map& map = {}) : shared_(std::make_shared<Shared>(map)) {}  // NOLINT(google-explicit-constructor)

  const Map& map() const { return shared_->map; }
  const Map* operator->() const { return &shared_->map; }

  /// The conditions of the theorems, whether the map is certified or not.
  const ProofConditions<double>& proof_conditions() const {
    std::call_once(shared_->has_conditions,
                   [this] { shared_->conditions = proof_bounds(map().point, map().criteria, map().precision); });
    return shared_->conditions;
  }
  /// Whether the map is certified and some fate can be proved.
  bool can_prove() const { return map().criteria.certify && proves_anything(proof_conditions()); }

  /// The loop for its trajectories: one that looks for proofs only where there can be one, which changes no result.
  Variant variant() const { return {map().point.geometry(), can_prove()}; }

  /// The constants of its trajectories. `Real` is the number type of its precision.
  template <class Real>
  const Dynamics<Real>& dynamics() const {
    std::call_once(shared_->has_dynamics, [this] {
      const auto& [point, window, criteria, precision] = map();
      shared_->dynamics =
          can_prove() ? make_dynamics<Real>(point, criteria, proof_conditions()) : make_dynamics<Real>(point, criteria);
    });
    return std::get<Dynamics<Real>>(shared_->dynamics);
  }

 private:
  struct Shared {
    explicit Shared(const Map& of) : map(of) {}
    const Map map;
    std::once_flag has_conditions;
    ProofConditions<double> conditions;
    std::once_flag has_dynamics;
    std::variant<Dynamics<float>, Dynamics<double>> dynamics;
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace deadcone
