#pragma once

// The loop of the vector path for any unit under any optimiser (trajectory/general.hpp), for the one instruction set that the
// including file is compiled for: that of simd_lanes.hpp without what makes that one quick. The lanes belong to different points,
// each update is looked at, and a lane that has ended starts anew with the next round; where there are wells, with the next after
// which they are looked for, so that this is the same update of every lane.
//
// Only formulas on packs are compiled here; scalar functions are called in general_loop.cpp, for the reason in simd_lanes.hpp.

#include <algorithm>
#include <bit>
#include <cstdint>

#include "cpu/general_loop.hpp"
#include "cpu/simd_pack.hpp"
#include "cpu/simd_source.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

/// What is known of the rules where a loop is compiled: nothing.
struct AnyRules {
  static bool are(const Optimizer& /*optimizer*/) { return true; }
  template <class Real>
  HWY_INLINE static unit::GeneralRules<Real> of(const unit::GeneralRules<Real>& rules) {
    return rules;
  }
};

/// Or that the optimiser is this one, without clipping, decay and schedule.
template <OptimizerKind kind>
struct PlainRules {
  static bool are(const Optimizer& optimizer) { return optimizer == Optimizer{.kind = kind}; }
  template <class Real>
  HWY_INLINE static unit::GeneralRules<Real> of(unit::GeneralRules<Real> rules) {
    rules.optimizer = {.kind = kind};
    rules.has_schedule = false;
    return rules;
  }
};

/// Lanes that are in a well, bit by bit, and the minimum of it by lane.
template <class Real>
struct LanesInWells {
  std::uint32_t lanes = 0;
  std::int8_t minimum[LaneNumbers<Real>::count];
};

/// One vector of trajectories.
template <class Family, Geometry geometry, class Known, class Real>
class GeneralLanes {
 public:
  using Tag = hn::ScalableTag<Real>;
  static constexpr int n = Family::coordinates;
  static constexpr int count = LaneNumbers<Real>::count;
  using Ends = GeneralLaneEnds<Real, n>;

  /// Fills every lane, as long as there are pixels.
  void fill(const Ends& ends, PixelSource<Real>& source, std::int32_t max_updates) {
    limit_squared_ = Pack<Real>(Real(0));
    was_at_rest_ = none();
    state_ = unit::general_at_rest(unit::all_coordinates<n>(Pack<Real>(Real(0))));
    turn_over(ends, source, max_updates, 0, 0, {}, true);
  }

  /// Makes one update of every lane, in round `round`. Bit i of the result: lane i has diverged or come to rest.
  HWY_INLINE std::uint32_t advance_all(const unit::GeneralRules<Real>& all_rules, const Ends& ends,
                                       std::int64_t round) {
    const unit::GeneralRules<Real> rules = Known::of(all_rules);
    unit::GeneralConstants<Pack<Real>> of;
    unit::for_each_update_constant([](Pack<Real>& to, const LaneNumbers<Real>& from) HWY_ATTR { to = from.pack(); }, of,
                                   constants_);
    const Pack<Real> factor = rules.has_schedule ? factors(ends, round) : Pack<Real>(Real(1));
    const auto update = unit::advance<Family, geometry>(rules, of, factor, state_);
    // Nearly always no lane has diverged or made a short update.
    const PackMask<Real> within = negation(unit::has_diverged<geometry>(state_.theta, limit_squared_));
    const PackMask<Real> under_way = both(within, of.tolerance_squared <= update.length_squared);
    if ((~bits_of(under_way) & book_.live()) == 0) [[likely]]
      return 0;
    if (rested_in_ != round - 1) was_at_rest_ = none();
    rested_in_ = round;
    const PackMask<Real> at_rest = unit::is_at_rest(rules, of, update);
    const PackMask<Real> ended = either(negation(within), both(at_rest, was_at_rest_));
    was_at_rest_ = at_rest;
    return bits_of(ended) & book_.live();
  }

  /// Which lanes are in a well.
  LanesInWells<Real> find_wells(const unit::GeneralRules<Real>& all_rules, const Ends& ends) const {
    LanesInWells<Real> found;
    if constexpr (Family::coordinates == 3) {
      const unit::GeneralRules<Real> rules = Known::of(all_rules);
      const auto load = [](Pack<Real>& to, const LaneNumbers<Real>& from) HWY_ATTR { to = from.pack(); };
      unit::GeneralConstants<Pack<Real>> of;
      unit::for_each_update_constant(load, of, constants_);
      unit::for_each_energy_constant(load, of, constants_);
      const Pack<Real> energy = unit::energy<Family, geometry>(rules, of, state_);
      std::uint32_t low = bits_of(energy < of.greatest_energy) & book_.live();
      if (low == 0) return found;
      HWY_ALIGN Real energies[count];
      hn::Store(energy.lanes, Tag(), energies);
      for (; low != 0; low &= low - 1) {
        const int lane = std::countr_zero(low);
        const auto& [work, pixel, began, map] = book_.of(lane);
        found.minimum[lane] = ends.well(*work, map, state_of(lane).theta, energies[lane]);
        if (found.minimum[lane] >= 0) found.lanes |= std::uint32_t{1} << lane;
      }
    }
    return found;
  }

  /// Finishes the lanes that have `ended`, are `in_wells` or made their last update in round `round`. Where it `refills`, they get
  /// new trajectories, as long as there are pixels, as do those without one.
  void turn_over(const Ends& ends, PixelSource<Real>& source, std::int32_t max_updates, std::int64_t round,
                 std::uint32_t ended, const LanesInWells<Real>& in_wells, bool refills) {
    HWY_ALIGN Real theta[n][count];
    HWY_ALIGN Real limit[count];
    for (int i = 0; i < n; ++i) hn::Store(state_.theta[i].lanes, Tag(), theta[i]);
    hn::Store(limit_squared_.lanes, Tag(), limit);
    book_.free(ended | in_wells.lanes, source, max_updates, round,
               [&](int lane, const Entry& entry, std::int32_t updates) {
                 GeneralLaneEnd<Real, n> end;
                 for (int i = 0; i < n; ++i) end.theta[i] = theta[i][lane];
                 end.limit_squared = limit[lane];
                 end.map = entry.map;
                 end.updates = updates;
                 end.ended = (ended >> lane & 1) != 0;
                 end.well = (in_wells.lanes >> lane & 1) != 0 ? in_wells.minimum[lane] : std::int8_t{-1};
                 if (entry.work->rules.measures_orbits()) end.state = state_of(lane);
                 ends.finish(*entry.work, entry.pixel, end);
               });
    if (!refills) return;
    const std::uint32_t begun = book_.fill(source, max_updates, round, [&](int lane, Entry& entry) {
      GeneralLaneStart<Real, n> start;
      ends.start(*entry.work, entry.pixel, start);
      entry.map = start.map;
      for (int i = 0; i < n; ++i) theta[i][lane] = start.theta[i];
      limit[lane] = start.limit_squared;
      const auto put = [lane](LaneNumbers<Real>& to, Real from) { to.lanes[lane] = from; };
      unit::for_each_update_constant(put, constants_, entry.work->general[start.map]);
      if constexpr (Family::coordinates == 3)
        unit::for_each_energy_constant(put, constants_, entry.work->general[start.map]);
    });
    if (begun == 0) return;
    const PackMask<Real> fresh = mask_of<Real>(begun);
    unit::Coordinates<Pack<Real>, n> places;
    for (int i = 0; i < n; ++i) places[i] = Pack<Real>(hn::Load(Tag(), theta[i]));
    limit_squared_ = Pack<Real>(hn::Load(Tag(), limit));
    const unit::GeneralState<Pack<Real>, n> from = unit::general_at_rest(places);
    state_.theta = places;
    put(fresh, from.low, state_.low);
    put(fresh, from.optimizer.m, state_.optimizer.m);
    put(fresh, from.optimizer.v, state_.optimizer.v);
    put(fresh, from.optimizer.largest_v, state_.optimizer.largest_v);
    state_.optimizer.beta_power = select(fresh, from.optimizer.beta_power, state_.optimizer.beta_power);
    state_.optimizer.square_power = select(fresh, from.optimizer.square_power, state_.optimizer.square_power);
    was_at_rest_ = both(was_at_rest_, negation(fresh));
  }

  HWY_INLINE const LaneBook<Real>& book() const { return book_; }

 private:
  using Entry = typename LaneBook<Real>::Entry;

  HWY_INLINE static PackMask<Real> none() { return {hn::FirstN(Tag(), 0)}; }
  HWY_INLINE static void put(const PackMask<Real>& where, const unit::Coordinates<Pack<Real>, n>& from,
                             unit::Coordinates<Pack<Real>, n>& to) {
    for (int i = 0; i < n; ++i) to[i] = select(where, from[i], to[i]);
  }

  /// The state of one lane.
  unit::GeneralState<Real, n> state_of(int lane) const {
    const auto at = [lane](const Pack<Real>& pack) HWY_ATTR {
      HWY_ALIGN Real numbers[count];
      hn::Store(pack.lanes, Tag(), numbers);
      return numbers[lane];
    };
    unit::GeneralState<Real, n> state;
    for (int i = 0; i < n; ++i) {
      state.theta[i] = at(state_.theta[i]);
      state.low[i] = at(state_.low[i]);
      state.optimizer.m[i] = at(state_.optimizer.m[i]);
      state.optimizer.v[i] = at(state_.optimizer.v[i]);
      state.optimizer.largest_v[i] = at(state_.optimizer.largest_v[i]);
    }
    state.optimizer.beta_power = at(state_.optimizer.beta_power);
    state.optimizer.square_power = at(state_.optimizer.square_power);
    return state;
  }

  /// The factors of the learning rates in round `round`.
  Pack<Real> factors(const Ends& ends, std::int64_t round) const {
    HWY_ALIGN Real of[count];
    for (int lane = 0; lane < count; ++lane) {
      const auto& [work, pixel, began, map] = book_.of(lane);
      const bool is_live = (book_.live() >> lane & 1) != 0;
      of[lane] = is_live ? ends.factor(*work, map, static_cast<std::int32_t>(round - 1 - began)) : Real(0);
    }
    return Pack<Real>(hn::Load(Tag(), of));
  }

  unit::GeneralConstants<LaneNumbers<Real>> constants_;
  unit::GeneralState<Pack<Real>, n> state_;
  Pack<Real> limit_squared_;
  PackMask<Real> was_at_rest_;   ///< the lanes that met the stop rule in round rested_in_
  std::int64_t rested_in_ = -1;  ///< the last round in which a lane may have
  LaneBook<Real> book_;
};

template <class Family, Geometry geometry, class Known, class Real>
void known_general_loop(WorkCursor<Real>& cursor) {
  constexpr int packs_in_flight = 2;  // which hide the latency of most; a unit without a closed form hides its own
  const auto ends = general_lane_ends<Family, Real>();
  const unit::GeneralRules<Real> rules = cursor.work().rules;
  PixelSource<Real> source(cursor);
  GeneralLanes<Family, geometry, Known, Real> packs[packs_in_flight];
  for (auto& pack : packs) pack.fill(ends, source, rules.max_updates);
  std::int64_t round = 0;
  std::int64_t next_look = 0;
  bool any_live = true;
  while (any_live && !source.is_stopped()) {
    next_look = rules.has_wells ? round + updates_between_proofs - round % updates_between_proofs
                                : round + updates_between_looks;
    for (const auto& pack : packs) next_look = std::min(next_look, pack.book().deadline());
    std::uint32_t ended[packs_in_flight];
    std::uint32_t some = 0;
    do {
      ++round;
      some = 0;
      for (int i = 0; i < packs_in_flight; ++i) some |= ended[i] = packs[i].advance_all(rules, ends, round);
    } while (some == 0 && round < next_look);

    const bool starts = !rules.has_wells || round % updates_between_proofs == 0;
    any_live = rules.has_wells && !source.is_empty();
    for (int i = 0; i < packs_in_flight; ++i) {
      auto& pack = packs[i];
      LanesInWells<Real> in_wells;
      if (rules.has_wells) {
        if (ended[i] != 0 || round >= pack.book().deadline())
          pack.turn_over(ends, source, rules.max_updates, round, ended[i], {}, false);
        ended[i] = 0;
        if (starts) in_wells = pack.find_wells(rules, ends);
      }
      // Where there were no pixels, there may be some of another tile by now.
      const bool refills = starts && !pack.book().all_live() && !source.is_empty();
      if ((ended[i] | in_wells.lanes) != 0 || round >= pack.book().deadline() || refills)
        pack.turn_over(ends, source, rules.max_updates, round, ended[i], in_wells, starts);
      any_live |= pack.book().any_live();
    }
  }
  cursor.report();
}

/// The same for what is known of the rules. Off the plane that is nothing: it would take as long to compile again.
template <class Family, Geometry geometry, class Real>
void general_loop(WorkCursor<Real>& cursor) {
  using Momentum = PlainRules<OptimizerKind::momentum>;
  using Adam = PlainRules<OptimizerKind::adam>;
  const Optimizer& optimizer = cursor.work().rules.optimizer;
  if constexpr (geometry == Geometry::planar) {
    if (Momentum::are(optimizer)) return known_general_loop<Family, geometry, Momentum>(cursor);
    if (Adam::are(optimizer)) return known_general_loop<Family, geometry, Adam>(cursor);
  }
  known_general_loop<Family, geometry, AnyRules>(cursor);
}

template <class Real>
TileLoop<Real> general_loop_for(UnitKind kind, Geometry geometry) {
  return unit::with_family(kind, [geometry]<class Family>() -> TileLoop<Real> {
    return geometry == Geometry::planar ? general_loop<Family, Geometry::planar, Real>
                                        : general_loop<Family, Geometry::general, Real>;
  });
}

}  // namespace deadcone::simd::HWY_NAMESPACE
