#pragma once

// Fates that are proved before a trajectory comes to rest.
//
// Five theorems (docs/proofs.md has the proofs) give the fate of a trajectory from one of its states (theta, m). K = eta
// beta / (1 - beta) is how far one unit of momentum still carries theta, and E = L(theta) + K |m|^2 / 2 is the energy:
//
//   energy     E < E*                                                              it converges
//   corridor   E < E', w >= x gamma, w - K m_w >= x gamma, K m_w <= K gamma/2      it converges
//   trap       w < 0, and deep enough in the dead cone                             it is dead for ever
//   creep      w > 0, in the dead cone, slower and slower: it comes to rest
//              before the flow turns and would lead it out again                   it is dead within the tolerance
//   toll       E < E", w >= x gamma, and w >= .7054 gamma or w - K m_w >= x gamma  it converges
//
// The energy theorem holds for any Delta and any r, the other four for Delta = 0 in the plane.
//
// The constants depend on (beta, gamma, eta, Delta, epsilon, rho, tol) only: proof_bounds() in proof/bounds.hpp computes
// them, with rigorous bounds. A condition that cannot hold gets a constant that no state meets.

#include "deadcone/fate.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/optimizer/momentum.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone::unit {

/// The trap's condition on (C, S) is a curve; it is taken as this many pairs of thresholds for C and C/S.
inline constexpr int trap_thresholds = 4;

/// A unit creeps with a momentum of up to this times the gradient. The smaller it is, the farther up is a unit known to come
/// to rest, but it has to be slower.
inline constexpr int creep_lags = 2;
DEADCONE_HD constexpr double creep_lag(int i) {
  return i == 0 ? 2.0 : 1.2;
}

/// All constants of the theorems, computed in double on the host and rounded once, with margins for rounding.
template <class T>
struct ProofConditions {
  T momentum_reach;               ///< K
  T energy;                       ///< E*; negative where no energy proves anything
  T corridor_energy;              ///< E'; likewise
  T corridor_weight;              ///< x gamma
  T corridor_reach;               ///< K gamma / 2
  T trap_bias[trap_thresholds];   ///< C must be at least this
  T trap_slope[trap_thresholds];  ///< and at least this times S
  T trap_shrink;                  ///< factor a little below 1, against rounding in C
  T creep_slope[creep_lags];      ///< for some lag, -b/w must be at least this,
  T creep_bias[creep_lags];       ///< and -b this, unless
  T creep_turn[creep_lags];       ///< -b/w is at least this;
  T creep_fall;                   ///< and the derivative of the loss by b must be at least this
  T toll_energy;                  ///< E"; negative where there is none
  T toll_weight;                  ///< x gamma
  T toll_rise;                    ///< .7054 gamma
};

/// Calls use(each.constant...) for every constant. This is the only list of them.
template <class Use, class... Each>
DEADCONE_HD inline void for_each_condition(const Use& use, Each&... each) {
  use(each.momentum_reach...);
  use(each.energy...);
  use(each.corridor_energy...);
  use(each.corridor_weight...);
  use(each.corridor_reach...);
  for (int i = 0; i < trap_thresholds; ++i) {
    use(each.trap_bias[i]...);
    use(each.trap_slope[i]...);
  }
  use(each.trap_shrink...);
  for (int i = 0; i < creep_lags; ++i) {
    use(each.creep_slope[i]...);
    use(each.creep_bias[i]...);
    use(each.creep_turn[i]...);
  }
  use(each.creep_fall...);
  use(each.toll_energy...);
  use(each.toll_weight...);
  use(each.toll_rise...);
}

/// Which theorems hold, in the order of Proof.
template <class Mask>
struct Proofs {
  Mask of[theorem_count];

  DEADCONE_HD Mask& operator[](Proof theorem) { return of[static_cast<int>(theorem) - 1]; }
  DEADCONE_HD const Mask& operator[](Proof theorem) const { return of[static_cast<int>(theorem) - 1]; }
};

/// Whether the state is in the trap, in the plane.
template <class T, class Real>
DEADCONE_HD inline mask_t<T> is_trapped(const ProofConditions<Real>& conditions, const State<T>& state) {
  const auto& [theta, momentum, anchor, shift] = state;
  const T zero(Real(0));
  const T reach(conditions.momentum_reach);
  const T s = zero - theta.w;
  // The least that -b and the most that s will ever be, as far as momentum goes: C and S.
  const T least_c = fused(reach, smaller(momentum.b, zero), (zero - theta.b) * T(conditions.trap_shrink));
  const T most_s = s - reach * smaller(zero - momentum.w, zero);
  mask_t<T> deep = both(T(conditions.trap_bias[0]) <= least_c, T(conditions.trap_slope[0]) * most_s <= least_c);
  for (int i = 1; i < trap_thresholds; ++i) {
    deep = either(deep, both(T(conditions.trap_bias[i]) <= least_c, T(conditions.trap_slope[i]) * most_s <= least_c));
  }
  // Momentum alone takes w no more than half the way to zero; a little less, for rounding.
  const mask_t<T> slow = zero <= fused(reach, momentum.w, T(scalar_t<T>(0.49)) * s);
  return both(both(theta.w < zero, slow), deep);
}

/// Whether w will stay in the corridor about the target, in the plane; `to_go` is K m_w.
template <class T, class Real>
DEADCONE_HD inline mask_t<T> is_in_corridor(const ProofConditions<Real>& conditions, const T& energy, const T& to_go,
                                            const State<T>& state) {
  const T edge(conditions.corridor_weight);
  return both(both(energy < T(conditions.corridor_energy), to_go <= T(conditions.corridor_reach)),
              both(edge <= state.theta.w, edge <= state.theta.w - to_go));
}

/// Whether the way out of the basin takes more energy than there is, in the plane; `to_go` is K m_w.
template <class T, class Real>
DEADCONE_HD inline mask_t<T> cannot_pay(const ProofConditions<Real>& conditions, const T& energy, const T& to_go,
                                        const State<T>& state) {
  const T edge(conditions.toll_weight);
  const mask_t<T> has_to_glide = either(T(conditions.toll_rise) <= state.theta.w, edge <= state.theta.w - to_go);
  return both(both(energy < T(conditions.toll_energy), edge <= state.theta.w), has_to_glide);
}

/// Whether a unit at slope c/w creeps to its rest if it goes on creeping with lag `i`.
template <class T, class Real>
DEADCONE_HD inline mask_t<T> is_deep_for(int i, const ProofConditions<Real>& conditions, const T& w, const T& c,
                                         const T& speed_squared, const T& gradient_squared) {
  const mask_t<T> at_slope = both(T(conditions.creep_slope[i]) * w <= c, T(conditions.creep_bias[i]) <= c);
  const mask_t<T> at_turn = T(conditions.creep_turn[i]) * w <= c;
  // A little less than the square, for rounding.
  const T most(scalar_t<T>(creep_lag(i) * creep_lag(i) - 0.01));
  return both(either(at_slope, at_turn), speed_squared <= most * gradient_squared);
}

/// Whether the state, with the gradient there, creeps down the dead cone, in the plane.
template <class T, class Real>
DEADCONE_HD inline mask_t<T> creeps(const ProofConditions<Real>& conditions, const Parameters<T>& gradient,
                                    const State<T>& state) {
  const auto& [theta, momentum, anchor, shift] = state;
  const T zero(Real(0));
  const T c = zero - theta.b;
  const T speed_squared = squared_norm<Geometry::planar>(momentum);
  const T gradient_squared = squared_norm<Geometry::planar>(gradient);
  mask_t<T> deep = is_deep_for(0, conditions, theta.w, c, speed_squared, gradient_squared);
  for (int i = 1; i < creep_lags; ++i) {
    deep = either(deep, is_deep_for(i, conditions, theta.w, c, speed_squared, gradient_squared));
  }
  const mask_t<T> falls = both(both(zero <= momentum.w, zero <= momentum.b), T(conditions.creep_fall) <= gradient.b);
  return both(both(zero < theta.w, deep), falls);
}

/// Which theorems hold for the trajectory that is at `state`.
template <Geometry geometry, class T, class Real>
DEADCONE_HD inline Proofs<mask_t<T>> proofs(const ProofConditions<Real>& conditions, const Target<Real>& of_target,
                                            const State<T>& state) {
  const Target<T> target = {T(of_target.gamma), T(of_target.delta)};
  const T reach(conditions.momentum_reach);
  const T energy =
      fused(T(scalar_t<T>(0.5)) * reach, squared_norm<geometry>(state.momentum), loss<geometry>(state.theta, target));
  Proofs<mask_t<T>> result;
  result[Proof::energy] = energy < T(conditions.energy);
  if constexpr (geometry == Geometry::planar) {
    const T to_go = reach * state.momentum.w;
    result[Proof::corridor] = is_in_corridor(conditions, energy, to_go, state);
    result[Proof::trap] = is_trapped(conditions, state);
    result[Proof::creep] = creeps(conditions, loss_gradient<geometry>(state.theta, target), state);
    result[Proof::toll] = cannot_pay(conditions, energy, to_go, state);
  } else {
    const mask_t<T> never = energy < T(scalar_t<T>(-1));  // no energy is negative
    result[Proof::corridor] = result[Proof::trap] = result[Proof::creep] = result[Proof::toll] = never;
  }
  return result;
}

/// The first theorem that holds for one trajectory, in the order of Proof.
DEADCONE_HD inline Proof first_of(const Proofs<bool>& proofs) {
  Proof first = Proof::none;
  for (int i = theorem_count - 1; i >= 0; --i) {
    if (proofs.of[i]) first = static_cast<Proof>(i + 1);
  }
  return first;
}

/// The fate that is proved; `proof` is not none.
DEADCONE_HD inline Fate fate_of(Proof proof) {
  return proof == Proof::trap || proof == Proof::creep ? Fate::dead : Fate::converged;
}

}  // namespace deadcone::unit

namespace deadcone {
using unit::creep_lag;
using unit::creep_lags;
using unit::fate_of;
using unit::for_each_condition;
using unit::ProofConditions;
using unit::Proofs;
using unit::trap_thresholds;
}  // namespace deadcone
