#pragma once

// The constants of the theorems in proof/conditions.hpp for one map, with rigorous bounds: docs/proofs.md derives them.

#include "deadcone/config.hpp"
#include "deadcone/proof/conditions.hpp"

namespace deadcone {

/// The conditions for the maps at `point`, in double, with margins for a computation in `precision`. They depend on
/// nothing but correctly rounded operations, so they are the same on every machine. Takes a few milliseconds at most.
ProofConditions<double> proof_bounds(const Point& point, const Criteria& criteria, Precision precision);

/// Whether any state can meet the condition of any theorem.
bool proves_anything(const ProofConditions<double>& conditions);

}  // namespace deadcone
