#pragma once

// Fates that the theorems of proof/conditions.hpp prove for all starts of a block at once.

#include <optional>

#include "deadcone/config.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/proof/conditions.hpp"
#include "proof/interval.hpp"

namespace deadcone {

using numeric::Interval;

/// The fate of every trajectory that starts at rest at (point.r, w, b) with w and b in the intervals, where it can be
/// proved; `conditions` are those of proof_bounds() for the same point.
std::optional<Fate> fate_of_block(const ProofConditions<double>& conditions, const Point& point, Interval w,
                                  Interval b);

}  // namespace deadcone
