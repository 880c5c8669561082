#include "cpu_mapper.hpp"

#include <algorithm>
#include <string>

#include "deadcone/dynamics.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/pixels.hpp"
#include "pixel_loop.hpp"
#include "thread_pool.hpp"
#include "tile_arrays.hpp"

namespace deadcone {
namespace {

/// Pixels that a thread takes at a time: neighbours last equally long, so few enough that a slow region is shared out,
/// and enough that taking them costs nothing.
constexpr std::int64_t block_pixels = 32;

class CpuMapper final : public Mapper {
 public:
  explicit CpuMapper(int threads) : pool_(threads) {}

  void map(const Map& map, const Tile& tile, const Fields& fields, Meter& meter, TileResult& result) override {
    if (map.precision == Precision::float32) {
      map_as<float>(map, tile, fields, meter, result);
    } else {
      map_as<double>(map, tile, fields, meter, result);
    }
  }

  std::string description() const override {
    return "cpu, " + std::to_string(pool_.size()) + (pool_.size() == 1 ? " thread" : " threads");
  }

 private:
  template <class Real>
  void map_as(const Map& map, const Tile& tile, const Fields& fields, Meter& meter, TileResult& result) {
    const std::int64_t pixels = tile.pixels();
    const std::vector<Real> w = centres<Real>(map.window.w, tile.first_w, tile.count_w);
    const std::vector<Real> b = centres<Real>(map.window.b, tile.first_b, tile.count_b);
    const PixelArrays<Real> arrays = allot<Real>(result, fields, map.point.geometry(), pixels);
    const PixelStarts<Real> starts = {w.data(), b.data(), static_cast<Real>(map.point.r), tile.count_w};
    const Dynamics<Real> dynamics = make_dynamics<Real>(map.point, map.criteria);
    const PixelLoop<Real> loop = pixel_loop<Real>(map.point.geometry(), map.criteria.stop);

    pool_.for_each_block((pixels + block_pixels - 1) / block_pixels, [&](std::int64_t block) {
      const std::int64_t first = block * block_pixels;
      const std::int64_t last = std::min(first + block_pixels, pixels);
      loop(dynamics, starts, arrays, first, last, meter);
      if (meter.stop.load(std::memory_order_relaxed)) throw Interrupted();
    });
  }

  ThreadPool pool_;
};

}  // namespace

std::unique_ptr<Mapper> make_cpu_mapper(int threads) {
  return std::make_unique<CpuMapper>(threads);
}

}  // namespace deadcone
