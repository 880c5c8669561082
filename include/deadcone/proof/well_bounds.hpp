#pragma once

// The wells of proof/well.hpp at the points of a sweep: docs/proofs.md, section 12, says how they are found.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/proof/well.hpp"
#include "deadcone/unit/minima.hpp"

namespace deadcone {

/// Evaluations of a loss, gradient and Hessian that the search for the well of a minimum may take; each takes some
/// microseconds.
inline constexpr std::int64_t most_well_evaluations = 16'384;

/// Whether trajectories under these criteria may have wells at all, at points with r = 0: those of all units but prelu under
/// momentum or heavy ball, without clipping and schedule.
bool may_have_wells(UnitKind unit, const Optimizer& optimizer, const Criteria& criteria);

/// Finds the wells at points that share all but their numbers. Points with the same target and decay, and with learning rates that
/// are not far apart, share the search; what a point gets depends on nothing but the point and what is given here, and has the
/// same bits on every machine.
///
/// One thread calls at a time; threads that work side by side take one each.
class WellBounds {
 public:
  /// `evaluations` bounds the search for each minimum: with fewer, wells are shallower.
  WellBounds(UnitKind unit, const Optimizer& optimizer, const Criteria& criteria, Precision precision,
             std::int64_t evaluations = most_well_evaluations);
  ~WellBounds();
  WellBounds(WellBounds&&) noexcept;
  WellBounds& operator=(WellBounds&&) noexcept;

  /// The well of each of `minima`, which are those of the loss at `point`, in their order; no_well where none is found. Empty
  /// where the point has none at all. `point` has been checked by validate().
  std::vector<Well<double>> of(const Point& point, std::span<const Minimum> minima);

 private:
  class Search;
  std::unique_ptr<Search> search_;  ///< null where there are no wells
};

}  // namespace deadcone
