#include "cpu/scalar_loop.hpp"

#include "base/fma.hpp"

namespace deadcone {
namespace {

/// Runs the trajectory of pixel `i` and stores its results, unless the work is stopped on the way.
template <Geometry geometry, bool certify, class Real>
inline void run_pixel(WorkCursor<Real>& cursor, const Dynamics<Real>& dynamics, const Parameters<Real>& theta,
                      std::int64_t i) {
  TileWork<Real>& work = cursor.work();
  Course<Real> course = course_from<geometry>(dynamics, theta);
  Outcome<Real> outcome;
  const bool has_ended = follow_while_wanted(work, dynamics.max_updates, [&](std::int32_t until) {
    return follow<geometry, certify>(dynamics, until, course, outcome);
  });
  if (!has_ended) return;
  store_outcome<geometry>(dynamics, work.results, i, outcome);
  cursor.finished(work, outcome.updates);
}

template <Geometry geometry, bool certify, bool several, class Real>
inline void loop(WorkCursor<Real>& cursor) {
  for (PixelRun run = cursor.take(); run.first < run.last; run = cursor.take()) {
    const TileWork<Real>& work = cursor.work();
    for (std::int64_t i = run.first; i < run.last && !work.is_stopped(); ++i) {
      if constexpr (several) {
        const auto [map, theta] = start_of_pixel(work.batch, i);
        Dynamics<Real> dynamics = at_point(work.dynamics, work.constants[map]);
        if constexpr (certify) dynamics.proof = work.proof[map];
        run_pixel<geometry, certify>(cursor, dynamics, theta, i);
      } else {
        run_pixel<geometry, certify>(cursor, work.dynamics, start_of_pixel(work.starts, i), i);
      }
    }
  }
  cursor.report();
}

template <Geometry geometry, bool several, class Real>
inline std::int32_t start(const TileWork<Real>& work, std::int64_t pixel, LanePlace<Real> lane) {
  if constexpr (several) {
    const auto [map, theta] = start_of_pixel(work.batch, pixel);
    lane.put(theta, divergence_limit<geometry>(at_point(work.dynamics, work.constants[map]), theta));
    return map;
  } else {
    const Parameters<Real> theta = start_of_pixel(work.starts, pixel);
    lane.put(theta, divergence_limit<geometry>(work.dynamics, theta));
    return 0;
  }
}

template <Geometry geometry, class Real>
inline void store_end(const Dynamics<Real>& dynamics, const PixelArrays<Real>& results, std::int64_t pixel,
                      LanePlace<Real> lane, LaneEnd end) {
  store_outcome<geometry>(
      dynamics, results, pixel,
      end_of<geometry>(dynamics, lane.limit_squared(), lane.theta(), end.updates, end.ended, end.proof));
}

template <Geometry geometry, bool several, class Real>
inline void finish(const TileWork<Real>& work, std::int64_t pixel, LanePlace<Real> lane, LaneEnd end) {
  if constexpr (several) {
    store_end<geometry>(at_point(work.dynamics, work.constants[end.map]), work.results, pixel, lane, end);
  } else {
    store_end<geometry>(work.dynamics, work.results, pixel, lane, end);
  }
}

template <Geometry geometry, bool certify, bool several, class Real>
DEADCONE_WITH_FMA void fma_loop(WorkCursor<Real>& cursor) {
  loop<geometry, certify, several>(cursor);
}
template <Geometry geometry, bool several, class Real>
DEADCONE_WITH_FMA std::int32_t fma_start(const TileWork<Real>& work, std::int64_t pixel, LanePlace<Real> lane) {
  return start<geometry, several>(work, pixel, lane);
}
template <Geometry geometry, bool several, class Real>
DEADCONE_WITH_FMA void fma_finish(const TileWork<Real>& work, std::int64_t pixel, LanePlace<Real> lane, LaneEnd end) {
  finish<geometry, several>(work, pixel, lane, end);
}

template <bool several, class Real>
TileLoop<Real> best_loop(const Variant& variant) {
  return with_variant(variant, []<Geometry geometry, bool certify>() -> TileLoop<Real> {
    return has_fma() ? fma_loop<geometry, certify, several, Real> : loop<geometry, certify, several, Real>;
  });
}

template <Geometry geometry, bool several, class Real>
LaneEnds<Real> best_ends() {
  if (has_fma()) return {fma_start<geometry, several, Real>, fma_finish<geometry, several, Real>};
  return {start<geometry, several, Real>, finish<geometry, several, Real>};
}

template <bool several, class Real>
LaneEnds<Real> best_ends(Geometry geometry) {
  return geometry == Geometry::planar ? best_ends<Geometry::planar, several, Real>()
                                      : best_ends<Geometry::general, several, Real>();
}

}  // namespace

template <class Real>
TileLoop<Real> scalar_loop(const Variant& variant, bool several) {
  return several ? best_loop<true, Real>(variant) : best_loop<false, Real>(variant);
}

template <class Real>
LaneEnds<Real> lane_ends(Geometry geometry, bool several) {
  return several ? best_ends<true, Real>(geometry) : best_ends<false, Real>(geometry);
}

template TileLoop<float> scalar_loop(const Variant&, bool);
template TileLoop<double> scalar_loop(const Variant&, bool);
template LaneEnds<float> lane_ends(Geometry, bool);
template LaneEnds<double> lane_ends(Geometry, bool);

}  // namespace deadcone
