#pragma once

// Results as arrays in memory, those of their file: the same names, types and shapes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "deadcone/errors.hpp"
#include "deadcone/point_groups.hpp"
#include "file/schema.hpp"
#include "file/tile_encoder.hpp"
#include "storage/hdf5.hpp"

namespace deadcone::python {

/// An array in row-major order.
struct Array {
  hdf5::Type type;
  hdf5::Extent shape;
  std::shared_ptr<std::byte[]> bytes;
};

/// The results of points that have no maps do not fit.
struct PointsDoNotFit : OutOfMemory {
  using OutOfMemory::OutOfMemory;
};

class ResultArrays {
 public:
  /// Throws OutOfMemory where the maps, or PointsDoNotFit where the other results do not fit.
  explicit ResultArrays(Schema schema);

  const Schema& schema() const { return schema_; }
  bool is_done(std::int64_t point) const { return states_[static_cast<std::size_t>(point)] == State::done; }
  /// The pixels of a field, by its number, of all points one after the other.
  std::byte* pixels(std::size_t field) { return by_pixel_[field].bytes.get(); }
  /// Takes the values of points that are done, whose pixels are there.
  void finish(const PointRun& points, const PointValues& values);
  /// Takes what is known of a point that is not done; points have no maps.
  void keep(std::int64_t point, const PointValues& values);
  /// Gives the points of which nothing is known the values that say so.
  void close();

  /// After close(), one for each pixel field and each point field of the Schema.
  const std::vector<Array>& by_pixel() const { return by_pixel_; }
  const std::vector<Array>& by_point() const { return by_point_; }

 private:
  enum class State : std::uint8_t { pending, begun, done };

  void allot_all();
  void set(const PointRun& points, const PointValues& values, State state);
  /// Sets the elements of pending points.
  void fill_pending(Array& array, const Bytes& element) const;

  Schema schema_;
  std::vector<Array> by_pixel_;
  std::vector<Array> by_point_;
  std::vector<State> states_;
  bool is_closed_ = false;
};

}  // namespace deadcone::python
