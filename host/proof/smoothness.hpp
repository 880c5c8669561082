#pragma once

// How fast the slope and the curvature of a unit's loss change in the plane of (w, b): anywhere where the activation is smooth, and for
// |w| >= s where it has kinks.
//
// With u = (x, 1) and a unit vector v in the plane, v.u is N(v_b, v_w^2), so E[(v.u)^2] = 1, E[(v.u)^4] <= 3 and E[(v.u)^6] <= 15,
// and the derivatives of L = E[(sigma(z) - y)^2]/2 along v are, without kinks,
//
//   second   E[(sigma'^2 + (sigma - y) sigma'') (v.u)^2]
//   third    E[(3 sigma' sigma'' + (sigma - y) sigma''') (v.u)^3].
//
// A kink at z_i adds what happens at x_i = (z_i - b)/w, of the size of 1/|w| and 1/w^2. docs/proofs.md, section 12, derives the bounds.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include "deadcone/proof/rounding.hpp"
#include "deadcone/unit/families.hpp"
#include "deadcone/unit/model.hpp"
#include "deadcone/unit_kind.hpp"

namespace deadcone {

/// The value of an activation where it has a kink, and by how much sigma', sigma'^2 and sigma'' jump there.
struct Kink {
  double value;
  double slope;
  double squared_slope;
  double bend;
};

/// Upper bounds over all z but the kinks, a little above the suprema.
struct SlopeBounds {
  double greatest;   ///< of |sigma'|
  double second;     ///< of |sigma''|
  double third;      ///< of |sigma'''|
  double curvature;  ///< of |sigma'^2 + sigma sigma''|, half the curvature of sigma^2
  double change;     ///< of |3 sigma' sigma'' + sigma sigma'''|, its derivative
  std::array<Kink, 2> kinks = {};
  std::size_t kink_count = 0;
};

/// Those of a unit; none of one that learns its slope.
inline std::optional<SlopeBounds> slope_bounds_of(const Unit& unit) {
  const unit::FamilyConstants<double> constants = unit::family_constants(unit);
  const double first = constants.of[0];
  const double second = constants.of[1];
  switch (unit.kind) {
    case UnitKind::relu:
    case UnitKind::leaky: {
      const double greatest = std::max(1.0, std::fabs(first));
      const Kink kink = {0.0, 1.0 - first, 1.0 - first * first, 0.0};
      return SlopeBounds{greatest, 0.0, 0.0, greatest * greatest, 0.0, {kink}, 1};
    }
    case UnitKind::elu:
    case UnitKind::selu: {
      const double below = first * second;  // times exp(z): the slope
      const double greatest = std::max(second, below);
      const Kink kink = {0.0, second - below, second * second - below * below, below};
      return SlopeBounds{greatest, below, below, greatest * greatest, 3.0 * below * below, {kink}, 1};
    }
    case UnitKind::relu6:
    case UnitKind::hardtanh:
    case UnitKind::clip:
      return SlopeBounds{1.0, 0.0, 0.0, 1.0, 0.0, {Kink{first, 1.0, 1.0, 0.0}, Kink{second, 1.0, 1.0, 0.0}}, 2};
    case UnitKind::gelu:
      return SlopeBounds{1.12891, 0.797885, 0.77878, 1.38334, 1.51759};
    case UnitKind::silu:
      return SlopeBounds{1.09984, 0.5, 0.30819, 1.29512, 0.91808};
    case UnitKind::sigmoid:
      return SlopeBounds{0.25, 0.09623, 0.125, 0.07703, 0.10102};
    case UnitKind::tanh:
      return SlopeBounds{1.0, 0.76981, 2.0, 1.0, 2.04295};
    case UnitKind::softplus:
      return SlopeBounds{1.0, 0.25, 0.09623, 1.04534, 0.3902};
    case UnitKind::prelu:
      break;
  }
  return std::nullopt;
}

/// |Theta*|, the root mean square of y.
inline double size_of(const Target<double>& target) {
  return std::sqrt(target.gamma * target.gamma + target.delta * target.delta);
}

/// What bounds a loss.
struct LossBounds {
  double curvature;     ///< the greatest eigenvalue of the Hessian
  double change;        ///< of the Hessian, per distance
  double slope_change;  ///< of E[sigma'(z)], per distance
};

/// Those where |w| >= s; infinite where s = 0 and there are kinks.
inline LossBounds loss_bounds(const SlopeBounds& slopes, const Target<double>& target, double s) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double root_of_3 = 1.7320509;
  constexpr double third_moment = 2.2795071;  // 3^(3/4)
  constexpr double root_of_15 = 3.8729834;
  const double size = size_of(target);
  LossBounds bounds = {.curvature = slopes.curvature + root_of_3 * slopes.second * size,
                       .change = third_moment * slopes.change + root_of_15 * slopes.third * size,
                       .slope_change = slopes.second};
  for (std::size_t i = 0; i < slopes.kink_count; ++i) {
    if (!(s > 0.0)) return {infinity, infinity, infinity};
    const auto& [value, slope, squared_slope, bend] = slopes.kinks[i];
    const double apart = std::fabs(value - target.delta);
    const double jump = std::fabs(slope) / s;
    // The numbers are suprema of phi(x) times a polynomial in |x| and sqrt(1 + x^2), rounded up.
    bounds.curvature += jump * (0.48395 * apart + 0.63293 * target.gamma);
    bounds.change +=
        (0.76261 * (std::fabs(squared_slope) + std::fabs(bend) * apart) + 1.24104 * std::fabs(bend) * target.gamma) / s;
    bounds.change += jump * (2.40287 * apart + 4.73397 * target.gamma) / s;
    bounds.slope_change += 0.39895 * jump;
  }
  return bounds;
}

/// How much lower than the loss at its edge the energy of a well has to be, so that rounding an energy does no harm. It falls with the
/// energy itself.
inline double well_margin(const SlopeBounds& slopes, const Target<double>& target, double energy, Precision precision) {
  const WellMargins margins = well_margins_of(precision);
  const double size = size_of(target);
  const double output = std::sqrt(2.0 * std::max(energy, 0.0)) + size;
  const bool is_of_lines = slopes.second == 0.0;
  const double scale = std::max(1.0, slopes.greatest * slopes.greatest);
  return margins.output * output * output + (is_of_lines ? 0.0 : margins.averages * scale);
}

}  // namespace deadcone
