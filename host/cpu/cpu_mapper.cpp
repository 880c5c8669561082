#include "cpu/cpu_mapper.hpp"

#include <string>

#include "base/thread_pool.hpp"
#include "deadcone/detail/tile_arrays.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/trajectory/pixels.hpp"

namespace deadcone {
namespace {

class CpuMapper final : public Mapper {
 public:
  CpuMapper(int threads, InstructionSet set) : pool_(threads), set_(set) {}

  int tiles_in_flight() const override { return 1; }

  void begin(const PreparedMap& map, const Tile& tile, const Fields& fields, const PixelList& listed) override {
    map_ = map;
    tile_ = tile;
    fields_ = fields;
    listed_ = listed;
  }

  void finish(Meter& meter, TileResult& result) override {
    with_precision(map_->precision, [&]<class Real>() { finish_as<Real>(meter, result); });
    result.counts = count_pixels(result.fate, result.updates);
    if (!fields_.updates) result.updates.clear();
  }

  std::string description() const override {
    return "cpu, " + std::to_string(pool_.size()) + (pool_.size() == 1 ? " thread, " : " threads, ") + to_string(set_);
  }

 private:
  template <class Real>
  void finish_as(Meter& meter, TileResult& result) {
    const auto pixels = listed_.empty() ? tile_.pixels() : static_cast<std::int64_t>(listed_.size());
    const std::vector<Real> w = centres<Real>(map_->window.w, tile_.first_w, tile_.count_w);
    const std::vector<Real> b = centres<Real>(map_->window.b, tile_.first_b, tile_.count_b);
    WantedFields computed = wanted_fields(map_.map(), fields_);
    computed.updates = true;  // for the counts
    const PixelArrays<Real> arrays = allot<Real>(result, computed, pixels);
    const PixelStarts<Real> starts = {w.data(), b.data(), static_cast<Real>(map_->point.r), tile_.count_w,
                                      listed_.empty() ? nullptr : listed_.data()};
    TileWork<Real> work{map_.dynamics<Real>(), starts, arrays, pixels, meter};
    const TileLoop<Real> loop = tile_loop<Real>(set_, map_.variant());
    pool_.for_each_block(pool_.size(), [&](std::int64_t) { loop(work); });
    if (meter.stop.load(std::memory_order_relaxed)) throw Interrupted();
  }

  ThreadPool pool_;
  InstructionSet set_;

  // The tile that was begun.
  PreparedMap map_;
  Tile tile_;
  Fields fields_;
  PixelList listed_;
};

}  // namespace

std::unique_ptr<Mapper> make_cpu_mapper(int threads) {
  return make_cpu_mapper(threads, best_instruction_set());
}

std::unique_ptr<Mapper> make_cpu_mapper(int threads, InstructionSet set) {
  return std::make_unique<CpuMapper>(threads, set);
}

}  // namespace deadcone
