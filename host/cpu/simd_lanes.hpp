#pragma once

// The loop of the vector path, for the one instruction set that the including file is compiled for.
//
// Each thread keeps `packs_in_flight` vectors of trajectories. One round makes one update of each, with the same
// advance() and ends_here() as the scalar path. A lane whose trajectory ends leaves at the end of that round, so no lane
// makes an update that the scalar path would not make, and no other lane is touched: the bits are the scalar ones. In float
// the anchors of all lanes move at once, and where trajectories are certified, proofs are tried in all lanes at once; so
// lanes start after the rounds of these only, and one that has ended waits for the next.
//
// What must differ from trajectory(): there, one number of updates says when to look for a proof and when the last update
// is made; here lanes began in different rounds, so a deadline for each vector stands for the last update.
//
// Only formulas on packs are compiled here. Scalar functions (the start and the end of a lane) are called in
// scalar_loop.cpp: compiled here, for this instruction set, one could be what the linker takes for another file's call.

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "cpu/scalar_loop.hpp"
#include "cpu/simd_pack.hpp"
#include "cpu/simd_source.hpp"
#include "deadcone/trajectory/trajectory.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

/// Vectors in flight in each thread. Updates/s relative to 4 vectors, with AVX-512, gamma = 1, beta = .7, 1024^2 pixels
/// of [-1, 1]^2, on two cores of Zen 4 and of a Xeon, which has more latency to hide:
///
///   vectors          1     2     3     6, 8
///   Zen 4, float    .64   .99   1      1
///   Zen 4, double   .69   .99   1      1
///   Xeon, float     .51   .94   .95
///   Xeon, double    .47   .91   .98
inline constexpr int packs_in_flight = 4;

/// The start of no trajectory.
inline constexpr std::int64_t no_start = -1;

/// The constants of the trajectories in the lanes of a vector. Here those of one map.
template <class Real, bool certify, bool several>
class LaneConstants {
 public:
  HWY_INLINE const Dynamics<Real>& of_lanes(const Dynamics<Real>& shared) const { return shared; }
};

/// The same where each lane has a trajectory of any map.
template <class Real, bool certify>
class LaneConstants<Real, certify, true> {
 public:
  /// They are read from memory in every round: there are more of them than registers.
  HWY_INLINE Dynamics<Pack<Real>> of_lanes(const Dynamics<Real>& shared) const {
    const auto load = [](Pack<Real>& to, const LaneNumbers<Real>& from) HWY_ATTR { to = from.pack(); };
    Dynamics<Pack<Real>> dynamics;
    for_each_constant(load, dynamics, constants_);
    dynamics.max_updates = shared.max_updates;
    dynamics.stop = shared.stop;
    if constexpr (certify) for_each_condition(load, dynamics.proof, conditions_);
    return dynamics;
  }
  /// Takes over those of a map into a lane.
  HWY_INLINE void put(int lane, const TileWork<Real>& work, std::int32_t map) {
    const auto put = [lane](LaneNumbers<Real>& to, Real from) { to.lanes[lane] = from; };
    for_each_constant(put, constants_, work.constants[map]);
    if constexpr (certify) for_each_condition(put, conditions_, work.proof[map]);
  }

 private:
  PointConstants<LaneNumbers<Real>> constants_;
  ProofConditions<LaneNumbers<Real>> conditions_;
};

/// Lanes that have ended, bit by bit.
struct Ended {
  std::uint32_t at_update = 0;  ///< diverged or came to rest
  Proofs<std::uint32_t> proved = {};

  HWY_INLINE std::uint32_t any_proof() const {
    std::uint32_t any = 0;
    for (const std::uint32_t lanes : proved.of) any |= lanes;
    return any;
  }
  HWY_INLINE Proof proof_of(int lane) const {
    Proofs<bool> of_lane;
    for (int i = 0; i < theorem_count; ++i) of_lane.of[i] = (proved.of[i] >> lane & 1) != 0;
    return first_of(of_lane);
  }
};

/// One vector of trajectories, of one map or of several.
template <Geometry geometry, bool certify, bool several, class Real>
class Lanes {
 public:
  using Tag = hn::ScalableTag<Real>;
  static constexpr int count = LaneNumbers<Real>::count;
  static constexpr bool moves_anchors = unit::sums_with_compensation<Real>;

  /// Fills every lane, as long as there are pixels.
  HWY_INLINE void fill(const LaneEnds<Real>& ends, PixelSource<Real>& source, std::int32_t max_updates) {
    const Pack<Real> zero(Real(0));
    limit_squared_ = zero;
    was_at_rest_ = none();
    state_ = at_rest(Parameters<Pack<Real>>{zero, zero, zero});
    turn_over(ends, source, max_updates, 0, {}, 0);
  }

  /// Which theorems hold for the lanes.
  HWY_INLINE Ended prove_all(const Dynamics<Real>& shared) const {
    const auto& dynamics = constants_.of_lanes(shared);
    const Proofs<PackMask<Real>> found = proofs_of<geometry>(dynamics, state_);
    Ended ended;
    for (int i = 0; i < theorem_count; ++i) ended.proved.of[i] = bits_of(found.of[i]) & book_.live();
    return ended;
  }

  /// Makes one update of every lane, in round `round`. Bit i of the result: lane i has diverged or come to rest.
  /// `updates` are those before it, less a multiple of `updates_between_anchors`.
  template <std::int32_t updates>
  HWY_INLINE std::uint32_t advance_all(const Dynamics<Real>& shared, std::int64_t round) {
    const auto& dynamics = constants_.of_lanes(shared);
    const auto before = std::integral_constant<std::int32_t, updates>();
    const Parameters<Pack<Real>> gradient = advance<geometry>(dynamics, state_, before);
    const PackMask<Real> under_way = is_under_way<geometry>(dynamics, state_, limit_squared_);
    if ((~bits_of(under_way) & book_.live()) == 0) [[likely]]
      return 0;
    if (rested_in_ != round - 1) was_at_rest_ = none();
    rested_in_ = round;
    const PackMask<Real> diverged = has_diverged<geometry>(state_.theta, limit_squared_);
    const PackMask<Real> slow = is_slow<geometry>(dynamics, state_);
    return bits_of(ends_here<geometry>(dynamics, gradient, diverged, slow, was_at_rest_)) & book_.live();
  }

  /// Finishes the lanes that have ended or made their last update in round `round`. Those that hold no trajectory get
  /// one that begins after round `start`, unless that is `no_start`.
  void turn_over(const LaneEnds<Real>& ends, PixelSource<Real>& source, std::int32_t max_updates, std::int64_t round,
                 const Ended& ended, std::int64_t start) {
    HWY_ALIGN Real numbers[4][count];  // of lanes: LanePlace says which
    const auto place_of = [&numbers](int lane) { return LanePlace<Real>{&numbers[0][lane], count}; };
    store_lanes(state_.theta.r, numbers[0]);
    store_lanes(state_.theta.w, numbers[1]);
    store_lanes(state_.theta.b, numbers[2]);
    store_lanes(limit_squared_, numbers[3]);
    const std::uint32_t proved = certify ? ended.any_proof() : 0;
    book_.free(ended.at_update | proved, source, max_updates, round,
               [&](int lane, const Entry& entry, std::int32_t updates) {
                 ends.finish(*entry.work, entry.pixel, place_of(lane),
                             {.map = several ? entry.map : 0,
                              .updates = updates,
                              .ended = (ended.at_update >> lane & 1) != 0,
                              .proof = certify ? ended.proof_of(lane) : Proof::none});
               });
    if (start == no_start) return;
    const std::uint32_t begun = book_.fill(source, max_updates, start, [&](int lane, Entry& entry) {
      const std::int32_t map = ends.start(*entry.work, entry.pixel, place_of(lane));
      if constexpr (several) {
        entry.map = map;
        constants_.put(lane, *entry.work, map);
      }
    });
    if (begun == 0) return;
    state_.theta = {load_lanes(numbers[0]), load_lanes(numbers[1]), load_lanes(numbers[2])};
    limit_squared_ = load_lanes(numbers[3]);
    const PackMask<Real> fresh = mask_of<Real>(begun);
    const State<Pack<Real>> from = at_rest(state_.theta);
    put(fresh, from.momentum, state_.momentum);
    if constexpr (moves_anchors) {
      put(fresh, from.anchor, state_.anchor);
      put(fresh, from.shift, state_.shift);
    }
    was_at_rest_ = both(was_at_rest_, negation(fresh));
  }

  HWY_INLINE const LaneBook<Real>& book() const { return book_; }

 private:
  using Entry = typename LaneBook<Real>::Entry;

  HWY_INLINE static PackMask<Real> none() { return {hn::FirstN(Tag(), 0)}; }

  HWY_INLINE static void store_lanes(const Pack<Real>& pack, Real* to) { hn::Store(pack.lanes, Tag(), to); }
  HWY_INLINE static Pack<Real> load_lanes(const Real* from) { return Pack<Real>(hn::Load(Tag(), from)); }
  HWY_INLINE static void put(const PackMask<Real>& where, const Parameters<Pack<Real>>& from,
                             Parameters<Pack<Real>>& to) {
    if constexpr (geometry == Geometry::general) to.r = select(where, from.r, to.r);
    to.w = select(where, from.w, to.w);
    to.b = select(where, from.b, to.b);
  }

  LaneConstants<Real, certify, several> constants_;
  State<Pack<Real>> state_;
  Pack<Real> limit_squared_;
  PackMask<Real> was_at_rest_;   ///< the lanes that met the stop rule in round rested_in_
  std::int64_t rested_in_ = -1;  ///< the last round in which a lane may have
  LaneBook<Real> book_;
};

/// Finishes the lanes whose fate is proved, and refills them, until nothing can be proved of any lane.
template <class Pack, class Real>
HWY_INLINE void settle(Pack& pack, const LaneEnds<Real>& ends, PixelSource<Real>& source,
                       const Dynamics<Real>& dynamics, std::int64_t round) {
  while (pack.book().any_live() || !source.is_empty()) {
    const Ended ended = pack.prove_all(dynamics);
    if (ended.any_proof() == 0 && (pack.book().all_live() || source.is_empty())) return;
    pack.turn_over(ends, source, dynamics.max_updates, round, ended, round);
    if (source.is_stopped()) return;
  }
}

/// Makes one update of each pack; all in one piece of code, since a loop takes four more instructions for each. Returns
/// which lanes have ended in any, and stores those of each in `ended`.
template <std::int32_t updates, class Packs, class Real, int... i>
HWY_INLINE std::uint32_t advance_packs(Packs& packs, const Dynamics<Real>& dynamics, std::int64_t round,
                                       std::uint32_t (&ended)[packs_in_flight],
                                       std::integer_sequence<int, i...> /*numbers*/) {
  ((ended[i] = packs[i].template advance_all<updates>(dynamics, round)), ...);
  return (ended[i] | ...);
}

template <Geometry geometry, bool certify, bool several, class Real>
void loop(WorkCursor<Real>& cursor) {
  using Vector = Lanes<geometry, certify, several, Real>;
  constexpr std::int32_t rounds_between_starts = certify                 ? updates_between_proofs
                                                 : Vector::moves_anchors ? updates_between_anchors
                                                                         : 1;
  static_assert(updates_between_proofs % updates_between_anchors == 0);
  const LaneEnds<Real> ends = lane_ends<Real>(geometry, several);
  const Dynamics<Real> dynamics = cursor.work().dynamics;
  PixelSource<Real> source(cursor);
  Vector packs[packs_in_flight];
  for (auto& pack : packs) pack.fill(ends, source, dynamics.max_updates);
  const auto any_live = [&] {
    bool live = false;
    for (const auto& pack : packs) live |= pack.book().any_live();
    return live;
  };
  const auto next_look_after = [&](std::int64_t round) {
    std::int64_t next = round + updates_between_looks;
    for (const auto& pack : packs) next = std::min(next, pack.book().deadline());
    return next;
  };
  std::int64_t next_look = next_look_after(0);
  bool has_room = false;  // some lanes wait for a pixel
  std::int64_t round = 0;
  while (true) {
    if (round % rounds_between_starts == 0 && (certify || has_room)) {
      for (auto& pack : packs) {
        if constexpr (certify) {
          settle(pack, ends, source, dynamics, round);
        } else if (!pack.book().all_live()) {
          pack.turn_over(ends, source, dynamics.max_updates, round, {}, round);
        }
      }
      has_room = false;
      next_look = next_look_after(round);
      if (source.is_stopped() || !any_live()) break;
    }
    ++round;
    std::uint32_t ended[packs_in_flight];
    constexpr auto numbers = std::make_integer_sequence<int, packs_in_flight>();
    const std::uint32_t some = Vector::moves_anchors && round % updates_between_anchors == 0
                                   ? advance_packs<updates_between_anchors - 1>(packs, dynamics, round, ended, numbers)
                                   : advance_packs<0>(packs, dynamics, round, ended, numbers);
    if (some == 0 && round < next_look) continue;

    // Where all have ended, the rounds up to the next start are left out.
    bool all_end = true;
    for (int i = 0; i < packs_in_flight; ++i) all_end &= ended[i] == packs[i].book().live();
    const std::int64_t wait = (rounds_between_starts - round % rounds_between_starts) % rounds_between_starts;
    const std::int64_t start = !certify && (all_end || wait == 0) ? round + wait : no_start;
    for (int i = 0; i < packs_in_flight; ++i) {
      // Where there were no pixels, there may be some of another tile by now.
      const bool refills = start != no_start && !packs[i].book().all_live() && !source.is_empty();
      if (ended[i] == 0 && round < packs[i].book().deadline() && !refills) continue;
      packs[i].turn_over(ends, source, dynamics.max_updates, round, {.at_update = ended[i], .proved = {}}, start);
    }
    if (source.is_stopped()) break;
    has_room = start == no_start && !source.is_empty();
    if (all_end) round += wait;
    next_look = next_look_after(round);
    if (!any_live() && source.is_empty()) break;
  }
  cursor.report();
}

template <bool several, class Real>
TileLoop<Real> loop_for(const Variant& variant) {
  return with_variant(variant, []<Geometry geometry, bool certify>() -> TileLoop<Real> {
    return loop<geometry, certify, several, Real>;
  });
}

template <class Real>
TileLoop<Real> loop_for(const Variant& variant, bool several) {
  return several ? loop_for<true, Real>(variant) : loop_for<false, Real>(variant);
}

}  // namespace deadcone::simd::HWY_NAMESPACE
