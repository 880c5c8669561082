#include "array_sinks.hpp"

#include <cstddef>
#include <cstring>

#include "file/birth_experiment.hpp"

namespace deadcone::python {

void ArraySink::take(const PointRun& points, const Tile& tile, TileResult& result) {
  // All points side by side, as if the rows of a map went on in the next: a tile of one point, or whole maps of several,
  // is a block of rows of this.
  const Grid grid = arrays_.schema().grid();
  const std::int64_t first_row = points.first * grid.rows + tile.first_row;
  const bool has_whole_rows = tile.columns == grid.columns;
  const std::int64_t runs = has_whole_rows ? 1 : points.count * tile.rows;
  const std::int64_t run_pixels = has_whole_rows ? points.count * tile.pixels() : tile.columns;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const PixelValues values = fields_[i]->values(result);
    const auto size = static_cast<std::int64_t>(size_of(arrays_.schema().pixel_fields[i].type));
    const auto* from = static_cast<const std::byte*>(values.data);
    std::byte* to = arrays_.pixels(i) + (first_row * grid.columns + tile.first_column) * size;
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
  arrays_.finish(points->points, experiment_.point_values({sweep_, points->points, points->counts, points->seconds}));
  if (kept) kept();
}

void BirthArraySink::keep(std::int64_t point, const BirthResult& result) {
  arrays_.keep(point, birth_values(sweep_, point, result));
}

void BirthArraySink::finish(std::int64_t point, const BirthResult& result) {
  arrays_.finish({point, 1}, birth_values(sweep_, point, result));
}

}  // namespace deadcone::python
