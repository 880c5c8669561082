#pragma once

// The constants of the theorems in proof/conditions.hpp for one map, with rigorous bounds: docs/proofs.md derives them.

#include <memory>

#include "deadcone/config.hpp"
#include "deadcone/kinds.hpp"
#include "deadcone/proof/conditions.hpp"

namespace deadcone {

/// Computes the conditions for the maps of a sweep. Maps share what takes long, as that depends on fewer numbers than a
/// point has: on (beta, eta), on tol/(eta gamma), or on eta and Delta/gamma. So a point costs less than a microsecond
/// where each of these has been asked for before, some ten microseconds where one of them is new, and no memory grows
/// with the number of points. The conditions depend on the point, the criteria and the precision alone, not on what was
/// asked for before, and on nothing but correctly rounded operations: they have the same bits on every machine.
///
/// One thread calls at a time; threads that work side by side take one each.
class ProofBounds {
 public:
  /// For maps with these criteria, computed in `precision`: the conditions have margins for that.
  ProofBounds(const Criteria& criteria, Precision precision);
  ~ProofBounds();
  ProofBounds(ProofBounds&&) noexcept;
  ProofBounds& operator=(ProofBounds&&) noexcept;

  /// The conditions for the maps at `point`, in double. `point` has been checked by validate().
  ProofConditions<double> of(const Point& point);

 private:
  class Shared;
  Precision precision_;
  std::unique_ptr<Shared> shared_;  ///< null where the criteria let nothing be proved
};

/// The same for a single map; takes up to a few milliseconds.
inline ProofConditions<double> proof_bounds(const Point& point, const Criteria& criteria, Precision precision) {
  return ProofBounds(criteria, precision).of(point);
}

/// Whether any state can meet the condition of any theorem.
bool proves_anything(const ProofConditions<double>& conditions);

}  // namespace deadcone
