#include "cpu/general_loop.hpp"

#include "cpu/fma.hpp"
#include "deadcone/trajectory/orbit.hpp"

namespace deadcone {
namespace {

using namespace unit;

template <class Family, class Real>
inline void loop(WorkCursor<Real>& cursor) {
  for (PixelRun run = cursor.take(); run.first < run.last; run = cursor.take()) {
    TileWork<Real>& work = cursor.work();
    for (std::int64_t i = run.first; i < run.last && !work.is_stopped(); ++i) {
      const auto [map, theta] = start_of_pixel(work.batch, i);
      const GeneralConstants<Real>& of = work.general[map];
      auto course = general_course_from<Family>(work.rules, of, theta);
      GeneralOutcome<Real, Family::coordinates> outcome = {};
      follow<Family>(work.rules, of, work.rules.max_updates, course, outcome);
      if (work.rules.measures_orbits())
        measure_orbit<Family>(work.rules, of, course.state, course.limit_squared, outcome);
      store_outcome<Family>(of, work.results, i, outcome);
      cursor.finished(work, outcome.updates);
    }
  }
  cursor.report();
}

template <class Family, class Real>
inline void start(const TileWork<Real>& work, std::int64_t pixel, GeneralLaneStart<Real, Family::coordinates>& lane) {
  const auto [map, theta] = start_of_pixel(work.batch, pixel);
  lane.theta = coordinates_of<Family>(work.general[map], theta);
  lane.limit_squared = divergence_limit(work.rules, work.general[map], lane.theta);
  lane.map = map;
}

template <class Family, class Real>
inline void finish(const TileWork<Real>& work, std::int64_t pixel,
                   const GeneralLaneEnd<Real, Family::coordinates>& lane) {
  const GeneralConstants<Real>& of = work.general[lane.map];
  auto outcome = end_of<Family>(work.rules, of, lane.limit_squared, lane.theta, lane.updates, lane.ended);
  if (work.rules.measures_orbits()) measure_orbit<Family>(work.rules, of, lane.state, lane.limit_squared, outcome);
  store_outcome<Family>(of, work.results, pixel, outcome);
}

template <class Real>
Real factor(const TileWork<Real>& work, std::int32_t map, std::int32_t updates) {
  return factor_of(work.rules, work.general[map].optimizer, updates);
}

template <class Family, class Real>
DEADCONE_WITH_FMA void fma_loop(WorkCursor<Real>& cursor) {
  loop<Family>(cursor);
}
template <class Family, class Real>
DEADCONE_WITH_FMA void fma_start(const TileWork<Real>& work, std::int64_t pixel,
                                 GeneralLaneStart<Real, Family::coordinates>& lane) {
  start<Family>(work, pixel, lane);
}
template <class Family, class Real>
DEADCONE_WITH_FMA void fma_finish(const TileWork<Real>& work, std::int64_t pixel,
                                  const GeneralLaneEnd<Real, Family::coordinates>& lane) {
  finish<Family>(work, pixel, lane);
}

}  // namespace

template <class Family, class Real>
GeneralLaneEnds<Real, Family::coordinates> general_lane_ends() {
  if (has_fma()) return {fma_start<Family, Real>, fma_finish<Family, Real>, factor<Real>};
  return {start<Family, Real>, finish<Family, Real>, factor<Real>};
}

template <class Real>
TileLoop<Real> general_scalar_loop(UnitKind kind) {
  return with_family(
      kind, []<class Family>() -> TileLoop<Real> { return has_fma() ? fma_loop<Family, Real> : loop<Family, Real>; });
}

template TileLoop<float> general_scalar_loop(UnitKind);
template TileLoop<double> general_scalar_loop(UnitKind);

#define DEADCONE_DEFINE_ENDS(Family)                                                \
  template GeneralLaneEnds<float, Family::coordinates> general_lane_ends<Family>(); \
  template GeneralLaneEnds<double, Family::coordinates> general_lane_ends<Family>();
DEADCONE_UNIT_FAMILIES(DEADCONE_DEFINE_ENDS)
#undef DEADCONE_DEFINE_ENDS

}  // namespace deadcone
