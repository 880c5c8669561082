#include "sweep/trajectory_batches.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "deadcone/detail/tile_arrays.hpp"

namespace deadcone {
namespace {

/// Maps of a batch, at most, where a tile can be cut into several: some megabytes of constants.
constexpr std::int64_t most_maps = 16'384;

/// Some consecutive values of an axis.
struct Side {
  std::size_t axis;
  std::int64_t first;
  std::int64_t count;
  bool is_in_plane;
  std::int64_t stride = 1;  ///< the distance of two of them in the order [point][y][x]
};

}  // namespace

/// The trajectories of a tile of the plane at a group of points: the product of its sides.
struct GroupTrajectories::Box {
  std::vector<Side> of_points;              ///< each combination is a map, the last side running fastest
  std::vector<std::vector<double>> values;  ///< of these sides
  Side b;
  Side w;
  std::int64_t first = 0;  ///< the number [point][y][x] of the first trajectory

  std::int64_t combinations() const {
    std::int64_t product = 1;
    for (const Side& side : of_points) product *= side.count;
    return product;
  }
  /// The part of the window that it has.
  Tile tile() const { return {b.is_in_plane ? b.first : 0, w.is_in_plane ? w.first : 0, b.count, w.count}; }
  std::int64_t map_pixels() const { return b.count * w.count; }
  std::int64_t trajectories() const { return combinations() * map_pixels(); }

  /// Whether mappers give the trajectories in the order [point][y][x].
  bool is_in_order() const {
    std::int64_t distance = 1;
    const auto fits = [&distance](const Side& side) {
      const bool is_next = side.count == 1 || side.stride == distance;
      distance *= side.count;
      return is_next;
    };
    return fits(w) && fits(b) && std::all_of(of_points.rbegin(), of_points.rend(), fits);
  }
  /// The number of the first trajectory of a combination.
  std::int64_t number_of(std::int64_t combination) const {
    std::int64_t number = first;
    for (auto side = of_points.rbegin(); side != of_points.rend(); ++side) {
      number += combination % side->count * side->stride;
      combination /= side->count;
    }
    return number;
  }
  /// The combination of a trajectory, and its pixel in the part of the window.
  std::int64_t combination_of(std::int64_t number) const {
    std::int64_t combination = 0;
    for (const Side& side : of_points) combination = combination * side.count + number / side.stride % side.count;
    return combination;
  }
  std::int64_t pixel_of(std::int64_t number) const {
    return number / b.stride % b.count * w.count + number / w.stride % w.count;
  }
};

GroupTrajectories::GroupTrajectories(SweepMaps& maps, const PointRun& points)
    : maps_(&maps), sweep_(&maps.sweep()), points_(points) {
  const Plane& plane = sweep_->plane;
  has_points_in_plane_ = sweep_->axis(plane.x_axis).side == nullptr || sweep_->axis(plane.y_axis).side == nullptr;
}

GroupTrajectories::Box GroupTrajectories::box_of(const Tile& tile) const {
  // The sides in the order [point][y][x]. A run of points has all values of its last axes, and some of the one before.
  std::vector<Side> sides = {{static_cast<std::size_t>(sweep_->plane.x_axis), tile.first_column, tile.columns, true},
                             {static_cast<std::size_t>(sweep_->plane.y_axis), tile.first_row, tile.rows, true}};
  std::vector<std::size_t> axes = sweep_->point_axes();
  std::ranges::reverse(axes);
  std::int64_t number = points_.first;
  std::int64_t count = points_.count;
  for (const std::size_t axis : axes) {
    const auto length = std::ssize(sweep_->axes[axis].values);
    const std::int64_t own = std::min(length, count);
    sides.push_back({axis, number % length, own, false});
    number /= length;
    count /= own;
  }
  std::int64_t stride = 1;
  for (Side& side : sides) {
    side.stride = stride;
    stride *= side.count;
  }
  std::ranges::reverse(sides);

  Box box = {};
  for (const Side& side : sides) {
    Range Window::*const of_window = sweep_->axes[side.axis].side;
    if (of_window != nullptr) {
      (of_window == &Window::w ? box.w : box.b) = side;
      continue;
    }
    const Range* range = sweep_->plane.range_of(side.axis);
    const std::vector<double>& all = sweep_->axes[side.axis].values;
    box.of_points.push_back(side);
    box.values.push_back(range != nullptr
                             ? centres<double>(*range, side.first, side.count)
                             : std::vector<double>(all.begin() + side.first, all.begin() + side.first + side.count));
  }
  return box;
}

Window GroupTrajectories::window_of(const Box& box) const {
  const auto range_of = [this](const Side& side) {
    if (const Range* range = sweep_->plane.range_of(side.axis)) return *range;
    const auto first = sweep_->axes[side.axis].values.begin() + side.first;
    return Range{.count = side.count, .listed = {first, first + side.count}};
  };
  return {.w = range_of(box.w), .b = range_of(box.b)};
}

std::vector<GroupTrajectories::Part> GroupTrajectories::parts_at(const std::vector<std::int64_t>& combinations,
                                                                 const Box& box) {
  Part parts[2];  // planar, general
  std::vector<Point> points[2];
  for (const std::size_t which : {0, 1}) {
    points[which].reserve(combinations.size());
    parts[which].combinations.reserve(combinations.size());
  }
  for (const std::int64_t combination : combinations) {
    Point point;
    auto rest = static_cast<std::uint32_t>(combination);  // 32 bits are quicker to divide, and trajectories are fewer
    for (std::size_t side = box.of_points.size(); side-- > 0;) {
      const auto count = static_cast<std::uint32_t>(box.of_points[side].count);
      double Point::*const place = sweep_->axes[box.of_points[side].axis].place;
      if (place != nullptr) point.*place = box.values[side][rest % count];
      rest /= count;
    }
    const std::size_t which = point.geometry() == Geometry::planar ? 0 : 1;
    points[which].push_back(point);
    parts[which].combinations.push_back(combination);
  }
  std::vector<Part> some;
  for (std::size_t which : {0, 1}) {
    if (points[which].empty()) continue;
    parts[which].maps = maps_->batch(std::move(points[which]), window_of(box));
    some.push_back(std::move(parts[which]));
  }
  return some;
}

std::vector<GroupTrajectories::Part> GroupTrajectories::all_parts(const Box& box) {
  if (points_.count == 1 && sweep_->plane.is_of_starts()) return {{maps_->take(points_.first), {0}}};
  std::vector<std::int64_t> all(static_cast<std::size_t>(box.combinations()));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return parts_at(all, box);
}

const std::vector<GroupTrajectories::Part>& GroupTrajectories::kept_parts(const Box& box) {
  if (parts_.empty()) parts_ = all_parts(box);
  return parts_;
}

TrajectoryBatch GroupTrajectories::whole_batch(const Part& part, const Box& box, bool is_alone) {
  TrajectoryBatch batch = {part.maps, box.tile(), {}, {}};
  if (is_alone && box.is_in_order()) return batch;
  batch.places.reserve(part.combinations.size() * static_cast<std::size_t>(box.map_pixels()));
  for (const std::int64_t combination : part.combinations) {
    const std::int64_t number = box.number_of(combination);
    for (std::int64_t b = 0; b < box.b.count; ++b) {
      for (std::int64_t w = 0; w < box.w.count; ++w)
        batch.places.push_back(static_cast<std::int32_t>(number + b * box.b.stride + w * box.w.stride));
    }
  }
  return batch;
}

std::vector<TrajectoryBatch> GroupTrajectories::of_tile(const Tile& tile) {
  Box box = box_of(tile);
  std::vector<TrajectoryBatch> batches;
  if (!has_points_in_plane_) {
    const std::vector<Part>& parts = kept_parts(box);
    for (const Part& part : parts) batches.push_back(whole_batch(part, box, parts.size() == 1));
    return batches;
  }
  // Rows of maps, where each row has its own.
  const auto y = std::ranges::find(box.of_points, static_cast<std::size_t>(sweep_->plane.y_axis), &Side::axis);
  const std::int64_t maps_of_row = y == box.of_points.end() ? box.combinations() : box.combinations() / y->count;
  const std::int64_t rows = y == box.of_points.end() ? tile.rows : std::max<std::int64_t>(1, most_maps / maps_of_row);
  for (std::int64_t row = 0; row < tile.rows; row += rows) {
    Box band = box;
    if (y != box.of_points.end()) {
      const auto side = static_cast<std::size_t>(y - box.of_points.begin());
      const std::int64_t count = std::min(rows, tile.rows - row);
      const auto values = box.values[side].begin() + row;
      band.of_points[side].count = count;
      band.values[side] = {values, values + count};
      band.first = row * y->stride;
    }
    const std::vector<Part> parts = all_parts(band);
    const bool is_alone = parts.size() == 1 && rows >= tile.rows;
    for (const Part& part : parts) batches.push_back(whole_batch(part, band, is_alone));
  }
  return batches;
}

std::vector<TrajectoryBatch> GroupTrajectories::of_pixels(const Tile& tile, const PixelList& pixels) {
  const Box box = box_of(tile);
  std::vector<Part> own;
  if (has_points_in_plane_) {
    std::vector<std::int64_t> combinations;
    for (const std::int32_t pixel : pixels) combinations.push_back(box.combination_of(pixel));
    std::ranges::sort(combinations);
    combinations.erase(std::unique(combinations.begin(), combinations.end()), combinations.end());
    own = parts_at(combinations, box);
  }
  const std::vector<Part>& parts = has_points_in_plane_ ? own : kept_parts(box);
  if (!has_points_in_plane_ && parts.size() == 1 && box.is_in_order())
    return {{parts.front().maps, box.tile(), pixels, pixels}};
  struct MapNumber {
    std::size_t part;
    std::int64_t map;
  };
  std::unordered_map<std::int64_t, MapNumber> maps;
  std::vector<TrajectoryBatch> batches;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (std::size_t map = 0; map < parts[part].combinations.size(); ++map)
      maps.emplace(parts[part].combinations[map], MapNumber{part, static_cast<std::int64_t>(map)});
    batches.push_back({parts[part].maps, box.tile(), {}, {}});
  }
  for (const std::int32_t pixel : pixels) {
    const auto [part, map] = maps.at(box.combination_of(pixel));
    batches[part].listed.push_back(static_cast<std::int32_t>(map * box.map_pixels() + box.pixel_of(pixel)));
    batches[part].places.push_back(pixel);
  }
  std::erase_if(batches, [](const TrajectoryBatch& batch) { return batch.listed.empty(); });
  return batches;
}

GroupTrajectories::MapOfBatch GroupTrajectories::map_of(std::int64_t place) {
  for (const Part& part : kept_parts(box_of({0, 0, 1, 1}))) {
    const auto at = std::ranges::find(part.combinations, place);
    if (at != part.combinations.end()) return {part.maps, at - part.combinations.begin()};
  }
  throw Error("a group has no point " + std::to_string(place));
}

void put_in_place(const TileResult& part, const std::vector<std::int32_t>& places, std::size_t trajectories,
                  TileResult& whole) {
  const auto put = [&]<class T>(const std::vector<T>& from, std::vector<T>& to) {
    if (from.empty()) return;
    to.resize(trajectories);
    for (std::size_t i = 0; i < places.size(); ++i) to[static_cast<std::size_t>(places[i])] = from[i];
  };
  for_each_field(
      [&]<class Field>(const Field& from, Field& to) {
        if constexpr (std::is_same_v<Field, RealBuffer>) {
          std::visit([&]<class T>(const std::vector<T>& values) { put(values, vector_in<T>(to)); }, from);
        } else {
          put(from, to);
        }
      },
      part, whole);
}

void count_by_point(TileResult& result, std::int64_t points, const Fields& fields) {
  result.counts.assign(static_cast<std::size_t>(points), {});
  const std::size_t pixels = result.fate.size() / result.counts.size();
  for (std::size_t i = 0; i < result.fate.size(); ++i) result.counts[i / pixels].add(result.fate[i], result.updates[i]);
  if (!fields.updates) result.updates.clear();
}

void map_tile(GroupTrajectories& of_point, const Tile& tile, const Fields& fields, Mapper& mapper, Meter& meter,
              TileResult& result) {
  std::vector<TrajectoryBatch> batches = of_point.of_tile(tile);
  if (batches.front().has_maps_of(1)) {
    mapper.begin(batches.front().maps, batches.front().tile, fields, {}, meter);
    mapper.finish(result);
    return;
  }
  Fields with_updates = fields;
  with_updates.updates = true;  // for the counts
  TileResult whole;
  for (TrajectoryBatch& batch : batches) {
    mapper.begin(batch.maps, batch.tile, with_updates, {}, meter);
    mapper.finish(result);
    if (batch.places.empty()) {
      std::swap(result, whole);
    } else {
      put_in_place(result, batch.places, static_cast<std::size_t>(tile.pixels()), whole);
    }
    batch.maps = {};  // their constants are not used any more
  }
  count_by_point(whole, 1, fields);
  result = std::move(whole);
}

}  // namespace deadcone
