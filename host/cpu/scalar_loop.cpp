#include "cpu/scalar_loop.hpp"

namespace deadcone {
namespace {

template <Geometry geometry, bool certify, class Real>
inline void loop(TileWork<Real>& work) {
  for (PixelRun run = work.take(); run.first < run.last; run = work.take()) {
    std::int64_t updates = 0;
    std::int64_t i = run.first;
    for (; i < run.last && !work.meter.stop.load(std::memory_order_relaxed); ++i) {
      updates += map_pixel<geometry, certify>(work.dynamics, work.starts, work.results, i);
    }
    work.meter.pixels.fetch_add(i - run.first, std::memory_order_relaxed);
    work.meter.updates.fetch_add(updates, std::memory_order_relaxed);
  }
}

template <Geometry geometry, class Real>
inline void start(const TileWork<Real>& work, std::int64_t pixel, LaneStart<Real>& lane) {
  lane.theta = start_of_pixel(work.starts, pixel);
  lane.limit_squared = divergence_limit<geometry>(work.dynamics, lane.theta);
}

template <Geometry geometry, class Real>
inline void finish(const TileWork<Real>& work, std::int64_t pixel, const LaneEnd<Real>& lane) {
  store_outcome<geometry>(
      work.dynamics, work.results, pixel,
      end_of<geometry>(work.dynamics, lane.limit_squared, lane.theta, lane.updates, lane.ended, first_of(lane.proved)));
}

// An x86-64 binary may not assume fma instructions, and would call a function for each fma, many times slower. So all
// of this is compiled once more, everything inlined, for machines that have them.
#if defined(__x86_64__)
#define DEADCONE_WITH_FMA [[gnu::target("avx2,fma"), gnu::flatten]]
bool has_fma() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#else
#define DEADCONE_WITH_FMA
bool has_fma() {
  return true;
}
#endif

template <Geometry geometry, bool certify, class Real>
DEADCONE_WITH_FMA void fma_loop(TileWork<Real>& work) {
  loop<geometry, certify>(work);
}
template <Geometry geometry, class Real>
DEADCONE_WITH_FMA void fma_start(const TileWork<Real>& work, std::int64_t pixel, LaneStart<Real>& lane) {
  start<geometry>(work, pixel, lane);
}
template <Geometry geometry, class Real>
DEADCONE_WITH_FMA void fma_finish(const TileWork<Real>& work, std::int64_t pixel, const LaneEnd<Real>& lane) {
  finish<geometry>(work, pixel, lane);
}

template <Geometry geometry, class Real>
LaneEnds<Real> best_ends() {
  if (has_fma()) return {fma_start<geometry, Real>, fma_finish<geometry, Real>};
  return {start<geometry, Real>, finish<geometry, Real>};
}

}  // namespace

template <class Real>
TileLoop<Real> scalar_loop(const Variant& variant) {
  return with_variant(variant, []<Geometry geometry, bool certify>() -> TileLoop<Real> {
    return has_fma() ? fma_loop<geometry, certify, Real> : loop<geometry, certify, Real>;
  });
}

template <class Real>
LaneEnds<Real> lane_ends(Geometry geometry) {
  return geometry == Geometry::planar ? best_ends<Geometry::planar, Real>() : best_ends<Geometry::general, Real>();
}

template TileLoop<float> scalar_loop(const Variant&);
template TileLoop<double> scalar_loop(const Variant&);
template LaneEnds<float> lane_ends(Geometry);
template LaneEnds<double> lane_ends(Geometry);

}  // namespace deadcone
