#include "array_sink.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <numeric>

#include "base/memory.hpp"
#include "deadcone/errors.hpp"
#include "file/result_datasets.hpp"

namespace deadcone::python {
namespace {

std::size_t elements_of(const hdf5::Extent& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// An array whose elements are not set: memory that is not touched need not be there.
Array allot(const Variable& variable, const hdf5::Extent& shape) {
  const std::size_t bytes = elements_of(shape) * size_of(variable.type);
  return {variable.type, shape, std::shared_ptr<std::byte[]>(new std::byte[bytes])};
}

/// Copies an element to `count` places, ever longer runs of it at once.
void fill(std::byte* first, std::size_t count, const Bytes& element) {
  const std::size_t bytes = count * element.size();
  if (bytes == 0) return;
  std::memcpy(first, element.data(), element.size());
  constexpr std::size_t longest = std::size_t{1} << 16;  // stays in a cache
  for (std::size_t filled = element.size(); filled < bytes;) {
    const std::size_t run = std::min({filled, bytes - filled, longest / element.size() * element.size()});
    std::memcpy(first + filled, first, run);
    filled += run;
  }
}

std::int64_t bytes_of(const Schema& schema) {
  const double bytes = pixel_bytes(schema) + other_bytes(schema);
  if (!(bytes < static_cast<double>(std::numeric_limits<std::int64_t>::max()))) refuse_uncountable_maps();
  return static_cast<std::int64_t>(bytes);
}

}  // namespace

ArraySink::ArraySink(const Sweep& sweep, const Experiment& experiment)
    : experiment_(experiment), sweep_(sweep), schema_(experiment.schema(sweep)), fields_(experiment_.kept(sweep_)) {
  const std::int64_t bytes = bytes_of(schema_);
  check_memory(bytes, maps_take);
  try {
    const hdf5::Extent pixels = {static_cast<std::uint64_t>(schema_.grid().rows),
                                 static_cast<std::uint64_t>(schema_.grid().columns)};
    for (const Variable& field : schema_.pixel_fields)
      by_pixel_.push_back(allot(field, joined(point_extent(schema_), pixels)));
    for (const PointVariable& field : schema_.point_fields)
      by_point_.push_back(allot(field.variable, point_extent(schema_, field)));
    done_.resize(static_cast<std::size_t>(schema_.points()));
  } catch (const std::bad_alloc&) {
    refuse_memory(bytes, maps_take);
  }
}

void ArraySink::take(const PointRun& points, const Tile& tile, TileResult& result) {
  // All points side by side, as if the rows of a map went on in the next: a tile of one point, or whole maps of several, is a
  // block of rows of this.
  const Grid grid = schema_.grid();
  const std::int64_t first_row = points.first * grid.rows + tile.first_row;
  const bool has_whole_rows = tile.columns == grid.columns;
  const std::int64_t runs = has_whole_rows ? 1 : points.count * tile.rows;
  const std::int64_t run_pixels = has_whole_rows ? points.count * tile.pixels() : tile.columns;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const PixelValues values = fields_[i]->values(result);
    const auto size = static_cast<std::int64_t>(size_of(by_pixel_[i].type));
    const auto* from = static_cast<const std::byte*>(values.data);
    std::byte* to = by_pixel_[i].bytes.get() + (first_row * grid.columns + tile.first_column) * size;
    for (std::int64_t run = 0; run < runs; ++run, to += grid.columns * size) {
      const auto bytes = static_cast<std::size_t>(run_pixels * size);
      if (values.count == 0) {
        std::memset(to, 0, bytes);  // a field that the mapper leaves out is zero
      } else {
        std::memcpy(to, from + run * run_pixels * size, bytes);
      }
    }
  }
}

void ArraySink::finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) {
  const auto [first, count] = points->points;
  const PointValues values = experiment_.point_values({sweep_, points->points, points->counts, points->seconds});
  for (std::size_t i = 0; i < by_point_.size(); ++i) {
    const std::size_t each = values[i].size() / static_cast<std::size_t>(count);
    std::memcpy(by_point_[i].bytes.get() + static_cast<std::size_t>(first) * each, values[i].data(), values[i].size());
  }
  std::memset(done_.data() + first, 1, static_cast<std::size_t>(count));
  if (kept) kept();
}

void ArraySink::close() {
  if (is_closed_) return;
  is_closed_ = true;
  for (std::size_t i = 0; i < by_pixel_.size(); ++i) {
    const Variable& field = schema_.pixel_fields[i];
    fill_pending(by_pixel_[i], element_of(field.type, field.fill));
  }
  for (std::size_t i = 0; i < by_point_.size(); ++i) {
    const Variable& field = schema_.point_fields[i].variable;
    fill_pending(by_point_[i], element_of(field.type, field.initial.value_or(field.fill)));
  }
}

void ArraySink::fill_pending(Array& array, const Bytes& element) const {
  const std::size_t each = elements_of(array.shape) / done_.size();
  for (std::size_t point = 0; point < done_.size(); ++point) {
    if (done_[point] == 0) fill(array.bytes.get() + point * each * element.size(), each, element);
  }
}

}  // namespace deadcone::python
