#pragma once

// Where the results of a sweep go, tile by tile. run_sweep() calls a sink from one thread, point by point in the order of
// their numbers; a sweep that refines may hand over its points in another order.

#include <cstdint>
#include <functional>

#include "deadcone/mapper.hpp"

namespace deadcone {

class SweepSink {
 public:
  virtual ~SweepSink() = default;

  /// Whether an earlier run has left this point in the sink.
  virtual bool is_done(std::int64_t point) const = 0;
  /// Takes a tile of a point, one of Tiling(window). May move from `result`; the next tile is computed into what is left.
  virtual void take(std::int64_t point, const Tile& tile, TileResult& result) = 0;
  /// Takes the counts and the seconds of a point, after its last tile. Calls `kept`, from any thread, once the whole
  /// point is stored; does not call it where storing fails.
  virtual void finish(std::int64_t point, const Counts& counts, double seconds, const std::function<void()>& kept) = 0;
  /// Returns when everything is stored. Throws what went wrong meanwhile, as take() and finish() may.
  virtual void close() = 0;
};

/// Keeps nothing: for a dry run.
class NoSink final : public SweepSink {
 public:
  bool is_done(std::int64_t) const override { return false; }
  void take(std::int64_t, const Tile&, TileResult&) override {}
  void finish(std::int64_t, const Counts&, double, const std::function<void()>& kept) override { kept(); }
  void close() override {}
};

}  // namespace deadcone
