#pragma once

// A mapper that has many tiles on their way, as a device does, for tests of what feeds it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <queue>
#include <string>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone::test {

/// Has so many tiles in flight, each computed when it is finished; can fail at a tile.
class DeepMapper final : public Mapper {
 public:
  explicit DeepMapper(int depth) : depth_(depth), mapper_(make_cpu_mapper(1)) {}

  int tiles_in_flight() const override { return depth_; }
  void begin(const MapBatch& maps, const Tile& tile, const Fields& fields, const PixelList& listed,
             Meter& meter) override {
    begun_.push({maps, tile, fields, listed, meter});
    most_begun = std::max(most_begun, begun_.size());
  }
  void finish(TileResult& result) override {
    if (finished++ == fails_at) throw DeviceError("it failed");
    const auto [maps, tile, fields, listed, meter] = begun_.front();
    begun_.pop();
    mapper_->begin(maps, tile, fields, listed, meter);
    mapper_->finish(result);
  }
  void abandon() noexcept override { begun_ = {}; }
  std::string description() const override { return "deep"; }

  std::size_t most_begun = 0;
  std::int64_t finished = 0;
  std::int64_t fails_at = -1;

 private:
  struct Begun {
    MapBatch maps;
    Tile tile;
    Fields fields;
    PixelList listed;
    Meter& meter;
  };
  int depth_;
  std::queue<Begun> begun_;
  std::unique_ptr<Mapper> mapper_;
};

}  // namespace deadcone::test
