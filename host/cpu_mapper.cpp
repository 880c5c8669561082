#include "cpu_mapper.hpp"

#include <string>

#include "deadcone/dynamics.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/pixels.hpp"
#include "thread_pool.hpp"
#include "tile_arrays.hpp"

namespace deadcone {
namespace {

class CpuMapper final : public Mapper {
 public:
  CpuMapper(int threads, InstructionSet set) : pool_(threads), set_(set) {}

  void map(const Map& map, const Tile& tile, const Fields& fields, Meter& meter, TileResult& result) override {
    if (map.precision == Precision::float32) {
      map_as<float>(map, tile, fields, meter, result);
    } else {
      map_as<double>(map, tile, fields, meter, result);
    }
  }

  std::string description() const override {
    return "cpu, " + std::to_string(pool_.size()) + (pool_.size() == 1 ? " thread, " : " threads, ") + to_string(set_);
  }

 private:
  template <class Real>
  void map_as(const Map& map, const Tile& tile, const Fields& fields, Meter& meter, TileResult& result) {
    const std::int64_t pixels = tile.pixels();
    const std::vector<Real> w = centres<Real>(map.window.w, tile.first_w, tile.count_w);
    const std::vector<Real> b = centres<Real>(map.window.b, tile.first_b, tile.count_b);
    const PixelArrays<Real> arrays = allot<Real>(result, fields, map.point.geometry(), pixels);
    const PixelStarts<Real> starts = {w.data(), b.data(), static_cast<Real>(map.point.r), tile.count_w};
    TileWork<Real> work{make_dynamics<Real>(map.point, map.criteria), starts, arrays, pixels, meter};
    const TileLoop<Real> loop = tile_loop<Real>(set_, map.point.geometry(), map.criteria.stop);
    pool_.for_each_block(pool_.size(), [&](std::int64_t) { loop(work); });
    if (meter.stop.load(std::memory_order_relaxed)) throw Interrupted();
  }

  ThreadPool pool_;
  InstructionSet set_;
};

}  // namespace

std::unique_ptr<Mapper> make_cpu_mapper(int threads) {
  return make_cpu_mapper(threads, best_instruction_set());
}

std::unique_ptr<Mapper> make_cpu_mapper(int threads, InstructionSet set) {
  return std::make_unique<CpuMapper>(threads, set);
}

}  // namespace deadcone
