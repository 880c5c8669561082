// Tiles of a sweep through all devices of this machine, many at a time.

#include "deadcone/detail/cuda_mapper.hpp"

#include <queue>
#include <string>
#include <vector>

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

  void begin(const PreparedMap& map, const Tile& tile, const Fields& fields, const PixelList& listed) override {
    or_forget_all([&] { slots_[next_].begin(map, tile, fields, listed); });
    begun_.push(next_);
    next_ = (next_ + 1) % slots_.size();
  }

  void finish(Meter& meter, TileResult& result) override {
    or_forget_all([&] {
      if (meter.stop.load(std::memory_order_relaxed)) throw Interrupted();
      slots_[begun_.front()].finish(result);
    });
    begun_.pop();
    meter.pixels.fetch_add(result.counts.pixels(), std::memory_order_relaxed);
    meter.updates.fetch_add(result.counts.updates, std::memory_order_relaxed);
  }

  std::string description() const override { return description_; }

 private:
  template <class Work>
  void or_forget_all(const Work& work) {
    try {
      work();
    } catch (...) {
      for (; !begun_.empty(); begun_.pop()) slots_[begun_.front()].abandon();
      throw;
    }
  }

  std::vector<TileSlot> slots_;
  std::queue<std::size_t> begun_;
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
