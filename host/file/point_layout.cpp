#include "file/point_layout.hpp"

namespace deadcone {

using hdf5::Extent;

std::vector<std::size_t> dimensions(const Sweep& sweep) {
  std::vector<std::size_t> result;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    if (axis < 2 || sweep.axes[axis].values.size() > 1) result.push_back(axis);
  }
  return result;
}

Extent point_extent(const Sweep& sweep) {
  Extent extent;
  for (const std::size_t axis : dimensions(sweep)) extent.push_back(sweep.axes[axis].values.size());
  return extent;
}

Extent position(const Sweep& sweep, std::int64_t point) {
  // Axes of one value change nothing, so the file's row-major order is the sweep's.
  Extent extent = point_extent(sweep);
  auto rest = static_cast<std::uint64_t>(point);
  for (auto length = extent.rbegin(); length != extent.rend(); ++length) {
    const std::uint64_t index = rest % *length;
    rest /= *length;
    *length = index;
  }
  return extent;
}

Extent ones(const Sweep& sweep) {
  return Extent(dimensions(sweep).size(), 1);
}

Extent joined(Extent first, const Extent& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace deadcone
