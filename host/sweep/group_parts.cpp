#include "sweep/group_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

#include "deadcone/detail/tile_arrays.hpp"

namespace deadcone {

std::vector<GroupPart> parts_of(SweepMaps& maps, const PointRun& points) {
  if (points.count == 1) return {{maps.take(points.first), {}}};
  std::vector<Point> all = maps.sweep().points(points);
  const auto is_planar = [](const Point& point) { return point.geometry() == Geometry::planar; };
  const auto planar = std::ranges::count_if(all, is_planar);
  if (planar == 0 || planar == points.count) return {{maps.batch(std::move(all)), {}}};
  std::vector<GroupPart> parts;
  for (const bool wants_planar : {true, false}) {
    std::vector<Point> own;
    std::vector<std::int64_t> places;
    for (std::int64_t place = 0; place < points.count; ++place) {
      const Point& point = all[static_cast<std::size_t>(place)];
      if (is_planar(point) != wants_planar) continue;
      own.push_back(point);
      places.push_back(place);
    }
    parts.push_back({maps.batch(std::move(own)), std::move(places)});
  }
  return parts;
}

void put_part(const TileResult& part, const std::vector<std::int64_t>& places, std::int64_t pixels, std::int64_t maps,
              TileResult& whole) {
  const auto put = [&]<class T>(const std::vector<T>& from, std::vector<T>& to) {
    if (from.empty()) return;
    to.resize(static_cast<std::size_t>(maps * pixels));
    for (std::size_t i = 0; i < places.size(); ++i)
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(i) * pixels, pixels, to.begin() + places[i] * pixels);
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
  whole.counts.resize(static_cast<std::size_t>(maps));
  for (std::size_t i = 0; i < places.size(); ++i) whole.counts[static_cast<std::size_t>(places[i])] = part.counts[i];
}

}  // namespace deadcone
