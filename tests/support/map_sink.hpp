#pragma once

// A sink that keeps the maps of a sweep, for tests of what they are.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "deadcone/sweep_sink.hpp"

namespace deadcone::test {

/// Keeps the maps of a sweep.
class MapSink final : public SweepSink {
 public:
  explicit MapSink(const Sweep& sweep) : sweep_(sweep), maps_(static_cast<std::size_t>(sweep.points())) {
    const auto pixels = static_cast<std::size_t>(sweep.window.pixels());
    for (TileResult& map : maps_) {
      map.fate.resize(pixels);
      map.updates.resize(pixels);
      map.proof.resize(sweep.criteria.certify ? pixels : 0);
      map.origin.resize(sweep.refinement.kind == RefinementKind::none ? 0 : pixels);
    }
  }

  bool is_done(std::int64_t) const override { return false; }
  void take(std::int64_t point, const Tile& tile, TileResult& result) override {
    TileResult& map = maps_[static_cast<std::size_t>(point)];
    for (std::int64_t i = 0; i < tile.pixels(); ++i) {
      const auto from = static_cast<std::size_t>(i);
      const auto to = static_cast<std::size_t>((tile.first_b + i / tile.count_w) * sweep_.window.w.count +
                                               tile.first_w + i % tile.count_w);
      map.fate[to] = result.fate.at(from);
      map.updates[to] = result.updates.at(from);
      if (!map.proof.empty()) map.proof[to] = result.proof.at(from);
      if (!map.origin.empty()) map.origin[to] = result.origin.at(from);
    }
  }
  void finish(std::int64_t point, const Counts& counts, double, const std::function<void()>& kept) override {
    maps_[static_cast<std::size_t>(point)].counts = counts;
    kept();
  }
  void close() override {}

  const std::vector<TileResult>& maps() const { return maps_; }

 private:
  const Sweep& sweep_;
  std::vector<TileResult> maps_;
};

}  // namespace deadcone::test
