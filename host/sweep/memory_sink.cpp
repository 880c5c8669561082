#include "deadcone/memory_sink.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <string>

#include "base/memory.hpp"
#include "deadcone/detail/scatter.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

bool keeps_r(const Sweep& sweep) {
  return sweep.fields.final && has_general_starts(sweep);
}

bool keeps_leak(const Sweep& sweep) {
  return sweep.fields.final && learns_leak(sweep.unit);
}

/// All points side by side, as if y ran over all of them: a tile of a point, or whole maps of several, is a tile of this.
Grid grid_of_all(const Sweep& sweep) {
  return {sweep.points() * sweep.plane.y.count, sweep.plane.x.count};
}

template <class T>
void check_size(const std::vector<T>& pixels, const Tile& place, const std::vector<T>& map, const char* field) {
  if (!map.empty() && static_cast<std::int64_t>(pixels.size()) != place.pixels()) {
    throw Error(std::string("the result has ") + std::to_string(pixels.size()) + " values of " + field + " for " +
                std::to_string(place.pixels()) + " pixels");
  }
}

/// Where the field is kept.
template <class T>
void keep(const std::vector<T>& pixels, const Tile& tile, const Grid& grid, std::vector<T>& map) {
  if (!map.empty()) scatter(pixels, tile, grid, map);
}

/// A buffer in the precision of another one, with `count` values.
void allot_like(Precision precision, std::size_t count, RealBuffer& buffer) {
  with_precision(precision, [&]<class Real>() {
    buffer.emplace<std::vector<Real>>(count, std::numeric_limits<Real>::quiet_NaN());
  });
}

bool is_empty(const RealBuffer& buffer) {
  return std::visit([](const auto& values) { return values.empty(); }, buffer);
}

}  // namespace

std::int64_t memory_of_maps(const Sweep& sweep) {
  const std::int64_t real = sweep.precision == Precision::float32 ? sizeof(float) : sizeof(double);
  const std::int64_t reals = (sweep.fields.final ? 2 : 0) + (keeps_r(sweep) ? 1 : 0) + (keeps_leak(sweep) ? 1 : 0) +
                             (sweep.fields.loss ? 1 : 0) + (sweep.criteria.lyapunov_updates > 0 ? 1 : 0);
  const std::int64_t each = 1 + (sweep.fields.updates ? 4 : 0) + (sweep.criteria.certify ? 1 : 0) +
                            (sweep.refinement.kind == RefinementKind::none ? 0 : 1) +
                            (has_minimum_by_pixel(sweep) ? 1 : 0) + (sweep.criteria.longest_cycle > 0 ? 4 : 0) +
                            reals * real;
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(sweep.points(), sweep.plane.pixels(), &bytes) ||
      __builtin_mul_overflow(bytes, each, &bytes)) {
    refuse_uncountable_maps();
  }
  return bytes;
}

MemorySink::MemorySink(const Sweep& sweep) {
  validate(sweep);
  const std::int64_t bytes = memory_of_maps(sweep);
  check_memory(bytes, maps_take);
  const auto points = static_cast<std::size_t>(sweep.points());
  const auto pixels = points * static_cast<std::size_t>(sweep.plane.pixels());
  const auto room = [pixels](bool wanted) { return wanted ? pixels : 0; };
  try {
    maps_.sweep = sweep;
    maps_.fate.resize(pixels, Fate::pending);
    maps_.updates.resize(room(sweep.fields.updates), -1);
    maps_.proof.resize(room(sweep.criteria.certify), Proof::pending);
    maps_.origin.resize(room(sweep.refinement.kind != RefinementKind::none), PixelOrigin::pending);
    allot_like(sweep.precision, room(keeps_r(sweep)), maps_.r_final);
    allot_like(sweep.precision, room(sweep.fields.final), maps_.w_final);
    allot_like(sweep.precision, room(sweep.fields.final), maps_.b_final);
    allot_like(sweep.precision, room(keeps_leak(sweep)), maps_.leak_final);
    allot_like(sweep.precision, room(sweep.fields.loss), maps_.loss_final);
    maps_.minimum.resize(room(has_minimum_by_pixel(sweep)), -1);
    maps_.period.resize(room(sweep.criteria.longest_cycle > 0), -1);
    allot_like(sweep.precision, room(sweep.criteria.lyapunov_updates > 0), maps_.lyapunov);
    maps_.counts.resize(points);
    maps_.seconds.resize(points);
    maps_.done.resize(points);
  } catch (const std::bad_alloc&) {
    refuse_memory(bytes, maps_take);
  }
}

void MemorySink::check_points(const PointRun& points) const {
  const auto [first, count] = points;
  const std::int64_t all = std::ssize(maps_.done);
  if (first < 0 || first >= all || count < 1 || count > all - first) {
    throw Error("the sweep has no points " + std::to_string(first) + " to " + std::to_string(first + count - 1));
  }
}

bool MemorySink::is_done(std::int64_t point) const {
  check_points({point, 1});
  return maps_.done[point] != 0;
}

void MemorySink::take(const PointRun& points, const Tile& tile, TileResult& result) {
  check_points(points);
  validate(tile, maps_.sweep.plane.grid());
  if (points.count > 1 && tile.pixels() != maps_.sweep.plane.pixels()) throw Error("several maps must be whole");
  const Grid all = grid_of_all(maps_.sweep);
  const Tile place = {points.first * maps_.sweep.plane.y.count + tile.first_row, tile.first_column,
                      points.count * tile.rows, tile.columns};
  check_size(result.fate, place, maps_.fate, "fate");
  check_size(result.updates, place, maps_.updates, "updates");
  check_size(result.proof, place, maps_.proof, "proof");
  check_size(result.origin, place, maps_.origin, "origin");
  check_size(result.minimum, place, maps_.minimum, "minimum");
  check_size(result.period, place, maps_.period, "period");
  // A mapper gives no r_final for a planar map: it is zero.
  const auto pixels = static_cast<std::size_t>(place.pixels());
  if (!is_empty(maps_.r_final) && is_empty(result.r_final)) {
    with_precision(maps_.sweep.precision, [&]<class Real>() { result.r_final.emplace<std::vector<Real>>(pixels); });
  }
  constexpr RealBuffer Maps::*kept[] = {&Maps::r_final,    &Maps::w_final,    &Maps::b_final,
                                        &Maps::leak_final, &Maps::loss_final, &Maps::lyapunov};
  constexpr RealBuffer TileResult::*given[] = {&TileResult::r_final,    &TileResult::w_final,    &TileResult::b_final,
                                               &TileResult::leak_final, &TileResult::loss_final, &TileResult::lyapunov};
  constexpr const char* names[] = {"r_final", "w_final", "b_final", "leak_final", "loss_final", "lyapunov"};

  with_precision(maps_.sweep.precision, [&]<class Real>() {
    for (std::size_t i = 0; i < std::size(names); ++i) {
      auto& map = std::get<std::vector<Real>>(maps_.*kept[i]);
      if (map.empty()) continue;
      const auto* values = std::get_if<std::vector<Real>>(&(result.*given[i]));
      if (values == nullptr) throw Error(std::string("the result has ") + names[i] + " in another precision");
      check_size(*values, place, map, names[i]);
      keep(*values, place, all, map);
    }
  });
  keep(result.fate, place, all, maps_.fate);
  keep(result.updates, place, all, maps_.updates);
  keep(result.proof, place, all, maps_.proof);
  keep(result.origin, place, all, maps_.origin);
  keep(result.minimum, place, all, maps_.minimum);
  keep(result.period, place, all, maps_.period);
}

void MemorySink::finish(const std::shared_ptr<const FinishedPoints>& points, const std::function<void()>& kept) {
  check_points(points->points);
  const std::ptrdiff_t first = points->points.first;
  const std::int64_t count = points->points.count;
  if (std::ssize(points->counts) != count) throw Error("the points must have their counts");
  std::ranges::copy(points->counts, maps_.counts.begin() + first);
  std::fill_n(maps_.seconds.begin() + first, count, points->seconds);
  std::fill_n(maps_.done.begin() + first, count, std::uint8_t{1});
  if (kept) kept();
}

}  // namespace deadcone
