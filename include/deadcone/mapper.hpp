#pragma once

// A mapper computes maps, tile by tile. There is one for the CPU and one for CUDA; both give the same bits.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/counts.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/map.hpp"
#include "deadcone/tiling.hpp"

namespace deadcone {

/// Pixels of a tile by number, b-major: those that are to be computed. An empty list means all of them.
using PixelList = std::vector<std::int32_t>;

/// Numbers in the precision of the computation.
using RealBuffer = std::variant<std::vector<float>, std::vector<double>>;

/// The pixels of one tile, b-major, or those of a list in its order. A field that was not asked for is empty; the
/// counts are there always.
struct TileResult {
  Counts counts;
  std::vector<Fate> fate;
  std::vector<std::int32_t> updates;  ///< made until the end
  std::vector<Proof> proof;           ///< where trajectories are certified
  std::vector<PixelOrigin> origin;    ///< where the sweep refines; never from a mapper
  RealBuffer r_final, w_final, b_final;
  RealBuffer loss_final;
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
  virtual void begin(const PreparedMap& map, const Tile& tile, const Fields& fields, const PixelList& listed) = 0;

  /// Waits for the tile that was begun first. Throws Interrupted when `meter.stop` is set, and then leaves `result`
  /// unspecified.
  virtual void finish(Meter& meter, TileResult& result) = 0;

  /// One tile, begun and finished, with none on its way.
  void map(const PreparedMap& map, const Tile& tile, const Fields& fields, Meter& meter, TileResult& result) {
    begin(map, tile, fields, {});
    finish(meter, result);
  }

  /// What it runs on, in words, for the file.
  virtual std::string description() const = 0;
};

/// The mapper for an execution. Throws DeviceError where the device asked for is not there.
std::unique_ptr<Mapper> make_mapper(const Execution& execution);

}  // namespace deadcone
