#pragma once

// The maps of a sweep in memory.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/counts.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_sink.hpp"

namespace deadcone {

/// All maps of a sweep. A field is one array over (point, y, x), the last index running fastest; `sweep` has the values
/// of points and pixels. A field that the sweep does not keep is empty.
struct Maps {
  Sweep sweep;
  std::vector<Fate> fate;             ///< pending where the point is not done
  std::vector<std::int32_t> updates;  ///< made until the end; -1 where the pixel was not computed
  std::vector<Proof> proof;           ///< of a sweep that certifies; pending where the pixel was not computed
  std::vector<PixelOrigin> origin;    ///< of a sweep that refines
  /// The last parameters and the loss there, in the sweep's precision; not a number where the point is not done.
  /// r_final is kept where a point of the sweep has r != 0, leak_final of prelu.
  RealBuffer r_final, w_final, b_final, leak_final, loss_final;
  /// Where Sweep::is_general() and no pixel is filled: TileResult::minimum; -1 where the point is not done.
  std::vector<std::int8_t> minimum;
  std::vector<std::int32_t> period;  ///< TileResult::period; -1 where the point is not done
  RealBuffer lyapunov;               ///< TileResult::lyapunov

  std::vector<Counts> counts;      ///< by point
  std::vector<double> seconds;     ///< that each point took
  std::vector<std::uint8_t> done;  ///< 1 for the points that are complete

  /// The part of a field that belongs to a point: row by row, sweep.plane.pixels() values, or none.
  template <class T>
  std::span<const T> of_point(const std::vector<T>& field, std::int64_t point) const {
    if (field.empty()) return {};
    const auto pixels = static_cast<std::size_t>(sweep.plane.pixels());
    return std::span<const T>(field).subspan(static_cast<std::size_t>(point) * pixels, pixels);
  }
};

/// The memory that the maps of a sweep take, in bytes. Throws OutOfMemory where no machine could have it.
std::int64_t memory_of_maps(const Sweep& sweep);

/// Keeps a sweep in memory.
class MemorySink final : public SweepSink {
 public:
  /// Throws ConfigError where the sweep is wrong, OutOfMemory where its maps do not fit.
  explicit MemorySink(const Sweep& sweep);

  bool is_done(std::int64_t point) const override;
  /// Throws Error where the points, the tile or the result do not belong to the sweep; so does finish().
  void take(const PointRun& points, const Tile& tile, TileResult& result) override;
  void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) override;
  void close() override {}

  const Maps& maps() const { return maps_; }
  /// Gives the maps away; the sink keeps nothing and must not be used again.
  Maps release() { return std::move(maps_); }

 private:
  void check_points(const PointRun& points) const;

  Maps maps_;
};

}  // namespace deadcone
