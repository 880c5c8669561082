#pragma once

// Where the results of a sweep go, tile by tile. run_sweep() calls a sink from one thread, group by group of points
// (point_groups.hpp) in the order of their numbers; a sweep that refines may hand over its groups in another order.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "deadcone/mapper.hpp"
#include "deadcone/point_groups.hpp"

namespace deadcone {

/// What is known of the points of a group as wholes.
struct FinishedPoints {
  PointRun points;
  std::vector<Counts> counts;  ///< by point
  double seconds = 0.0;        ///< that each of them took: those of a group share its time
};

class SweepSink {
 public:
  virtual ~SweepSink() = default;

  /// The groups that points have in the sink already; none: PointGroups(sweep) will do.
  virtual std::optional<PointGroups> groups() const { return std::nullopt; }
  /// Whether an earlier run has left this point in the sink. Where it lacks one of a group, it gets the whole group.
  virtual bool is_done(std::int64_t point) const = 0;
  /// Takes a tile of the points of a group, one of tiles_of(grid, groups). Fields are [point][y][x]. May move from
  /// `result`; the next tile is computed into what is left.
  virtual void take(const PointRun& points, const Tile& tile, TileResult& result) = 0;
  /// Takes what is known of the points of a group, after its last tile. Calls `kept`, from any thread, once they are
  /// stored whole; does not call it where storing fails.
  virtual void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) = 0;
  /// Returns when everything is stored. Throws what went wrong meanwhile, as take() and finish() may.
  virtual void close() = 0;
};

/// Keeps nothing: for a dry run.
class NoSink final : public SweepSink {
 public:
  bool is_done(std::int64_t) const override { return false; }
  void take(const PointRun&, const Tile&, TileResult&) override {}
  void finish(const std::shared_ptr<const FinishedPoints>&, const std::function<void()>& kept) override { kept(); }
  void close() override {}
};

}  // namespace deadcone
