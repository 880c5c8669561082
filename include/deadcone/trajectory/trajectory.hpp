#pragma once

// One trajectory: it makes updates until it ends, and then gets its fate.
//
//   g_k = grad L(theta_k),   m_{k+1} = beta m_k + (1 - beta) g_k,   theta_{k+1} = theta_k - eta m_{k+1},   m_0 = 0
//
// It ends when two consecutive updates meet the stop rule, when it has diverged, or at max_updates:
//
//   stationary   |theta_{k+1} - theta_k| < tol   and   eta |g_k| < tol
//   update       |theta_{k+1} - theta_k| < tol                  (the paper's rule: also met where an oscillation turns)
//
// A certified trajectory ends earlier, as soon as its fate is proved (proof/conditions.hpp). Proofs are tried before the
// first update and after every `updates_between_proofs`.
//
// |theta_{k+1} - theta_k| is computed as eta (1 - beta) |M_{k+1}|, so that the rounding of theta does not count as rest. All
// comparisons are between squares, and a not-a-number passes none.

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "deadcone/fate.hpp"
#include "deadcone/kinds.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/optimizer/momentum.hpp"
#include "deadcone/proof/conditions.hpp"
#include "deadcone/unit/model.hpp"

namespace deadcone::unit {

/// A trajectory with |theta| beyond this times (|theta_0| + |Theta*|) has diverged.
inline constexpr double divergence_factor = 1e6;

/// What tells, on the safe side, that a trajectory passes through a block of updates and does not end in it.
template <class T>
struct BlockBounds {
  T target_squared;    ///< |Theta*|^2
  T momentum_squared;  ///< what |M|^2 counts as
  T growth;            ///< in a block |theta|^2 is at most this times |theta|^2 + |Theta*|^2 + momentum_squared |M|^2
  T slow;              ///< an update is not slow where a component of M is larger than this
};

/// The constants of a trajectory that depend on the point of its map.
template <class T>
struct PointConstants {
  Target<T> target;
  MomentumDescent<T> descent;
  T slow_squared;              ///< (tol/(eta (1 - beta)))^2: an update counts as none where |M|^2 is below it
  T rest_squared;              ///< (tol/eta)^2: and at rest where |grad L|^2 is below this
  T target_norm;               ///< |Theta*|
  T converged_radius_squared;  ///< (rho |Theta*|)^2: a stop nearer to the target than this counts as converged
  BlockBounds<T> block;
};

/// Calls use(each.constant...) for every constant. This is the only list of them.
template <class Use, class... Each>
DEADCONE_HD inline void for_each_constant(const Use& use, Each&... each) {
  use(each.target.gamma...);
  use(each.target.delta...);
  use(each.descent.beta...);
  use(each.descent.one_minus_beta...);
  use(each.descent.minus_step...);
  use(each.slow_squared...);
  use(each.rest_squared...);
  use(each.target_norm...);
  use(each.converged_radius_squared...);
  use(each.block.target_squared...);
  use(each.block.momentum_squared...);
  use(each.block.growth...);
  use(each.block.slow...);
}

/// All constants of a trajectory, computed in double on the host and rounded once, so that every backend has the same.
/// make_dynamics() in dynamics.hpp computes them. T may be a vector whose lanes belong to different points.
template <class T>
struct Dynamics : PointConstants<T> {
  T divergence;              ///< divergence_factor
  T epsilon;                 ///< a unit active with less than this probability counts as dead
  std::int32_t max_updates;  ///< at least 1
  StopRule stop;             ///< read only after an update that was short enough
  ProofConditions<T> proof;  ///< for certified trajectories
};

/// The constants of a trajectory of a sweep: those that all its maps share, taken from any of them, and those of its own
/// point. The conditions of the proofs are not among them.
template <class Real>
DEADCONE_HD inline Dynamics<Real> at_point(const Dynamics<Real>& shared, const PointConstants<Real>& constants) {
  Dynamics<Real> dynamics;
  static_cast<PointConstants<Real>&>(dynamics) = constants;
  dynamics.divergence = shared.divergence;
  dynamics.epsilon = shared.epsilon;
  dynamics.max_updates = shared.max_updates;
  dynamics.stop = shared.stop;
  dynamics.proof = {};
  return dynamics;
}

/// The updates of a block: most blocks are made in one go (passes_block()).
inline constexpr std::int32_t updates_in_block = 16;
static_assert(updates_in_block % updates_between_anchors == 0);

static_assert(updates_between_proofs == updates_in_block);

/// The square of the norm of theta beyond which a trajectory from `start` has diverged.
template <Geometry geometry, class T, class Constant>
DEADCONE_HD inline T divergence_limit(const Dynamics<Constant>& dynamics, const Parameters<T>& start) {
  const T limit = T(dynamics.divergence) * (square_root(squared_norm<geometry>(start)) + T(dynamics.target_norm));
  return limit * limit;
}

/// Whether theta has left the region of that limit, or is no number.
template <Geometry geometry, class T>
DEADCONE_HD inline mask_t<T> has_diverged(const Parameters<T>& theta, const T& limit_squared) {
  return negation(squared_norm<geometry>(theta) <= limit_squared);
}

/// Makes one update of `state`, after `updates` others, or a multiple of `updates_between_anchors` more or fewer; returns the
/// gradient that it was made with.
template <Geometry geometry, Numbers numbers = Numbers::any, class T, class Constant, class Integer>
DEADCONE_HD_INLINE Parameters<T> advance(const Dynamics<Constant>& dynamics, State<T>& state, Integer updates) {
  const Target<T> target = {T(dynamics.target.gamma), T(dynamics.target.delta)};
  const MomentumDescent<T> descent = {T(dynamics.descent.beta), T(dynamics.descent.one_minus_beta),
                                      T(dynamics.descent.minus_step)};
  const Parameters<T> gradient = loss_gradient<geometry, numbers>(state.theta, target);
  update<geometry>(descent, gradient, state);
  if (updates % updates_between_anchors == updates_between_anchors - 1) move_anchor<geometry>(state);
  return gradient;
}

/// Which theorems hold for a trajectory that is at `state`.
template <Geometry geometry, class T, class Constant>
DEADCONE_HD inline Proofs<mask_t<T>> proofs_of(const Dynamics<Constant>& dynamics, const State<T>& state) {
  return proofs<geometry>(dynamics.proof, dynamics.target,
                          with_averaged_momentum(state, T(dynamics.descent.one_minus_beta)));
}

// The stop protocol, the same for one trajectory and for a vector of them. After nearly every update is_under_way() holds.
// Only where it does not are has_diverged() and is_slow() asked; then ends_here() decides, and end_of() gives the fate.

/// Whether the last update was neither short enough for a stop nor has the trajectory diverged.
template <Geometry geometry, class T, class Constant>
DEADCONE_HD_INLINE mask_t<T> is_under_way(const Dynamics<Constant>& dynamics, const State<T>& state,
                                          const T& limit_squared) {
  return both(squared_norm<geometry>(state.theta) <= limit_squared,
              T(dynamics.slow_squared) <= squared_norm<geometry>(state.momentum));
}

/// Whether the last update was short enough for a stop.
template <Geometry geometry, class T, class Constant>
DEADCONE_HD inline mask_t<T> is_slow(const Dynamics<Constant>& dynamics, const State<T>& state) {
  return squared_norm<geometry>(state.momentum) < T(dynamics.slow_squared);
}

/// Whether an update, made with `gradient`, meets the stop rule.
template <Geometry geometry, class T, class Constant>
DEADCONE_HD inline mask_t<T> is_at_rest(const Dynamics<Constant>& dynamics, const Parameters<T>& gradient,
                                        mask_t<T> slow) {
  // Under `update` no gradient is too large: none compares with a not-a-number. A branch in its place would cost the
  // vector loop an instruction in every update.
  const T limit(dynamics.stop == StopRule::update ? Constant(scalar_t<T>(NAN)) : dynamics.rest_squared);
  return both(slow, negation(limit <= squared_norm<geometry>(gradient)));
}

/// Whether a trajectory has diverged or come to rest with an update made with `gradient`. `was_at_rest`: whether the
/// update before met the stop rule; afterwards, whether this one does.
template <Geometry geometry, class T, class Constant>
DEADCONE_HD inline mask_t<T> ends_here(const Dynamics<Constant>& dynamics, const Parameters<T>& gradient,
                                       mask_t<T> diverged, mask_t<T> slow, mask_t<T>& was_at_rest) {
  const mask_t<T> now_at_rest = is_at_rest<geometry>(dynamics, gradient, slow);
  const mask_t<T> rested = both(now_at_rest, was_at_rest);
  was_at_rest = now_at_rest;
  return either(diverged, rested);
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
  std::int32_t updates;    ///< made until the end
  Parameters<Real> theta;  ///< after the last update
  Proof proof = Proof::none;
};

/// The outcome of a trajectory that ends at `theta`: by a proof, because ends_here() says so (`ended`), or at its last
/// update. `limit_squared` is its divergence_limit().
template <Geometry geometry, class Real>
DEADCONE_HD inline Outcome<Real> end_of(const Dynamics<Real>& dynamics, const Real& limit_squared,
                                        const Parameters<Real>& theta, std::int32_t updates, bool ended, Proof proof) {
  Fate fate = Fate::unfinished;
  if (proof != Proof::none) {
    fate = fate_of(proof);
  } else if (ended) {
    fate = has_diverged<geometry>(theta, limit_squared) ? Fate::diverged : fate_at_rest<geometry>(dynamics, theta);
  }
  return {fate, updates, theta, proof};
}

/// Sees nothing of a trajectory.
struct Unobserved {
  template <class Real>
  DEADCONE_HD void operator()(std::int32_t /*updates*/, const State<Real>& /*state*/) const {}
};

/// A trajectory on its way: all that its next update needs to know.
template <class Real>
struct Course {
  State<Real> state;
  Real limit_squared;    ///< divergence_limit() of its start
  std::int32_t updates;  ///< made so far
  std::int32_t ends_at;  ///< where the update before met the stop rule: the update that ends it if it does, too
};

/// The trajectory from `start` before its first update.
template <Geometry geometry, class Real>
DEADCONE_HD inline Course<Real> course_from(const Dynamics<Real>& dynamics, const Parameters<Real>& start) {
  static_assert(std::is_trivially_copyable_v<Course<Real>>);
  return {at_rest(start), divergence_limit<geometry>(dynamics, start), 0, 0};
}

/// Makes a block of updates without looking at each, if it is sure that the trajectory does not end in it and its numbers
/// are moderate. Else `course` stays as it is, for ends_in_block(). Returns whether it has made them.
///
/// This is for the sake of the GPU, where tests and divisions that are ready for anything are a quarter of an update.
template <Geometry geometry, class Real>
DEADCONE_HD inline bool passes_block(const Dynamics<Real>& dynamics, Course<Real>& course) {
  // It might end with its first update, or with the last that may be made.
  if (course.ends_at > course.updates || dynamics.max_updates - course.updates < updates_in_block) return false;
  // It might diverge, or leave the moderate numbers.
  const BlockBounds<Real>& bounds = dynamics.block;
  const Real size = fused(bounds.momentum_squared, squared_norm<geometry>(course.state.momentum),
                          squared_norm<geometry>(course.state.theta) + bounds.target_squared);
  if (!(bounds.growth * size <= smaller(course.limit_squared, Real(0x1p120)))) return false;

  State<Real> state = course.state;
  auto least_bias = rough_magnitude(Real(0x1p120));
  auto least_momentum = least_bias;
  [[maybe_unused]] constexpr int at_once = sizeof(Real) == sizeof(float) ? 4 : 2;  // with which no register is spilled
  DEADCONE_UNROLL(at_once)
  for (std::int32_t i = 0; i < updates_in_block; i += 2) {
    // It takes two slow updates in a row to stop, so that it is enough to look at every other. And b, a sum of two numbers
    // that are multiples of 2^-24 times the first, is 0 or not much smaller in the update between.
    least_bias = least(least_bias, rough_magnitude(state.theta.b));
    advance<geometry, Numbers::moderate>(dynamics, state, i);
    advance<geometry, Numbers::moderate>(dynamics, state, i + 1);
    least_momentum =
        least(least_momentum, greatest(rough_magnitude(state.momentum.w), rough_magnitude(state.momentum.b)));
  }
  if (!(least_momentum > rough_magnitude(bounds.slow) && least_bias > rough_magnitude(Real(0x1p-40)))) return false;
  course.state = state;
  course.updates += updates_in_block;
  return true;
}

/// The update that ends the block which begins after `updates`: the last that may be made, where that comes first.
template <class Constant>
DEADCONE_HD inline std::int32_t end_of_block(const Dynamics<Constant>& dynamics, std::int32_t updates) {
  const std::int32_t left = dynamics.max_updates - updates;
  const std::int32_t in_block = updates_in_block - updates % updates_in_block;
  return updates + (left < in_block ? left : in_block);
}

/// Makes the updates of a block one after the other. Returns whether the trajectory diverged or came to rest in one: its
/// last, then.
template <Geometry geometry, class Real, class Observer>
DEADCONE_HD inline bool ends_in_block(const Dynamics<Real>& dynamics, Course<Real>& course, const Observer& observe) {
  const std::int32_t end = end_of_block(dynamics, course.updates);
  while (true) {
    Parameters<Real> gradient;
    do {  // with no more in it than every update needs
      gradient = advance<geometry>(dynamics, course.state, course.updates);
      ++course.updates;
      observe(course.updates, course.state);
    } while (is_under_way<geometry>(dynamics, course.state, course.limit_squared) & (course.updates != end));

    const bool diverged = has_diverged<geometry>(course.state.theta, course.limit_squared);
    const bool slow = is_slow<geometry>(dynamics, course.state);
    bool at_rest_before = course.updates == course.ends_at;
    const bool ended = ends_here<geometry>(dynamics, gradient, diverged, slow, at_rest_before);
    if (at_rest_before) course.ends_at = course.updates + 1;
    if (ended || course.updates == end) return ended;
  }
}

/// Follows a trajectory until it has made `until` updates, rounded up to whole blocks, or ended. Returns whether it has
/// ended; `outcome` says how then. One that has not goes on from `course` later with the same bits. Calls
/// `observe(updates, state)` after every update. It looks for proofs only with `certify`: that takes more registers, so it
/// is a loop of its own.
template <Geometry geometry, bool certify, class Real, class Observer = Unobserved>
DEADCONE_HD inline bool follow(const Dynamics<Real>& dynamics, std::int32_t until, Course<Real>& course,
                               Outcome<Real>& outcome, const Observer& observe = {}) {
  while (course.updates < until) {
    Proof proof = Proof::none;
    if constexpr (certify) proof = first_of(proofs_of<geometry>(dynamics, course.state));
    bool ended = false;
    if (proof == Proof::none) {
      bool passes = false;
      if constexpr (std::is_same_v<Observer, Unobserved>) passes = passes_block<geometry>(dynamics, course);
      if (!passes) ended = ends_in_block<geometry>(dynamics, course, observe);
    }
    if (proof != Proof::none || ended || course.updates == dynamics.max_updates) {
      outcome = end_of<geometry>(dynamics, course.limit_squared, course.state.theta, course.updates, ended, proof);
      return true;
    }
  }
  return false;
}

/// Runs the trajectory from `start` to its end: follow() says the rest.
template <Geometry geometry, bool certify = false, class Real, class Observer = Unobserved>
DEADCONE_HD inline Outcome<Real> trajectory(const Dynamics<Real>& dynamics, const Parameters<Real>& start,
                                            const Observer& observe = {}) {
  Course<Real> course = course_from<geometry>(dynamics, start);
  Outcome<Real> outcome;
  follow<geometry, certify>(dynamics, dynamics.max_updates, course, outcome, observe);
  return outcome;
}

}  // namespace deadcone::unit

namespace deadcone {
using unit::BlockBounds;
using unit::Course;
using unit::course_from;
using unit::divergence_factor;
using unit::Dynamics;
using unit::follow;
using unit::for_each_constant;
using unit::Outcome;
using unit::PointConstants;
using unit::trajectory;
using unit::updates_in_block;
}  // namespace deadcone
