#pragma once

// One trajectory: update until it stops, then say what became of it.
//
//   g_k = grad L(theta_k),   m_{k+1} = beta m_k + (1 - beta) g_k,   theta_{k+1} = theta_k - eta m_{k+1},   m_0 = 0
//
// It stops after two consecutive updates that meet the stop rule, when it has diverged, or at max_updates:
//
//   stationary   |theta_{k+1} - theta_k| < tol   and   eta |g_k| < tol
//   update       |theta_{k+1} - theta_k| < tol                  (the paper's rule: also met where an oscillation turns)
//
// A certified trajectory ends earlier, as soon as its fate is proved (proof.hpp). That is looked at before the first
// update and after every `updates_between_proofs`.
//
// |theta_{k+1} - theta_k| is taken as eta |m_{k+1}|, so that the rounding of theta does not count as rest. All
// comparisons are between squares; none is passed by a not-a-number.

#include <cstdint>
#include <type_traits>

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/kinds.hpp"
#include "deadcone/unit/model.hpp"
#include "deadcone/optimizer/momentum.hpp"
#include "deadcone/proof/conditions.hpp"

namespace deadcone {

/// A trajectory with |theta| beyond this times (|theta_0| + |Theta*|) has diverged.
inline constexpr double divergence_factor = 1e6;

/// All constants of a trajectory, computed in double on the host, rounded once, and handed to every backend. See
/// make_dynamics() in dynamics.hpp.
template <class T>
struct Dynamics {
  Target<T> target;
  MomentumDescent<T> descent;
  T rest_squared;            ///< (tol/eta)^2: what |m|^2 and |g|^2 are to be below
  T target_norm;             ///< |Theta*|
  T divergence;              ///< divergence_factor
  T converged_radius_squared;           ///< (rho |Theta*|)^2: this near to the target counts as converged
  T epsilon;                 ///< active with less than this probability counts as dead
  std::int32_t max_updates;    ///< updates at most, at least 1
  ProofConditions<T> proof;  ///< for certified trajectories
};

/// Updates between two attempts to prove a fate. An attempt costs about as much as an update, and a proof comes half of
/// this too late. On maps of 512^2, beta 0, .7 and .9, one thread of Zen 4 with AVX-512, 4, 8 and 16 took .18, .16 and
/// .16 s at gamma = 1, .30, .28 and .25 s at gamma = .1, 1.20, 1.01 and .92 s at gamma = .01.
inline constexpr std::int32_t updates_between_proofs = 16;

/// The square of the norm of theta beyond which a trajectory from `start` has diverged.
template <Geometry geometry, class T, class Real>
DEADCONE_HD inline T divergence_limit(const Dynamics<Real>& dynamics, const Parameters<T>& start) {
  const T limit = T(dynamics.divergence) * (square_root(squared_norm<geometry>(start)) + T(dynamics.target_norm));
  return limit * limit;
}

/// Whether theta has left the region of that limit, or is no number.
template <Geometry geometry, class T>
DEADCONE_HD inline mask_t<T> has_diverged(const Parameters<T>& theta, const T& limit_squared) {
  return negation(squared_norm<geometry>(theta) <= limit_squared);
}

/// Makes one update of `state`; gives the gradient that it was made with.
template <Geometry geometry, class T, class Real>
DEADCONE_HD inline Parameters<T> advance(const Dynamics<Real>& dynamics, State<T>& state) {
  const Target<T> target = {T(dynamics.target.gamma), T(dynamics.target.delta)};
  const MomentumDescent<T> descent = {T(dynamics.descent.beta), T(dynamics.descent.one_minus_beta),
                                      T(dynamics.descent.minus_eta)};
  const Parameters<T> gradient = loss_gradient<geometry>(state.theta, target);
  update<geometry>(descent, gradient, state);
  return gradient;
}

/// Whether the last update was short enough for a stop. Nearly all are not, so this is asked first.
template <Geometry geometry, class T, class Real>
DEADCONE_HD inline mask_t<T> is_slow(const Dynamics<Real>& dynamics, const State<T>& state) {
  return squared_norm<geometry>(state.momentum) < T(dynamics.rest_squared);
}

/// Whether a slow update, made with `gradient`, meets the stop rule.
template <Geometry geometry, StopRule rule, class T, class Real>
DEADCONE_HD inline mask_t<T> is_at_rest(const Dynamics<Real>& dynamics, const Parameters<T>& gradient, mask_t<T> slow) {
  if constexpr (rule == StopRule::stationary) {
    return both(slow, squared_norm<geometry>(gradient) < T(dynamics.rest_squared));
  } else {
    return slow;
  }
}

/// The fate of a trajectory that came to rest at `theta`: converged before dead before stalled.
template <Geometry geometry, class Real>
DEADCONE_HD inline Fate fate_at_rest(const Dynamics<Real>& dynamics, const Parameters<Real>& theta) {
  if (squared_distance<geometry>(theta, dynamics.target) <= dynamics.converged_radius_squared) return Fate::converged;
  if (active_probability<geometry>(theta) < dynamics.epsilon) return Fate::dead;
  return Fate::stalled;
}

/// How a trajectory ended.
template <class Real>
struct Outcome {
  Fate fate;
  std::int32_t updates;      ///< updates made
  Parameters<Real> theta;  ///< after the last update
  Proof proof = Proof::none;
};

/// Sees nothing of a trajectory.
struct Unobserved {
  template <class Real>
  DEADCONE_HD void operator()(std::int32_t /*updates*/, const State<Real>& /*state*/) const {}
};

/// Runs the trajectory from `start` to its end. `observe(updates, state)` is called after every update.
template <Geometry geometry, StopRule rule, bool certify = false, class Real, class Observer = Unobserved>
DEADCONE_HD inline Outcome<Real> trajectory(const Dynamics<Real>& dynamics, const Parameters<Real>& start,
                                            const Observer& observe = {}) {
  static_assert(std::is_trivially_copyable_v<Dynamics<Real>>);
  const Real limit_squared = divergence_limit<geometry>(dynamics, start);
  State<Real> state = at_rest(start);
  std::int32_t updates = 0;
  std::int32_t stops_at = 0;  // where the update before met the stop rule, and this one has to
  while (true) {
    if constexpr (certify) {
      if (updates % updates_between_proofs == 0) {
        const Proof proof = first_of(proofs<geometry>(dynamics.proof, dynamics.target, state));
        if (proof != Proof::none) return {fate_of(proof), updates, state.theta, proof};
      }
    }
    Parameters<Real> gradient;
    bool diverged;
    bool slow;
    do {  // with no more in it than every update needs
      gradient = advance<geometry>(dynamics, state);
      ++updates;
      observe(updates, state);
      diverged = has_diverged<geometry>(state.theta, limit_squared);
      slow = is_slow<geometry>(dynamics, state);
    } while (!(diverged | slow | (updates == dynamics.max_updates) | (certify && updates % updates_between_proofs == 0)));

    if (diverged) return {Fate::diverged, updates, state.theta};
    if (is_at_rest<geometry, rule>(dynamics, gradient, slow)) {
      if (updates == stops_at) return {fate_at_rest<geometry>(dynamics, state.theta), updates, state.theta};
      stops_at = updates + 1;
    }
    if (updates == dynamics.max_updates) return {Fate::unfinished, updates, state.theta};
  }
}

}  // namespace deadcone
