#pragma once

// One tile on its way through a device: a stream, device memory, and pinned memory of the host, used again by the next.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadcone/mapper.hpp"
#include "runtime/memory.hpp"
#include "runtime/stream.hpp"
#include "unit/layout.hpp"

namespace deadcone {

class TileSlot {
 public:
  /// On device `device`. Takes at most `memory_limit` bytes of its memory for coordinates, lists and fields, as if it had
  /// no more; the workspace of the counts comes on top, since it does not grow with the tile (245 kB on an H100).
  TileSlot(int device, std::size_t memory_limit);

  /// Puts all work for a tile, or for the listed pixels of it, into the stream: coordinates to the device, the kernel,
  /// the counts, results back. Does not wait for it. Where the device has too little memory for it, it goes through in
  /// bands of rows, half as many until they fit. Throws DeviceError where not even one does.
  void begin(const PreparedMap& map, const Tile& tile, const Fields& fields, const PixelList& listed);
  /// Waits for that work and copies the results out. Throws DeviceError where it failed.
  void finish(TileResult& result);
  /// Waits for that work and drops its results.
  void abandon() noexcept;

 private:
  /// Rows [first, first + count) of the tile, or of the list cut into rows.
  struct Band {
    std::int64_t first;
    std::int64_t count;
  };

  /// The pixels to compute, in rows of `row_`; the last row of a list may be short.
  std::int64_t pixels() const;
  std::int64_t rows() const { return (pixels() + row_ - 1) / row_; }
  std::int64_t pixels_of(const Band& band) const;
  /// The bytes that all bands share on the device: coordinates and list.
  std::size_t inputs_size() const;

  template <class Real>
  void begin_as();
  template <class Real>
  void begin_band(const Band& band, std::byte* host);
  template <class Real>
  void finish_as(TileResult& result);
  /// The bytes that a band of so many rows takes on the device.
  std::size_t device_size(std::int64_t rows) const;
  void make_room();
  std::vector<Band> bands() const;
  TileLayout layout(std::int64_t rows) const;
  TileLayout layout(const Band& band) const;
  std::size_t host_size() const;

  int device_;
  std::size_t memory_limit_;
  CudaStream stream_;
  DeviceBytes on_device_;
  PinnedBytes on_host_;

  // The tile on its way.
  PreparedMap map_;
  Tile tile_;
  WantedFields wanted_ = {};
  PixelList listed_;
  std::int64_t row_ = 0;  ///< pixels
  std::int64_t band_rows_ = 0;
  std::size_t workspace_ = 0;  ///< bytes for counting
};

}  // namespace deadcone
