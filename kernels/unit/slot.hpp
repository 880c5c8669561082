#pragma once

// One tile, of one map or of many, on its way through a device: a stream, device memory, and pinned memory of the host, used again by the next.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadcone/detail/cuda_mapper.hpp"
#include "deadcone/mapper.hpp"
#include "runtime/devices.hpp"
#include "runtime/memory.hpp"
#include "runtime/stream.hpp"
#include "unit/kernel.hpp"
#include "unit/layout.hpp"

namespace deadcone {

class TileSlot {
 public:
  TileSlot(int device, const CudaLimits& limits);
  TileSlot(const TileSlot&) = delete;
  TileSlot& operator=(const TileSlot&) = delete;
  /// Waits for all work: it uses the slot's memory.
  ~TileSlot() { abandon(); }

  /// Puts the work for a tile of some maps, or for the listed pixels of it, into the stream: coordinates and constants to
  /// the device, the kernel, results and counts back. Does not wait for it. Where the device has too little memory for it,
  /// it goes through in bands of rows, or of maps, half as many until they fit. Throws DeviceError where not even one
  /// does. Nothing is in work after an exception.
  ///
  /// All of it, unless trajectories may take longer than a launch is to last: then it is the first launch, and advance()
  /// puts the next into the stream when that has ended, until it returns true.
  void begin(const MapBatch& maps, const Tile& tile, const Fields& fields, const PixelList& listed);
  /// Returns whether all work for the tile is in the stream. Does not wait.
  bool advance();
  /// Waits for the work that is in the stream. Throws DeviceError where it failed.
  void wait() const { stream_.wait(); }
  /// Waits for all work of a tile, which is in the stream, and copies the results out. Throws DeviceError where it failed.
  void finish(TileResult& result);
  /// Waits for that work and drops its results.
  void abandon() noexcept;

 private:
  /// Rows [first, first + count) of the tile of one map, or of the list cut into rows; of several maps, each is a row.
  struct Band {
    std::int64_t first;
    std::int64_t count;
    std::size_t on_host = 0;  ///< offset of its results
  };
  /// Where what all bands share lies, on the device and on the host: offsets in bytes.
  struct Inputs {
    std::size_t w, b, r, constants, factors, listed, total;
  };

  /// The pixels to compute, in rows of `row_`; the last row of a list may be short.
  std::int64_t pixels() const;
  std::int64_t rows() const { return (pixels() + row_ - 1) / row_; }
  std::int64_t pixels_of(const Band& band) const;
  /// Whether it is taken for several maps: their constants lie in the memory of the device.
  bool is_batch() const { return maps_.count() > 1 || maps_->is_general(); }
  Inputs inputs() const;

  template <class Real>
  void begin_as();
  /// Puts a launch for a band and the copy of its results into the stream.
  void launch(const Band& band, bool goes_on);
  template <class Real>
  void launch_as(const Band& band, bool goes_on);
  template <class Real>
  void launch_tile(const Band& band, const LaunchTask<Real>& task);
  template <class Real>
  void launch_batch(const Band& band, const LaunchTask<Real>& task);
  template <class Real>
  void launch_general(const Band& band, const LaunchTask<Real>& task);
  /// Puts the measures of the orbits of a band, whose trajectories have all ended, and a copy into the stream, where there are any.
  void launch_measures(const Band& band);
  /// A launch for a band, but for its length.
  template <class Real>
  LaunchTask<Real> launch_task(const Band& band) const;
  template <class Real>
  GeneralTask<Real> general_task(const Band& band, const LaunchTask<Real>& task) const;
  void copy_back(const Band& band);
  /// Whether launches of so many updates leave the courses of trajectories to others.
  bool carries(std::int32_t updates) const {
    return updates < maps_->criteria.max_updates || maps_->criteria.measures_orbits();
  }
  template <class Real>
  BatchStarts<Real> batch_starts(const Band& band) const;
  BatchGeometry geometry() const;
  template <class Real>
  void finish_as(TileResult& result);
  /// Counts those pixels of a band by map.
  void count(const Band& band, const Fate* fate, const std::int32_t* updates, std::vector<Counts>& counts) const;
  /// The updates after which a launch for so many rows ends, at most all.
  std::int32_t updates_of_launch(std::int64_t rows) const;
  /// The bytes that a band of so many rows takes on the device.
  std::size_t device_size(std::int64_t rows) const;
  void make_room();
  void cut_into_bands(std::int64_t rows_of_a_band);
  TileLayout layout(std::int64_t rows) const;
  TileLayout layout(const Band& band) const;
  /// The bytes that come back from a band: counts and fields that are kept.
  std::size_t kept_size(const Band& band) const;
  /// The counts of a band, as they have come back; its fields follow.
  std::byte* results_of(const Band& band) const { return on_host_.data() + band.on_host; }
  template <class T>
  T* on_device(std::size_t offset) const {
    return reinterpret_cast<T*>(on_device_.data() + offset);
  }

  const int device_;
  const DeviceSpeed speed_;
  const double launch_seconds_;
  CudaStream stream_;
  DeviceBuffer on_device_;
  HostBuffer on_host_;

  // The tile on its way.
  MapBatch maps_;
  Tile tile_;
  WantedFields wanted_ = {};
  WantedFields copied_ = {};  ///< those, and updates where the host counts by map
  PixelList listed_;
  std::int64_t row_ = 0;  ///< pixels
  std::vector<Band> bands_;
  std::size_t host_size_ = 0;        ///< bytes
  std::int32_t launch_updates_ = 0;  ///< of a launch

  // Where it is, if one launch does not do: all before is in the stream.
  bool all_begun_ = true;
  std::size_t band_ = 0;
  std::int32_t until_ = 0;  ///< updates, of the last launch
};

}  // namespace deadcone
