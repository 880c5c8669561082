#include "deadcone/unit/minima.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "deadcone/errors.hpp"
#include "deadcone/numeric/normal.hpp"
#include "deadcone/unit/families.hpp"

namespace deadcone {
namespace {

/// A point of the plane of w and b.
struct Place {
  double w;
  double b;

  double size() const { return std::fabs(w) + std::fabs(b); }
};

/// Gradient and Hessian of L + decay |theta|^2/2 in the plane.
struct Slopes {
  double w, b;
  double ww, wb, bb;
};

template <class Activation>
Slopes slopes_at(const Activation& activation, const Target<double>& target, double decay, const Place& at) {
  const Parameters<double> theta = {0.0, at.w, at.b};
  const auto along = unit::direction<Geometry::planar>(theta);
  const auto m = unit::moments<2>(activation, along.s, at.b);
  const Parameters<double> gradient = unit::gradient<Geometry::planar>(m, theta, along, target);
  const unit::Hessian<double> h = unit::hessian(m, along, target);
  return {gradient.w + decay * at.w, gradient.b + decay * at.b, h.ww + decay, h.wb, h.bb + decay};
}

/// Eigenvalues of the Hessian in the plane, and the direction of the greater one as cosine and sine.
struct Eigen {
  double smaller, greater;
  double cosine, sine;
};

Eigen eigen_of(const Slopes& slopes) {
  const double mean = 0.5 * (slopes.ww + slopes.bb);
  const double half_difference = 0.5 * (slopes.ww - slopes.bb);
  const double radius = std::hypot(half_difference, slopes.wb);
  const double angle = 0.5 * std::atan2(slopes.wb, half_difference);
  return {mean - radius, mean + radius, std::cos(angle), std::sin(angle)};
}

/// Whether the loss is smooth where the weight vanishes. Where sigma has a kink it falls on some side of such a place.
template <class Activation>
constexpr bool is_smooth = std::is_empty_v<Activation>;  // those with constants are made of pieces

/// Follows Newton's steps, with the magnitudes of the eigenvalues so that each leads down, from `place` to a minimum. A step is
/// halved as long as the slope along it at its end is as steep upwards as it was downwards. Says whether it arrived.
template <class Activation>
bool descend(const Activation& activation, const Target<double>& target, double decay,
             const std::vector<Minimum>& known, Place& place) {
  constexpr int most_steps = 80;
  constexpr int most_halvings = 30;
  constexpr double near_zero = 1e-3;  // a place nearer to 0 counts as this far where steps are compared with it
  Slopes slopes = slopes_at(activation, target, decay, place);
  for (int i = 0; i < most_steps; ++i) {
    const Eigen eigen = eigen_of(slopes);
    const double least =
        std::numeric_limits<double>::min() + 1e-12 * std::fmax(std::fabs(eigen.smaller), std::fabs(eigen.greater));
    const double greater =
        -(eigen.cosine * slopes.w + eigen.sine * slopes.b) / std::fmax(std::fabs(eigen.greater), least);
    const double smaller =
        -(eigen.cosine * slopes.b - eigen.sine * slopes.w) / std::fmax(std::fabs(eigen.smaller), least);
    Place step = {eigen.cosine * greater - eigen.sine * smaller, eigen.sine * greater + eigen.cosine * smaller};
    const double length = std::hypot(step.w, step.b);
    if (!std::isfinite(length)) return false;
    const double longest = 0.5 * place.size() + 0.1 * std::fmin(1.0, target.gamma) + near_zero;
    if (length > longest) step = {step.w * (longest / length), step.b * (longest / length)};

    const double down = slopes.w * step.w + slopes.b * step.b;
    double part = 1.0;
    Place next = {};
    Slopes there = {};
    for (int halvings = 0; halvings <= most_halvings; ++halvings, part *= 0.5) {
      next = {place.w + part * step.w, place.b + part * step.b};
      there = slopes_at(activation, target, decay, next);
      if (there.w * step.w + there.b * step.b <= -0.9 * down) break;
    }
    const double moved = part * std::hypot(step.w, step.b);
    place = next;
    slopes = there;
    if (moved <= 1e-12 * (place.size() + near_zero)) {
      const bool is_anywhere = is_smooth<Activation> || std::fabs(place.w) > 1e-9 * target.gamma;
      return is_anywhere && eigen_of(slopes).smaller > 0.0;
    }
    // Where another start has arrived, this one would, too.
    for (const Minimum& minimum : known) {
      if (std::hypot(minimum.theta.w - place.w, minimum.theta.b - place.b) <= 1e-4 * (place.size() + near_zero))
        return false;
    }
    if (!(place.size() < 1e9)) return false;
  }
  return false;
}

template <class Activation>
Minimum minimum_at(const Activation& activation, const Target<double>& target, double decay, const Place& place) {
  const Parameters<double> theta = {0.0, place.w, place.b};
  const Slopes slopes = slopes_at(activation, target, decay, place);
  const Eigen eigen = eigen_of(slopes);
  const double loss = unit::loss(unit::averages(activation, std::fabs(place.w), place.b), theta, target) +
                      0.5 * decay * (place.w * place.w + place.b * place.b);
  // The curvature across is that along b.
  return {theta, loss, {eigen.smaller, eigen.greater}, slopes.bb, 0.0};
}

/// The least loss first, without those on plateaus.
std::vector<Minimum> sorted(std::vector<Minimum> minima, const Target<double>& target) {
  std::ranges::sort(minima, {}, &Minimum::loss);
  double greatest = 0.0;
  for (const Minimum& minimum : minima) greatest = std::fmax(greatest, minimum.curvatures[1]);
  const double least = 1e-8 * std::fmin(1.0, target.gamma * target.gamma);
  std::erase_if(minima, [&](const Minimum& minimum) {
    return !(minimum.curvatures[0] > 1e-9 * greatest) || !(minimum.curvatures[1] > least);
  });
  return minima;
}

template <class Activation>
std::vector<Minimum> minima_from(const Activation& activation, const Target<double>& target, double decay,
                                 const std::vector<Place>& starts) {
  std::vector<Minimum> minima;
  for (Place place : starts) {
    if (!descend(activation, target, decay, minima, place)) continue;
    const bool is_known = std::ranges::any_of(minima, [&](const Minimum& minimum) {
      return std::hypot(minimum.theta.w - place.w, minimum.theta.b - place.b) <= 1e-6 * (place.size() + 1e-3);
    });
    if (!is_known) minima.push_back(minimum_at(activation, target, decay, place));
  }
  return sorted(std::move(minima), target);
}

// Where to start.

/// Leaky units are homogeneous: on the ray w = v s, b = t s the loss with its decay is a s^2/2 - gamma c s + a constant, with a
/// and c functions of t, and least at s = gamma c/a, where c > 0. So minima are where c^2/a has a maximum by t.
std::vector<Place> starts_for(const unit::Leaky<double>& activation, const Target<double>& target, double decay) {
  constexpr int steps = 128;
  const double leak = activation.leak;
  const double offset = target.delta / target.gamma;
  const double reach = std::asinh(8.0 + 2.0 * std::fabs(offset));  // t = sinh(x), |x| <= reach
  std::vector<Place> starts;
  for (const double v : {1.0, -1.0}) {
    double gain[3] = {};  // of the last three t
    Place best[3] = {};
    for (int i = 0; i <= steps; ++i) {
      const double t = std::sinh(reach * (2.0 * i / steps - 1.0));
      const auto [density, distribution] = numeric::normal(t);
      const double mean = density + t * distribution;
      const double a = leak * leak * (1.0 + t * t) +
                       (1.0 - leak * leak) * ((1.0 + t * t) * distribution + t * density) + decay * (1.0 + t * t);
      const double c = v * (leak + (1.0 - leak) * distribution) + offset * (leak * t + (1.0 - leak) * mean);
      const double s = target.gamma * std::fmax(c, 0.0) / a;
      for (int k = 0; k < 2; ++k) gain[k] = gain[k + 1], best[k] = best[k + 1];
      gain[2] = c > 0.0 && a > 0.0 ? c * c / a : 0.0;
      best[2] = {v * s, t * s};
      if (i > 1 && gain[1] > 0.0 && gain[1] >= gain[0] && gain[1] >= gain[2]) starts.push_back(best[1]);
    }
  }
  return starts;
}

/// Units that end on both sides, with a decay: near the target, nearer to 0, and where the rectifier has its minima.
template <class Constant>
std::vector<Place> starts_for(const unit::Clip<Constant>& /*activation*/, const Target<double>& target, double decay) {
  std::vector<Place> starts = starts_for(unit::Leaky<double>{0.0}, target, decay);
  for (const double part : {1.0, 1.0 / (1.0 + decay), 0.1, 0.01}) {
    starts.push_back({part * target.gamma, part * target.delta});
  }
  return starts;
}

/// Units of one rising side. Without a decay they have had one minimum from all starts that were tried, far out where the target is
/// out of their reach; with one there may be another where they are all but constant.
template <class Activation>
std::vector<Place> starts_for(const Activation& /*activation*/, const Target<double>& target, double /*decay*/) {
  std::vector<Place> starts = {{target.gamma, target.delta}, {target.gamma, 0.0}};
  for (const Place& place : {Place{1.0, 1.0}, {4.0, 2.0}, {0.6, 2.6}, {0.5, 8.0}, {3.0, 10.0}, {6.0, 25.0}}) {
    starts.push_back({place.w, std::copysign(place.b, target.delta > 0.5 ? 1.0 : -1.0)});
  }
  return starts;
}

/// Units that fall first: one minimum on the rising side, one on the falling side, and for targets below 0 or with a decay one far
/// out, where a great weight averages over both; or the constant unit at the lowest point.
std::vector<Place> gated_starts(const Target<double>& target, double width, double lowest) {
  std::vector<Place> starts = {{target.gamma, target.delta}, {0.0, lowest}};
  for (const Place& place : {Place{0.5, 0.0},
                             {1.0, -0.3},
                             {2.0, -0.5},
                             {-0.2, -1.0},
                             {-0.6, -1.8},
                             {-1.0, -3.0},
                             {-1.5, -6.0},
                             {-3.0, -15.0},
                             {2.3, -4.7},
                             {2.9, -7.0},
                             {4.2, -12.0},
                             {5.5, -20.0},
                             {8.0, -40.0}}) {
    starts.push_back({width * place.w, width * place.b});
  }
  return starts;
}
std::vector<Place> starts_for(const unit::Gelu& /*activation*/, const Target<double>& target, double /*decay*/) {
  return gated_starts(target, 1.0, unit::gelu_slope_zero);
}
std::vector<Place> starts_for(const unit::Silu& /*activation*/, const Target<double>& target, double /*decay*/) {
  return gated_starts(target, 1.7, unit::silu_slope_zero);  // S(z) is nearest to Phi(z/1.7)
}

// Where sigma is constant or has the slope 1, the gradient is P (theta - Theta*) with a matrix P > 0: the target itself is the only
// place where it vanishes.

template <class Activation>
bool is_least_at_target(const Activation& /*activation*/) {
  return false;
}
bool is_least_at_target(const unit::Leaky<double>& activation) {
  return activation.leak == 0.0;
}
bool is_least_at_target(const unit::Clip<double>& /*activation*/) {
  return true;
}

}  // namespace

std::vector<Minimum> find_minima(const Unit& unit, const Target<double>& target, double decay) {
  if (learns_leak(unit.kind)) {
    if (decay > 0.0) throw ConfigError("the minima of prelu with a decay are not known");
    // The affine unit, without a loss; in the plane of w and b its loss is half the squared distance.
    return {{{0.0, target.gamma, target.delta}, 0.0, {1.0, 1.0}, 1.0, 1.0}};
  }
  return unit::with_activation<double>(unit, [&](const auto& activation) {
    if (decay == 0.0 && is_least_at_target(activation)) {
      return sorted({minimum_at(activation, target, decay, {target.gamma, target.delta})}, target);
    }
    return minima_from(activation, target, decay, starts_for(activation, target, decay));
  });
}

}  // namespace deadcone
