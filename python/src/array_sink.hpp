#pragma once

// The results of a sweep as arrays in memory, those of its file: the same names, types and shapes.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "deadcone/sweep_sink.hpp"
#include "file/experiment.hpp"
#include "file/schema.hpp"
#include "storage/hdf5.hpp"

namespace deadcone::python {

/// An array in row-major order.
struct Array {
  hdf5::Type type;
  hdf5::Extent shape;
  std::shared_ptr<std::byte[]> bytes;
};

class ArraySink final : public SweepSink {
 public:
  /// `experiment` must outlive this. Throws OutOfMemory where the arrays do not fit.
  ArraySink(const Sweep& sweep, const Experiment& experiment);

  bool is_done(std::int64_t point) const override { return done_[static_cast<std::size_t>(point)] != 0; }
  void take(const PointRun& points, const Tile& tile, TileResult& result) override;
  void finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) override;
  /// Gives points that are not done the values that say so.
  void close() override;

  const Schema& schema() const { return schema_; }
  /// After close(), one for each pixel field and each point field of the Schema.
  const std::vector<Array>& by_pixel() const { return by_pixel_; }
  const std::vector<Array>& by_point() const { return by_point_; }

 private:
  /// Sets the elements of the points that are not done.
  void fill_pending(Array& array, const Bytes& element) const;

  const Experiment& experiment_;
  Sweep sweep_;
  Schema schema_;
  std::vector<const PixelField*> fields_;
  std::vector<Array> by_pixel_;
  std::vector<Array> by_point_;
  std::vector<std::uint8_t> done_;
  bool is_closed_ = false;
};

}  // namespace deadcone::python
