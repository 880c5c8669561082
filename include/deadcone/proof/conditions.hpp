#pragma once

// Fates that are proved before a trajectory comes to rest.
//
// Four theorems (docs/proofs.md has the proofs) give the fate of a trajectory from one of its states (theta, m). K = eta
// beta / (1 - beta) is how far one unit of momentum still carries theta, and E = L(theta) + K |m|^2 / 2 is the energy:
//
//   energy     E < E*                                                              it converges
//   corridor   E < E', w >= x gamma, w - K m_w >= x gamma, K m_w <= K gamma/2      it converges
//   trap       w < 0, and deep enough in the dead cone                             it is dead for ever
//   creep      w > 0, in the dead cone, slower and slower: it comes to rest
//              before the flow turns and would lead it out again                   it is dead within the tolerance
//
// The energy theorem holds for any Delta and any r, the other three for Delta = 0 in the plane.
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
  T creep_slope;                  ///< -b/w must be at least this,
  T creep_bias;                   ///< -b, too, unless
  T creep_turn;                   ///< -b/w is at least this;
  T creep_fall;                   ///< and the derivative of the loss by b must be at least this
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
  use(each.creep_slope...);
  use(each.creep_bias...);
  use(each.creep_turn...);
  use(each.creep_fall...);
}

/// Which theorems hold.
template <class Mask>
struct Proofs {
  Mask energy;
  Mask corridor;
  Mask trap;
  Mask creep;
};

/// Whether the state is in the trap, in the plane.
template <class T, class Real>
DEADCONE_HD inline mask_t<T> is_trapped(const ProofConditions<Real>& conditions, const State<T>& state) {
  const auto& [theta, momentum, carry] = state;
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

/// Whether the state, with the gradient there, creeps down the dead cone, in the plane.
template <class T, class Real>
DEADCONE_HD inline mask_t<T> creeps(const ProofConditions<Real>& conditions, const Parameters<T>& gradient,
                                    const State<T>& state) {
  const auto& [theta, momentum, carry] = state;
  const T zero(Real(0));
  const T c = zero - theta.b;
  const mask_t<T> deep = either(both(T(conditions.creep_slope) * theta.w <= c, T(conditions.creep_bias) <= c),
                                T(conditions.creep_turn) * theta.w <= c);
  const mask_t<T> falls = both(both(zero <= momentum.w, zero <= momentum.b), T(conditions.creep_fall) <= gradient.b);
  // |m| <= 2 |gradient|, with a little less than 4 for rounding.
  const mask_t<T> follows =
      squared_norm<Geometry::planar>(momentum) <= T(scalar_t<T>(3.99)) * squared_norm<Geometry::planar>(gradient);
  return both(both(zero < theta.w, deep), both(falls, follows));
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
  result.energy = energy < T(conditions.energy);
  if constexpr (geometry == Geometry::planar) {
    const T to_go = reach * state.momentum.w;
    const T edge(conditions.corridor_weight);
    result.corridor = both(both(energy < T(conditions.corridor_energy), to_go <= T(conditions.corridor_reach)),
                           both(edge <= state.theta.w, edge <= state.theta.w - to_go));
    result.trap = is_trapped(conditions, state);
    result.creep = creeps(conditions, loss_gradient<geometry>(state.theta, target), state);
  } else {
    result.corridor = result.trap = result.creep = energy < T(scalar_t<T>(-1));  // never: no energy is negative
  }
  return result;
}

/// The first theorem that holds for one trajectory, in the order of Proof.
DEADCONE_HD inline Proof first_of(const Proofs<bool>& proofs) {
  if (proofs.energy) return Proof::energy;
  if (proofs.corridor) return Proof::corridor;
  if (proofs.trap) return Proof::trap;
  return proofs.creep ? Proof::creep : Proof::none;
}

/// The fate that is proved; `proof` is not none.
DEADCONE_HD inline Fate fate_of(Proof proof) {
  return proof == Proof::trap || proof == Proof::creep ? Fate::dead : Fate::converged;
}

}  // namespace deadcone::unit

namespace deadcone {
using unit::fate_of;
using unit::for_each_condition;
using unit::ProofConditions;
using unit::Proofs;
using unit::trap_thresholds;
}  // namespace deadcone
