#pragma once

// A mapper computes maps, tile by tile. There is one for the CPU and one for CUDA; both give the same bits.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "deadcone/config.hpp"

namespace deadcone {

/// A rectangle of pixels of a window.
struct Tile {
  std::int64_t first_b = 0;
  std::int64_t first_w = 0;
  std::int64_t count_b = 0;
  std::int64_t count_w = 0;

  std::int64_t pixels() const { return count_b * count_w; }
};

/// The side of the tiles that a sweep is cut into, and of the chunks of the file.
inline constexpr std::int64_t tile_side = 512;

/// The tiles of a window, row by row; those at the upper edges are cut short.
class Tiling {
 public:
  explicit Tiling(const Window& window, std::int64_t side = tile_side)
      : window_(window), side_(side), columns_((window.w.count + side - 1) / side) {}

  std::int64_t count() const { return columns_ * ((window_.b.count + side_ - 1) / side_); }
  Tile operator[](std::int64_t index) const;

 private:
  Window window_;
  std::int64_t side_;
  std::int64_t columns_;
};

/// Pixels of a tile by number, b-major: those that are to be computed. An empty list means all of them.
using PixelList = std::vector<std::int32_t>;

/// Numbers in the precision of the computation.
using RealBuffer = std::variant<std::vector<float>, std::vector<double>>;

/// Integer sums over some pixels of a map, so that they do not depend on the order of summation.
struct Counts {
  std::array<std::int64_t, fate_count> fates = {};
  std::int64_t updates = 0;  ///< sum of steps
  std::int32_t largest_steps = 0;
  std::int64_t filled = 0;           ///< pixels that were not computed, but filled with the fate of those around them
  std::int64_t fill_mismatches = 0;  ///< pixels that were to be filled, and had another fate when they were computed

  std::int64_t pixels() const;
  Counts& operator+=(const Counts& other);
  bool operator==(const Counts& other) const = default;
};

/// The pixels of one tile, b-major, or those of a list in its order. A field that was not asked for is empty; the
/// counts are there always.
struct TileResult {
  Counts counts;
  std::vector<std::int8_t> fate;        ///< values of Fate
  std::vector<std::int32_t> steps;      ///< updates made
  std::vector<std::int8_t> proof;       ///< values of Proof, where trajectories are certified
  std::vector<std::int8_t> provenance;  ///< values of PixelProvenance, where the sweep refines; never from a mapper
  RealBuffer r_final, w_final, b_final;
  RealBuffer loss_final;
};

/// The counts of one tile. Both arrays are as long as the tile has pixels.
Counts count(const std::vector<std::int8_t>& fate, const std::vector<std::int32_t>& steps);

/// One map to compute.
struct Map {
  Point point;
  Window window;
  Criteria criteria;
  Precision precision = Precision::float32;
};

/// How far the work has come; written by mappers, read by a progress display while they run.
struct Meter {
  std::atomic<std::int64_t> pixels = 0;
  std::atomic<std::int64_t> updates = 0;
  std::atomic<bool> stop = false;  ///< set it (a signal handler may) to end the work with Interrupted
};

/// Computes tiles. Several may be on their way at once, which keeps a device busy; they are finished in the order in
/// which they were begun. After an exception all tiles that were begun are forgotten.
class Mapper {
 public:
  virtual ~Mapper() = default;

  /// How many tiles may be begun and not finished: as many as it takes to have work always.
  virtual int tiles_in_flight() const = 0;

  /// Begins to compute the pixels of `tile` of `map` that are in the list: fate always, proof where the map's criteria
  /// say so, the others where `fields` does; `r_final` where the map is not planar, too.
  virtual void begin(const Map& map, const Tile& tile, const Fields& fields, const PixelList& listed) = 0;

  /// Waits for the tile that was begun first. Throws Interrupted when `meter.stop` is set, and then leaves `result`
  /// unspecified.
  virtual void finish(Meter& meter, TileResult& result) = 0;

  /// One tile, begun and finished, with none on its way.
  void map(const Map& map, const Tile& tile, const Fields& fields, Meter& meter, TileResult& result) {
    begin(map, tile, fields, {});
    finish(meter, result);
  }

  /// What it runs on, in words, for the file.
  virtual std::string description() const = 0;
};

/// The mapper for an execution. Throws DeviceError where the device asked for is not there.
std::unique_ptr<Mapper> make_mapper(const Execution& execution);

}  // namespace deadcone
