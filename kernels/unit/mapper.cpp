// Tiles of a sweep through all devices of this machine, many at a time.

#include "deadcone/detail/cuda_mapper.hpp"

#include <queue>
#include <string>
#include <vector>

#include "deadcone/detail/separate_maps.hpp"
#include "deadcone/errors.hpp"
#include "runtime/check.hpp"
#include "runtime/devices.hpp"
#include "unit/kernel.hpp"
#include "unit/slot.hpp"

namespace deadcone {
namespace {

/// Tiles in flight on each device: enough that tiles of 64^2 pixels fill a large card, and that the long end of one
/// large tile is filled by others.
constexpr int slots_per_device = 32;

class CudaMapper final : public Mapper {
 public:
  CudaMapper(int devices, std::size_t memory_limit) {
    // Tiles take the devices in turns, so that all of them work on every point.
    for (int slot = 0; slot < slots_per_device; ++slot) {
      for (int device = 0; device < devices; ++device) {
        DEADCONE_CUDA_CHECK(cudaSetDevice(device));
        if (slot == 0) check_kernel_runs_here();
        slots_.emplace_back(device, memory_limit);
      }
    }
    cudaDeviceProp properties = {};
    DEADCONE_CUDA_CHECK(cudaGetDeviceProperties(&properties, 0));
    description_ = "cuda, " + (devices > 1 ? std::to_string(devices) + " x " : "") + properties.name;
  }

  int tiles_in_flight() const override { return static_cast<int>(slots_.size()); }

  void begin(const MapBatch& maps, const Tile& tile, const Fields& fields, const PixelList& listed,
             Meter& meter) override {
    if (maps.count() == 1) or_abandon([&] { slots_[next_].begin(maps.first(), tile, fields, listed); });
    begun_.push({next_, maps, tile, fields, maps.count() == 1 ? PixelList() : listed, meter});
    next_ = (next_ + 1) % slots_.size();
  }

  void finish(TileResult& result) override {
    const Begun& begun = begun_.front();
    or_abandon([&] { finish(begun, result); });
    const Counts counts = sum_of(result.counts);
    begun.meter.pixels.fetch_add(counts.pixels(), std::memory_order_relaxed);
    begun.meter.updates.fetch_add(counts.updates, std::memory_order_relaxed);
    begun_.pop();
  }

  void abandon() noexcept override {
    for (; !begun_.empty(); begun_.pop()) slots_[begun_.front().slot].abandon();
  }

  std::string description() const override { return description_; }

 private:
  struct Begun {
    std::size_t slot;
    // Of several maps, which go through the slot one after the other once the tile is finished:
    MapBatch maps;
    Tile tile;
    Fields fields;
    PixelList listed;
    Meter& meter;
  };

  void finish(const Begun& begun, TileResult& result) {
    const auto look_at_stop = [&begun] {
      if (begun.meter.stop.load(std::memory_order_relaxed)) throw Interrupted();
    };
    TileSlot& slot = slots_[begun.slot];
    look_at_stop();
    if (begun.maps.count() == 1) {
      slot.finish(result);
      return;
    }
    compute_separately(begun.maps, begun.tile, begun.listed, result,
                       [&](const PreparedMap& map, const PixelList& listed, TileResult& part) {
                         look_at_stop();
                         slot.begin(map, begun.tile, begun.fields, listed);
                         slot.finish(part);
                       });
  }

  template <class Work>
  void or_abandon(const Work& work) {
    try {
      work();
    } catch (...) {
      abandon();
      throw;
    }
  }

  std::vector<TileSlot> slots_;
  std::queue<Begun> begun_;
  std::size_t next_ = 0;
  std::string description_;
};

}  // namespace

bool cuda_device_is_present() {
  return count_devices() > 0;
}

std::unique_ptr<Mapper> make_cuda_mapper(std::size_t memory_limit) {
  return std::make_unique<CudaMapper>(usable_devices(), memory_limit);
}

}  // namespace deadcone
