#pragma once

// One update by any optimiser, coordinate by coordinate. g is the gradient after clipping and coupled decay, e the rate of
// the update (the learning rate times the schedule's factor), beta the momentum (beta1), c the decay of squares (beta2; alpha
// of RMSprop), t the number of the update from 1 on:
//
//   momentum     m = beta m + (1 - beta) g;   theta -= e m
//   heavy-ball   m = beta m + g;              theta -= e m
//   nesterov     m = beta m + g;              theta -= e (g + beta m)
//   rmsprop      v = c v + (1 - c) g^2;       theta -= e g / (sqrt v + eps)
//   adam         m as for momentum, v as for rmsprop;
//                theta -= e m/(1 - beta^t) / (sqrt(v/(1 - c^t)) + eps)
//   amsgrad      the same with the largest v so far in the place of v
//   adamw        theta -= e decay theta, then as adam
//   adagrad      v = v + g^2;                 theta -= e g / (sqrt v + eps)
//   sign         theta -= e sign(g)
//   lion         theta -= e (sign(beta m + (1 - beta) g) + decay theta);   then m = c m + (1 - c) g
//
// and m = v = 0 at the start. Clipping comes first: by norm g becomes g min(1, C/(|g| + 1e-6)), by value each coordinate is
// cut to [-C, C]. Then coupled decay adds decay theta. All as in PyTorch 2 (torch.optim, torch.nn.utils.clip_grad_*), but for
// momentum, which is this project's; signSGD: Bernstein et al., arXiv 1802.04434; Lion: Chen et al., arXiv 2302.06675.
//
// What works by coordinate depends on the basis. r is the length along one axis orthogonal to Gamma, so a map is that of a unit
// with two inputs.
//
// beta^t and c^t are running products, so that all backends have the same bits, and become 0 where 1 - beta^t is 1 in either
// precision, which keeps them from slow denormal numbers.

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"
#include "deadcone/optimizer_kinds.hpp"
#include "deadcone/unit/coordinates.hpp"

namespace deadcone::unit {

/// The numbers of an optimiser, computed in double on the host and rounded once. What its kind does not use is unspecified.
template <class T>
struct OptimizerConstants {
  T learning_rate;      ///< eta > 0
  T beta;               ///< momentum, in [0, 1)
  T rest_of_beta;       ///< 1 - beta
  T square_decay;       ///< c, in [0, 1)
  T rest_of_square;     ///< 1 - c
  T epsilon;            ///< eps > 0
  T clip;               ///< C > 0
  T decay;              ///< >= 0
  T warmup;             ///< updates of the warm-up, a whole number
  T reciprocal_warmup;  ///< 1 over them; unused where there are none
};

/// Calls use(each.constant...) for every constant. This is the only list of them.
template <class Use, class... Each>
DEADCONE_HD_INLINE void for_each_optimizer_constant(const Use& use, Each&... each) {
  use(each.learning_rate...);
  use(each.beta...);
  use(each.rest_of_beta...);
  use(each.square_decay...);
  use(each.rest_of_square...);
  use(each.epsilon...);
  use(each.clip...);
  use(each.decay...);
  use(each.warmup...);
  use(each.reciprocal_warmup...);
}

/// What an optimiser remembers from update to update.
template <class T, int n>
struct OptimizerState {
  Coordinates<T, n> m;  ///< of gradients
  Coordinates<T, n> v;  ///< of squares
  Coordinates<T, n> largest_v;
  T beta_power;    ///< beta^t
  T square_power;  ///< c^t
};

/// That before the first update.
template <class T, int n>
DEADCONE_HD_INLINE OptimizerState<T, n> fresh_optimizer() {
  const T zero(scalar_t<T>(0));
  const T one(scalar_t<T>(1));
  const Coordinates<T, n> zeros = all_coordinates<n>(zero);
  return {zeros, zeros, zeros, one, one};
}

/// Whether decay is a part of the gradient, as it is but for adamw and lion.
DEADCONE_HD constexpr bool couples_decay(OptimizerKind kind) {
  return kind != OptimizerKind::adamw && kind != OptimizerKind::lion;
}

template <class T>
DEADCONE_HD_INLINE T sign_of(const T& a) {
  const T zero(scalar_t<T>(0));
  const T one(scalar_t<T>(1));
  return select(a > zero, one, select(a < zero, zero - one, zero));
}

/// a cut to [-limit, limit].
template <class T>
DEADCONE_HD_INLINE T cut(const T& a, const T& limit) {
  return select(magnitude(a) < limit, a, with_sign_of(limit, a));
}

/// The gradient after clipping.
template <Geometry geometry = Geometry::general, class T, int n>
DEADCONE_HD_INLINE Coordinates<T, n> clipped(ClipKind kind, const T& limit, Coordinates<T, n> gradient) {
  constexpr int first = first_coordinate<geometry>;
  if (kind == ClipKind::norm) {
    const T one(scalar_t<T>(1));
    const T scale = smaller(limit / (square_root(squared_norm<geometry>(gradient)) + T(scalar_t<T>(1e-6))), one);
    for (int i = first; i < n; ++i) gradient[i] = scale * gradient[i];
  } else if (kind == ClipKind::value) {
    for (int i = first; i < n; ++i) gradient[i] = cut(gradient[i], limit);
  }
  return gradient;
}

/// A running product of a number in [0, 1), one factor further.
template <class T>
DEADCONE_HD_INLINE T next_power(const T& power, const T& factor) {
  const T next = power * factor;
  return select(next < T(scalar_t<T>(0x1p-60)), T(scalar_t<T>(0)), next);
}

/// The change of theta that the optimiser makes at the rate `rate` with `gradient`, the loss' own at theta. In the plane what it
/// has of r is left alone.
template <Geometry geometry = Geometry::general, class T, class Constant, int n>
DEADCONE_HD_INLINE Coordinates<T, n> step(const Optimizer& optimizer, const OptimizerConstants<Constant>& of,
                                          const T& rate, const Coordinates<T, n>& theta,
                                          const Coordinates<T, n>& gradient, OptimizerState<T, n>& state) {
  constexpr int first = first_coordinate<geometry>;
  const T beta(of.beta);
  const T rest_of_beta(of.rest_of_beta);
  const T square_decay(of.square_decay);
  const T rest_of_square(of.rest_of_square);
  const T epsilon(of.epsilon);
  const T decay(of.decay);
  const T zero(scalar_t<T>(0));
  const T one(scalar_t<T>(1));
  const T back = zero - rate;

  Coordinates<T, n> g = clipped<geometry>(optimizer.clip, T(of.clip), gradient);
  if (optimizer.has_decay && couples_decay(optimizer.kind)) {
    for (int i = first; i < n; ++i) g[i] = fused(decay, theta[i], g[i]);
  }

  Coordinates<T, n> change = all_coordinates<n>(zero);
  switch (optimizer.kind) {
    case OptimizerKind::momentum:
      for (int i = first; i < n; ++i) {
        state.m[i] = fused(beta, state.m[i], rest_of_beta * g[i]);
        change[i] = back * state.m[i];
      }
      break;
    case OptimizerKind::heavy_ball:
      for (int i = first; i < n; ++i) {
        state.m[i] = fused(beta, state.m[i], g[i]);
        change[i] = back * state.m[i];
      }
      break;
    case OptimizerKind::nesterov:
      for (int i = first; i < n; ++i) {
        state.m[i] = fused(beta, state.m[i], g[i]);
        change[i] = back * fused(beta, state.m[i], g[i]);
      }
      break;
    case OptimizerKind::rmsprop:
      for (int i = first; i < n; ++i) {
        state.v[i] = fused(square_decay, state.v[i], rest_of_square * (g[i] * g[i]));
        change[i] = back * (g[i] / (square_root(state.v[i]) + epsilon));
      }
      break;
    case OptimizerKind::adam:
    case OptimizerKind::amsgrad:
    case OptimizerKind::adamw: {
      state.beta_power = next_power(state.beta_power, beta);
      state.square_power = next_power(state.square_power, square_decay);
      // Both corrections in one factor: m/(1 - beta^t) / (sqrt(v)/root + eps) = m root/(1 - beta^t) / (sqrt v + eps root).
      const T rest = one - state.square_power;
      const T root = rest * reciprocal_root(rest);
      const T scale = back * root;
      const T floor = epsilon * root;
      const T beta_rest = one - state.beta_power;
      for (int i = first; i < n; ++i) {
        state.m[i] = fused(beta, state.m[i], rest_of_beta * g[i]);
        state.v[i] = fused(square_decay, state.v[i], rest_of_square * (g[i] * g[i]));
        T square = state.v[i];
        if (optimizer.kind == OptimizerKind::amsgrad) {
          square = state.largest_v[i] = select(state.largest_v[i] < square, square, state.largest_v[i]);
        }
        change[i] = (scale * state.m[i]) / (beta_rest * (square_root(square) + floor));
        if (optimizer.kind == OptimizerKind::adamw) change[i] = fused(back * decay, theta[i], change[i]);
      }
      break;
    }
    case OptimizerKind::adagrad:
      for (int i = first; i < n; ++i) {
        state.v[i] = fused(g[i], g[i], state.v[i]);
        change[i] = back * (g[i] / (square_root(state.v[i]) + epsilon));
      }
      break;
    case OptimizerKind::sign:
      for (int i = first; i < n; ++i) change[i] = back * sign_of(g[i]);
      break;
    case OptimizerKind::lion:
      for (int i = first; i < n; ++i) {
        change[i] = back * fused(decay, theta[i], sign_of(fused(beta, state.m[i], rest_of_beta * g[i])));
        state.m[i] = fused(square_decay, state.m[i], rest_of_square * g[i]);
      }
      break;
  }
  return change;
}

}  // namespace deadcone::unit
