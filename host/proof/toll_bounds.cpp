#include "proof/toll_bounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "proof/energy_bounds.hpp"

namespace deadcone {
namespace {

using namespace numeric;

/// More than rounding makes of the some hundred positive terms of any sum here, relatively.
constexpr double rounding = 1e-12;

/// Beyond this slope -b/w, a: there the loss is nearly that of a dead unit, and before it the gradient drives w up.
constexpr double steep = 2.0;

/// phi, Phi and A at -a.
struct AtSteep {
  Normal<Interval> norm = normal(exactly(-steep));
  Interval second = second_moment(exactly(-steep));
};

/// Phi, from above, and A, from below, over cells of t.
struct LossCell {
  double distribution;
  double second;
};

const std::vector<LossCell>& loss_cells() {
  static const std::vector<LossCell> cells = [] {
    constexpr double width = 0x1p-7;
    std::vector<LossCell> made;
    for (double t = -1.0; t < 8.0; t += width) {
      made.push_back({normal(exactly(t + width)).distribution.hi, second_moment(exactly(t)).lo});
    }
    return made;
  }();
  return cells;
}

}  // namespace

double depth_at(double x) {
  double depth = x * normal(exactly(-1.0)).distribution.hi;  // below t = -1: x Phi
  depth = std::max(depth, x - 32.0 * x * x);                 // above t = 8: A > 64
  for (const auto& [distribution, second] : loss_cells()) {
    depth = std::max(depth, x * (distribution - 0.5 * x * second));
  }
  return depth * (1.0 + rounding) + std::numeric_limits<double>::min();
}

double edge_of_toll(double limit) {
  if (!(limit > 1.0)) return std::numeric_limits<double>::infinity();
  return edge_curvature / (limit - 1.0) * (1.0 + rounding);
}

double margin_of_toll(double eta, double glide, double x, double depth) {
  constexpr int cells = 64;
  static const AtSteep at_steep;
  const auto& [norm, second] = at_steep;
  const double width = (rising_weight - x) / cells * (1.0 - rounding);
  const double reach = (glide - eta) * (1.0 - rounding);  // K
  const auto at = [&](int i) { return x + width * i; };
  // f: what of an update's m^2 eta is lost, at least; concave. F: the gradient that drives w up, at least; it falls.
  const auto lost = [&](double w) { return 1.0 - 0.5 * eta * (1.0 + edge_curvature / w); };
  const double pull_before = (exactly(steep) * norm.density).lo;
  const auto driven = [&](double w) {
    const double bound = std::min(0.5 * (rising_weight - w), pull_before + norm.distribution.lo * (1.0 - w));
    return std::max(0.0, bound - 1e-15);
  };
  const double most_driven = driven(x) * (1.0 + rounding) + 1e-14;

  // U, piecewise linear: U' <= 1 + K F/(U + eta F(x)).
  std::array<double, cells + 1> momentum = {};
  for (int i = 0; i < cells; ++i) {
    const double c = momentum[i] + eta * most_driven;
    const double pull = reach * driven(at(i + 1));
    const double half = 0.5 * (c - width);
    const double root = std::sqrt(half * half + width * (c + pull));
    // The rise z of this cell: (z - width)(c + z) = width * pull. Either way nothing cancels.
    const double rise = half > 0.0 ? width * (c + pull) / (half + root) : root - half;
    momentum[i + 1] = momentum[i] + rise * (1.0 - rounding);
  }

  // D1 up to each w, and D0 from it on: products of f, from below its chord, and of what is linear.
  const auto product = [&](double f_lo, double f_hi, double g_lo, double g_hi) {
    return width / glide * ((f_lo * g_lo + f_hi * g_hi) / 3.0 + (f_lo * g_hi + f_hi * g_lo) / 6.0) * (1.0 - rounding);
  };
  std::array<double, cells + 1> before = {};
  std::array<double, cells + 1> beyond = {};
  for (int i = 0; i < cells; ++i) {
    before[i + 1] = before[i] + product(lost(at(i)), lost(at(i + 1)), momentum[i], momentum[i + 1]);
  }
  for (int i = cells - 1; i >= 0; --i) {
    beyond[i] = beyond[i + 1] + product(lost(at(i)), lost(at(i + 1)), width * i, width * (i + 1));
  }

  for (int i = 0; i <= cells; ++i) {
    // 1/2 less the lowest loss at this w beyond that slope, from below and from above.
    const double least = at(i) * (norm.distribution.lo - 0.5 * at(i) * second.hi) * (1.0 - rounding);
    const double most = at(i) * (norm.distribution.hi - 0.5 * at(i) * second.lo) * (1.0 + rounding);
    if (least + before[i] * (1.0 - rounding) < depth) continue;
    return std::max(0.0, 2.0 * (most - beyond[i] * (1.0 - rounding)) + rounding);
  }
  return 2.0 * (depth - before[cells] * (1.0 - rounding)) * (1.0 + rounding) + rounding;
}

}  // namespace deadcone
