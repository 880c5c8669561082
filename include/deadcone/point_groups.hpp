#pragma once

// How the points of a sweep are cut into groups. Many small maps are computed, handed over and stored by the group, so that
// they cost no more than one large map.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/tiling.hpp"

namespace deadcone {

/// The pixels of a group, at most: some tenths of a second of the longest trajectories on two cores.
inline constexpr std::int64_t group_pixels = 16'384;

/// Groups that a sweep has where it has as many points: threads, devices and shards share them.
inline constexpr std::int64_t least_groups = 64;

/// Groups of consecutive points. Each is a box in the axes: it has some values of one axis, one value of the axes before
/// that and all values of those behind. So the maps of a group are one chunk of a file.
class PointGroups {
 public:
  /// One group of one point.
  PointGroups() = default;
  /// The best groups for axes of these lengths and maps of so many pixels.
  PointGroups(const std::vector<std::int64_t>& lengths, std::int64_t map_pixels) {
    points_ = 1;
    for (const std::int64_t length : lengths) points_ *= length;
    cut(lengths, std::min(group_pixels / map_pixels, points_ / least_groups));
  }
  explicit PointGroups(const Sweep& sweep) : PointGroups(lengths_of(sweep), sweep.plane.pixels()) {}

  /// Groups of `size` points, as a file has them. Throws Error where the axes cannot be cut so.
  static PointGroups of_size(const std::vector<std::int64_t>& lengths, std::int64_t size) {
    PointGroups groups(lengths, group_pixels);
    groups.cut(lengths, size);
    if (groups.size_ != size) throw Error("points cannot be cut into groups of " + std::to_string(size));
    return groups;
  }

  /// The number of groups.
  std::int64_t count() const { return points_ / row_ * groups_in_row(); }
  PointRun operator[](std::int64_t group) const {
    const std::int64_t first_in_row = group % groups_in_row() * size_;
    return {group / groups_in_row() * row_ + first_in_row, std::min(size_, row_ - first_in_row)};
  }
  /// The number of the group of a point.
  std::int64_t group_of(std::int64_t point) const { return point / row_ * groups_in_row() + point % row_ / size_; }
  /// Points of a group; those at the end of an axis may have fewer.
  std::int64_t size() const { return size_; }

  bool operator==(const PointGroups& other) const { return points_ == other.points_ && size_ == other.size_; }

 private:
  static std::vector<std::int64_t> lengths_of(const Sweep& sweep) {
    std::vector<std::int64_t> lengths;
    for (const std::size_t axis : sweep.point_axes()) lengths.push_back(std::ssize(sweep.axes[axis].values));
    return lengths;
  }
  /// The largest groups of at most `most` points.
  void cut(const std::vector<std::int64_t>& lengths, std::int64_t most) {
    size_ = row_ = 1;
    for (auto length = lengths.rbegin(); length != lengths.rend(); ++length) {
      row_ = size_ * *length;
      if (row_ <= most) {
        size_ = row_;
        continue;
      }
      size_ *= std::max<std::int64_t>(most / size_, 1);
      return;
    }
  }
  std::int64_t groups_in_row() const { return (row_ + size_ - 1) / size_; }

  std::int64_t points_ = 1;
  std::int64_t row_ = 1;  ///< points along the axis that is cut and those behind it
  std::int64_t size_ = 1;
};

/// The tiles that each map of a group is cut into; a group of several maps has whole maps.
inline Tiling tiles_of(const Grid& grid, const PointGroups& groups) {
  return groups.size() == 1 ? Tiling(grid) : Tiling(grid, std::max(grid.rows, grid.columns));
}

}  // namespace deadcone
