// Tiles of a sweep through all devices of this process, many at a time.

#include "deadcone/detail/cuda_mapper.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "deadcone/errors.hpp"
#include "runtime/devices.hpp"
#include "unit/kernel.hpp"
#include "unit/slot.hpp"

namespace deadcone {
namespace {

/// Tiles in flight on each device: enough that tiles of 64^2 pixels fill a large card, and that the long end of one
/// large tile is filled by others.
constexpr std::size_t slots_per_device = 32;

using Slots = std::vector<std::unique_ptr<TileSlot>>;

/// The slots of a device. Throws DeviceError, with the reason, where it cannot be used.
Slots slots_on(int device, const CudaLimits& limits) {
  std::string problem = start_device(device);
  if (problem.empty()) problem = load_kernels();
  if (!problem.empty()) throw DeviceError(problem);
  Slots slots;
  for (std::size_t i = 0; i < slots_per_device; ++i) slots.push_back(std::make_unique<TileSlot>(device, limits));
  return slots;
}

class CudaMapper final : public Mapper {
 public:
  CudaMapper(const DeviceShare& share, const DeviceNote& note, const CudaLimits& limits) {
    std::vector<Slots> by_device;
    description_ = use_devices(share, note, [&](int device) { by_device.push_back(slots_on(device, limits)); });
    // Tiles take the devices in turns, so that all of them work on every point.
    for (std::size_t i = 0; i < slots_per_device; ++i) {
      for (Slots& slots : by_device) slots_.push_back(std::move(slots[i]));
    }
  }

  int tiles_in_flight() const override { return static_cast<int>(slots_.size()); }

  void begin(const MapBatch& maps, const Tile& tile, const Fields& fields, const PixelList& listed,
             Meter& meter) override {
    or_abandon([&] { slots_[next_]->begin(maps, tile, fields, listed); });
    begun_.push_back({slots_[next_].get(), &meter});
    next_ = (next_ + 1) % slots_.size();
  }

  void finish(TileResult& result) override {
    const auto [slot, meter] = begun_.front();
    or_abandon([&] {
      while (!slot->advance()) {
        look_at_stop(*meter);
        wait_for_a_launch();
      }
      look_at_stop(*meter);
      slot->finish(result);
    });
    begun_.pop_front();
    const Counts counts = sum_of(result.counts);
    meter->pixels.fetch_add(counts.pixels(), std::memory_order_relaxed);
    meter->updates.fetch_add(counts.updates, std::memory_order_relaxed);
  }

  void abandon() noexcept override {
    for (; !begun_.empty(); begun_.pop_front()) begun_.front().slot->abandon();
  }

  std::string description() const override { return description_; }

 private:
  struct Begun {
    TileSlot* slot;
    Meter* meter;
  };

  static void look_at_stop(const Meter& meter) {
    if (meter.stop.load(std::memory_order_relaxed)) throw Interrupted();
  }

  /// Returns when the tile that was begun first may go on, or a little later; the others go on as soon as they can.
  void wait_for_a_launch() {
    if (begun_.size() == 1) {
      begun_.front().slot->wait();
      return;
    }
    constexpr std::chrono::milliseconds pause(2);  // launches last a hundred times as long
    std::this_thread::sleep_for(pause);
    for (const Begun& begun : begun_) begun.slot->advance();
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

  Slots slots_;
  std::deque<Begun> begun_;
  std::size_t next_ = 0;
  std::string description_;
};

}  // namespace

bool cuda_device_is_present() {
  return count_devices() > 0;
}

std::unique_ptr<Mapper> make_cuda_mapper(const DeviceShare& share, const DeviceNote& note, const CudaLimits& limits) {
  return std::make_unique<CudaMapper>(share, note, limits);
}

}  // namespace deadcone
