#pragma once

// Where the results of a sweep go, tile by tile.

#include <cstdint>
#include <functional>

#include "deadcone/mapper.hpp"

namespace deadcone {

class SweepSink {
 public:
  virtual ~SweepSink() = default;

  /// Whether this point is there already, from an earlier run.
  virtual bool is_done(std::int64_t point) const = 0;
  /// Takes a tile of a point, one of Tiling(window). What is left in `result` is for the next tile to be computed into.
  virtual void take(std::int64_t point, const Tile& tile, TileResult& result) = 0;
  /// Takes what is said of a point as a whole, after its last tile. Calls `kept`, in any thread, once the whole point
  /// is where it belongs; not at all where that fails.
  virtual void finish(std::int64_t point, const Counts& counts, double seconds, const std::function<void()>& kept) = 0;
  /// Returns when everything taken is where it belongs. Throws what went wrong since; so may the others.
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
