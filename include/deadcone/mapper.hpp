#pragma once

// A mapper computes maps, tile by tile, or the same tile of many maps at once. There is one for the CPU and one for CUDA;
// both give the same bits.
//
// Most callers want compute() in compute.hpp, which feeds a mapper. Whoever calls a mapper keeps these rules; begin() and
// finish() do not check them:
//
//   - The map is valid: validate(point, criteria, precision) and validate(window) throw nothing.
//   - The tile lies inside the window. Pixels of a list are numbers of the tile, each once.
//   - A batch of several maps has at most largest_batch pixels in the tile.
//   - finish() follows begin(): at most tiles_in_flight() tiles are begun and not finished.
//   - One thread calls at a time; it need not be the same one each time. Different mappers are independent. Any thread
//     may read the meter or set its flag meanwhile.
//   - A meter lives until no tile is on its way.
//   - After an exception (Interrupted, DeviceError, std::bad_alloc) the tiles that were begun are abandoned, and the
//     mapper may be used again or destroyed.

#include <atomic>
#include <cstdint>
#include <functional>
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

/// The largest number of pixels of a batch of several maps.
inline constexpr std::int64_t largest_batch = std::int64_t{1} << 30;

/// Pixels of a tile by number, [map][b][w]: those to compute. An empty list means all of them.
using PixelList = std::vector<std::int32_t>;

/// Numbers in the precision of the computation.
using RealBuffer = std::variant<std::vector<float>, std::vector<double>>;

/// The pixels of one tile of some maps, [map][b][w], or those of a list in its order. A field that was not requested is
/// empty; the counts are always there.
struct TileResult {
  std::vector<Counts> counts;  ///< by map
  std::vector<Fate> fate;
  std::vector<std::int32_t> updates;  ///< made until the end
  std::vector<Proof> proof;           ///< where trajectories are certified
  std::vector<PixelOrigin> origin;    ///< where the sweep refines; never from a mapper
  RealBuffer r_final, w_final, b_final;
  RealBuffer leak_final;  ///< of prelu
  RealBuffer loss_final;
  /// Where a map is general (Map::is_general()): the minimum of the loss that a trajectory came to rest at, by its number, the
  /// least loss being 1; 0 where it came to none.
  std::vector<std::int8_t> minimum;
  std::vector<std::int32_t> period;  ///< where criteria look for cycles: the number of updates of one; 0: none is found
  /// Where criteria ask for it: the largest Lyapunov exponent, per update; not a number where the trajectory has diverged.
  RealBuffer lyapunov;
};

/// How far the work is: mappers add to it, and any thread may read it while they run.
struct Meter {
  std::atomic<std::int64_t> pixels = 0;   ///< finished
  std::atomic<std::int64_t> updates = 0;  ///< made
  std::atomic<bool> stop = false;         ///< set it (a signal handler may) to end the work with Interrupted
};

/// Computes tiles. Several may be on their way at once, which keeps a device busy; they are finished in the order in
/// which they were begun.
class Mapper {
 public:
  virtual ~Mapper() = default;

  /// How many tiles may be begun and not finished: as many as keep the device busy.
  virtual int tiles_in_flight() const = 0;

  /// Begins to compute the pixels of `tile` of `maps` that are in the list: fate always, proof where the criteria
  /// certify, the others where `fields` has them; `r_final` only where the maps are not planar. Adds to `meter` meanwhile.
  virtual void begin(const MapBatch& maps, const Tile& tile, const Fields& fields, const PixelList& listed,
                     Meter& meter) = 0;

  /// Waits for the tile that was begun first. Throws Interrupted when `stop` is set in its meter, and then leaves `result`
  /// unspecified.
  virtual void finish(TileResult& result) = 0;

  /// Drops the tiles that were begun, and returns when none is on its way.
  virtual void abandon() noexcept = 0;

  /// Computes one tile, with none on its way. Throws ConfigError for a window that is not valid, Error for a tile outside
  /// it, and what begin() and finish() throw.
  void map(const MapBatch& maps, const Tile& tile, const Fields& fields, Meter& meter, TileResult& result) {
    validate(maps->window);
    validate(tile, maps->window.grid());
    begin(maps, tile, fields, {}, meter);
    finish(result);
  }

  /// What it runs on, in words, for the file.
  virtual std::string description() const = 0;
};

/// Takes a line about a device that is there and is not used: which and why.
using DeviceNote = std::function<void(const std::string& line)>;

/// The mapper for an execution: its device and its threads. Devices that cannot be used are left out, with a note; with
/// `automatic` the CPU does the work where none can. Throws DeviceError where the device asked for is missing.
std::unique_ptr<Mapper> make_mapper(const Execution& execution, const DeviceNote& note = {});

}  // namespace deadcone
