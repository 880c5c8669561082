#include "cpu/general_loop.hpp"

#include "base/fma.hpp"
#include "deadcone/trajectory/orbit.hpp"

namespace deadcone {
namespace {

using namespace unit;

/// measure_orbit(). A function of its own, not inlined: as long as all else here, and called once a trajectory at most.
template <class Family, class Real>
using Measure = void(const GeneralRules<Real>&, const GeneralConstants<Real>&,
                     const GeneralState<Real, Family::coordinates>&, Real limit_squared,
                     GeneralOutcome<Real, Family::coordinates>&);

template <class Family, class Real>
inline void loop(WorkCursor<Real>& cursor, Measure<Family, Real>& measure) {
  for (PixelRun run = cursor.take(); run.first < run.last; run = cursor.take()) {
    TileWork<Real>& work = cursor.work();
    for (std::int64_t i = run.first; i < run.last && !work.is_stopped(); ++i) {
      const auto [map, theta] = start_of_pixel(work.batch, i);
      const GeneralConstants<Real>& of = work.general[map];
      auto course = general_course_from<Family>(work.rules, of, theta);
      GeneralOutcome<Real, Family::coordinates> outcome = {};
      const bool has_ended = follow_while_wanted(work, work.rules.max_updates, [&](std::int32_t until) {
        return follow<Family>(work.rules, of, until, course, outcome);
      });
      if (!has_ended) break;
      if (work.rules.measures_orbits()) measure(work.rules, of, course.state, course.limit_squared, outcome);
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
                   const GeneralLaneEnd<Real, Family::coordinates>& lane, Measure<Family, Real>& measure) {
  const GeneralConstants<Real>& of = work.general[lane.map];
  auto outcome = lane.well >= 0
                     ? end_in_well(lane.theta, lane.updates, lane.well)
                     : end_of<Family>(work.rules, of, lane.limit_squared, lane.theta, lane.updates, lane.ended);
  if (work.rules.measures_orbits()) measure(work.rules, of, lane.state, lane.limit_squared, outcome);
  store_outcome<Family>(of, work.results, pixel, outcome);
}

template <class Real>
Real factor(const TileWork<Real>& work, std::int32_t map, std::int32_t updates) {
  return factor_of(work.rules, work.general[map].optimizer, updates);
}

template <class Real, int n>
std::int8_t well(const TileWork<Real>& work, std::int32_t map, const Coordinates<Real, n>& theta, Real energy) {
  return well_at(work.general[map], theta, energy);
}

template <class Family, class Real>
[[gnu::noinline]] void plain_measure(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of,
                                     const GeneralState<Real, Family::coordinates>& state, Real limit_squared,
                                     GeneralOutcome<Real, Family::coordinates>& outcome) {
  measure_orbit<Family>(rules, of, state, limit_squared, outcome);
}
template <class Family, class Real>
void plain_loop(WorkCursor<Real>& cursor) {
  loop<Family>(cursor, plain_measure<Family, Real>);
}
template <class Family, class Real>
void plain_finish(const TileWork<Real>& work, std::int64_t pixel,
                  const GeneralLaneEnd<Real, Family::coordinates>& lane) {
  finish<Family>(work, pixel, lane, plain_measure<Family, Real>);
}

template <class Family, class Real>
[[gnu::noinline]] DEADCONE_WITH_FMA void fma_measure(const GeneralRules<Real>& rules, const GeneralConstants<Real>& of,
                                                     const GeneralState<Real, Family::coordinates>& state,
                                                     Real limit_squared,
                                                     GeneralOutcome<Real, Family::coordinates>& outcome) {
  measure_orbit<Family>(rules, of, state, limit_squared, outcome);
}
template <class Family, class Real>
DEADCONE_WITH_FMA void fma_loop(WorkCursor<Real>& cursor) {
  loop<Family>(cursor, fma_measure<Family, Real>);
}
template <class Family, class Real>
DEADCONE_WITH_FMA void fma_start(const TileWork<Real>& work, std::int64_t pixel,
                                 GeneralLaneStart<Real, Family::coordinates>& lane) {
  start<Family>(work, pixel, lane);
}
template <class Family, class Real>
DEADCONE_WITH_FMA void fma_finish(const TileWork<Real>& work, std::int64_t pixel,
                                  const GeneralLaneEnd<Real, Family::coordinates>& lane) {
  finish<Family>(work, pixel, lane, fma_measure<Family, Real>);
}

}  // namespace

template <class Family, class Real>
GeneralLaneEnds<Real, Family::coordinates> general_lane_ends() {
  constexpr auto find_well = well<Real, Family::coordinates>;
  if (has_fma()) return {fma_start<Family, Real>, fma_finish<Family, Real>, factor<Real>, find_well};
  return {start<Family, Real>, plain_finish<Family, Real>, factor<Real>, find_well};
}

template <class Real>
TileLoop<Real> general_scalar_loop(UnitKind kind) {
  return with_family(kind, []<class Family>() -> TileLoop<Real> {
    return has_fma() ? fma_loop<Family, Real> : plain_loop<Family, Real>;
  });
}

template TileLoop<float> general_scalar_loop(UnitKind);
template TileLoop<double> general_scalar_loop(UnitKind);

#define DEADCONE_DEFINE_ENDS(Family)                                                \
  template GeneralLaneEnds<float, Family::coordinates> general_lane_ends<Family>(); \
  template GeneralLaneEnds<double, Family::coordinates> general_lane_ends<Family>();
DEADCONE_UNIT_FAMILIES(DEADCONE_DEFINE_ENDS)
#undef DEADCONE_DEFINE_ENDS

}  // namespace deadcone
