// The theorems of docs/proofs.md: the bounds that they rest on, what they say of random states, and that no certified
// fate differs from that of an exhaustive run.

#include "deadcone/proof/conditions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/proof/bounds.hpp"
#include "deadcone/proof/rounding.hpp"
#include "deadcone/trajectory/dynamics.hpp"
#include "proof/energy_bounds.hpp"
#include "proof/memo.hpp"
#include "proof/rest_bounds.hpp"
#include "proof/toll_bounds.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using namespace unit;
using test::certified_dynamics;
using test::Dice;
using test::dynamics_of;
using test::run;
using test::same_bits;
using test::scaled;

double log_uniform(Dice& dice, double lo, double hi) {
  return std::exp(dice.uniform(std::log(lo), std::log(hi)));
}

ProofConditions<double> conditions_of(const Point& point, const Criteria& criteria) {
  return proof_bounds(point, criteria, Precision::float32);
}

double norm_of(const Parameters<double>& a) {
  return std::hypot(a.r, a.w, a.b);
}

// ---------------------------------------------------------------------------------------------------------------------
// The constants.

/// Calls check(cell) for intervals that cover [lo, hi].
template <class Check>
void for_cells(double lo, double hi, double width, Check check) {
  for (double t = lo; t < hi; t += width) check(Interval{t, t + width});
}

TEST(ProofBounds, SecondMomentHoldsTheExactOne) {
  Dice dice(1);
  for (int i = 0; i < 20'000; ++i) {
    const double lo = dice.uniform(-12, 8);
    const Interval t = {lo, lo + dice.one_of({0.0, 1e-6, 0.1})};
    const long double x = dice.uniform(t.lo, t.hi);
    const long double density = std::exp(-x * x / 2) * 0.398942280401432677939946059934L;
    const long double distribution = std::erfc(-x * 0.707106781186547524400844362105L) / 2;
    const long double exact = (1 + x * x) * distribution + x * density;
    const long double error = 1e-18L * (1 + x * x);
    EXPECT_LE(static_cast<long double>(second_moment(t).lo), exact + error);
    EXPECT_GE(static_cast<long double>(second_moment(t).hi), exact - error);
  }
}

TEST(ProofBounds, EdgeCurvatureIsTheLeastUpperBoundRoundedUp) {
  const double peak = std::sqrt(1.0 + std::sqrt(2.0));
  const double closed_form = peak * (1.0 + peak * peak) * normal(peak).density;
  EXPECT_GE(edge_curvature, closed_form);
  EXPECT_LE(edge_curvature, closed_form * 1.0005);
  for_cells(0.0, 8.0, 0x1p-14,
            [](Interval t) { EXPECT_LE((t * (exactly(1.0) + squared(t)) * normal(t).density).hi, edge_curvature); });
}

TEST(ProofBounds, RisingWeightIsTheGreatestLowerBoundRoundedDown) {
  double least = 1.0;
  for_cells(0.0, 8.0, 0x1p-14, [&](Interval t) {
    const Normal<Interval> norm = normal(t);
    least = std::min(least, (exactly(1.0) - t * norm.density / norm.distribution).lo);
  });
  EXPECT_LE(rising_weight, least);
  EXPECT_GE(rising_weight, least - 2e-4);
}

TEST(ProofBounds, TheCorridorsPullIsAtMostHalfOfGamma) {
  // 2 Phi^2/A - Phi + t phi <= 1/2: at t >= 0 by hand. It grows from -2 to 0, where it is 1/2, and is small before.
  for_cells(-2.0, 0.0, 0x1p-12, [](Interval t) {
    const auto [density, distribution] = normal(t);
    const Interval variance = squared(distribution) - t * density * distribution - squared(density);
    const Interval growth = exactly(4.0) * distribution * variance / squared(second_moment(t)) + t * density;
    EXPECT_GT(growth.lo, 0.0) << t.lo;
  });
  EXPECT_LT((squared(normal(exactly(-2.0)).distribution) / second_moment(exactly(-2.0))).hi, 0.25);
}

TEST(ProofBounds, NoPullInTheCorridorIsStronger) {
  // The same from the gradient itself.
  Dice dice(2);
  double strongest = 0;
  for (int i = 0; i < 200'000; ++i) {
    const Target<double> target = {1.0, 0.0};
    const double w = dice.uniform(0.01, 8);
    const Parameters<double> theta = {0, w, w * dice.uniform(-4, 4)};
    if (loss<Geometry::planar>(theta, target) >= 0.5) continue;
    strongest = std::max(strongest, loss_gradient<Geometry::planar>(theta, target).w);
  }
  EXPECT_LE(strongest, 0.5);
  EXPECT_GE(strongest, 0.48);
}

TEST(ProofBounds, TheTrapsConditionFallsWithTheSlope) {
  // The derivative of tau Phi(-tau) + tau^2 phi is Phi(-tau) + tau phi (1 - tau^2).
  for_cells(1.3, 8.0, 0x1p-10, [](Interval t) {
    const Normal<Interval> norm = normal(Interval{-t.hi, -t.lo});
    EXPECT_LT((norm.distribution + t * norm.density * (exactly(1.0) - squared(t))).hi, 0.0);
  });
}

TEST(ProofBounds, TheDeadConeEndsAtEpsilon) {
  for (const double epsilon : {0.49, 0.1, 0.01, 1e-6, 1e-30, 1e-130}) {
    const Interval edge = edge_of_dead_cone(epsilon);
    EXPECT_LT(normal(edge.lo).distribution, epsilon);
    EXPECT_GE(normal(edge.hi).distribution, epsilon * (1 - 4e-14));
    EXPECT_LT(edge.hi - edge.lo, 1e-8);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The set of low losses, in units of gamma.

/// A place on the sphere of directions.
struct Direction {
  double t;
  double v;
};

Parameters<double> at(const Direction& direction, double s) {
  const double v = direction.v;
  return {s * std::sqrt(std::max(0.0, 1.0 - v * v)), s * v, s * direction.t};
}

/// The distances s from the origin, as weights, between which the loss is below (1 - margin)/2.
struct Stretch {
  double lo;
  double hi;
  bool empty() const { return !(lo < hi); }
};
Stretch low_stretch(const Direction& direction, double margin, double delta) {
  const auto [t, v] = direction;
  const double phi = normal(t).density;
  const double Phi = normal(t).distribution;
  const double a = (1 + t * t) * Phi + t * phi;
  const double b = v * Phi + delta * (phi + t * Phi);
  const double c = margin + delta * delta;
  const double discriminant = b * b - a * c;
  if (b <= 0 || discriminant <= 0) return {1, 0};
  const double root = std::sqrt(discriminant);
  return {c / (b + root), (b + root) / a};
}

Direction random_direction(Dice& dice, Geometry geometry, double t_lo, double t_hi) {
  return {dice.uniform(t_lo, t_hi), geometry == Geometry::planar ? dice.one_of({1.0, 1.0, -1.0}) : dice.uniform(-1, 1)};
}

/// The greatest eigenvalue of the Hessian from differences of the gradient: by iteration, so never more than it is.
double greatest_curvature(const Parameters<double>& theta, double delta, Geometry geometry) {
  using Vector = std::array<double, 3>;
  const Target<double> target = {1.0, delta};
  const auto gradient = [&](const Vector& at_point) {
    const auto [r, w, b] =
        loss_gradient<Geometry::general>(Parameters<double>{at_point[0], at_point[1], at_point[2]}, target);
    return Vector{r, w, b};
  };
  const Vector here = {theta.r, theta.w, theta.b};
  const double step = 1e-5 * std::hypot(theta.r, theta.w);
  std::array<Vector, 3> columns = {};
  for (std::size_t j = geometry == Geometry::planar ? 1 : 0; j < 3; ++j) {
    Vector more = here;
    Vector less = here;
    more[j] += step;
    less[j] -= step;
    const Vector high = gradient(more);
    const Vector low = gradient(less);
    for (std::size_t i = 0; i < 3; ++i) columns[j][i] = (high[i] - low[i]) / (2 * step);
  }
  if (geometry == Geometry::planar) columns[1][0] = columns[2][0] = 0;
  double shift = 0;  // makes the greatest eigenvalue the one of the largest magnitude
  for (const Vector& column : columns) shift += std::hypot(column[0], column[1], column[2]);
  Vector x = {0.5, 0.6, -0.7};
  double value = 0;
  for (int iteration = 0; iteration < 60; ++iteration) {
    Vector y = {shift * x[0], shift * x[1], shift * x[2]};
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t i = 0; i < 3; ++i) y[i] += columns[j][i] * x[j];
    }
    value = (x[0] * y[0] + x[1] * y[1] + x[2] * y[2]) / (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) - shift;
    const double length = std::hypot(y[0], y[1], y[2]);
    for (std::size_t i = 0; i < 3; ++i) x[i] = y[i] / length;
  }
  return value;
}

struct Setting {
  Geometry geometry;
  double delta;
};
constexpr Setting settings[] = {{Geometry::planar, 0.0},  {Geometry::planar, 0.1},  {Geometry::planar, -0.05},
                                {Geometry::general, 0.0}, {Geometry::general, 0.7}, {Geometry::general, -0.1}};

TEST(ProofBounds, TheStretchesAreThoseOfTheLoss) {
  // What the tests below take for granted.
  Dice dice(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto [geometry, delta] = dice.one_of(settings);
    const Direction direction = random_direction(dice, geometry, -3, 6);
    const double margin = dice.uniform(0.01, 0.9);
    const auto [lo, hi] = low_stretch(direction, margin, delta);
    if (!(lo < hi)) continue;
    for (const double s : {lo, hi}) {
      EXPECT_NEAR((loss<Geometry::general>(at(direction, s), Target<double>{1.0, delta})), (1 - margin) / 2, 1e-12);
    }
  }
}

/// The least margin that keeps the curvature below `limit`.
double least_margin(double limit, double dead, const Setting& setting) {
  return CurvatureBounds(dead).margin(limit, setting.geometry, exactly(setting.delta), 1e-4);
}

/// The greatest curvature seen where the loss is below (1 - margin)/2 and t > dead.
double curvature_seen(double margin, double dead, const Setting& setting) {
  Dice dice(4);
  double greatest = 0;
  for (int i = 0; i < 12'000; ++i) {
    const Direction direction = random_direction(dice, setting.geometry, dead, 5);
    const Stretch stretch = low_stretch(direction, margin, setting.delta);
    if (stretch.empty()) continue;
    const double s = stretch.lo + (stretch.hi - stretch.lo) * dice.one_of({0.0, 0.0, dice.uniform(0, 1)});
    greatest = std::max(greatest, greatest_curvature(at(direction, s), setting.delta, setting.geometry));
  }
  return greatest;
}

TEST(ProofBounds, CurvatureIsBelowTheLimitAndNotFarBelow) {
  const double dead = edge_of_dead_cone(0.01).hi;
  int near = 0;
  for (const Setting& setting : settings) {
    for (const double eta : {0.05, 0.2, 1.0}) {
      const double margin = least_margin(2 / eta, dead, setting);
      EXPECT_LE(curvature_seen(margin, dead, setting), 2 / eta);
      // The affine part is bounded by 1, which tells where the limit is not much larger; and with Delta, the curvature
      // may be low at any margin.
      if (eta > 0.2 || margin < 1e-3) continue;
      ++near;
      EXPECT_GT(curvature_seen(0.7 * margin, dead, setting), 2 / eta) << setting.delta << " " << eta << " " << margin;
    }
  }
  EXPECT_GE(near, 6);
}

TEST(ProofBounds, NoCurvatureIsBelowThatOfTheAffineUnit) {
  for (const Setting& setting : settings) {
    EXPECT_EQ(least_margin(1.0, -2.0, setting), 1.0);
    EXPECT_EQ(least_margin(0.1, -2.0, setting), 1.0);
  }
}

TEST(ProofBounds, TheCurvatureOfAnIntervalOfTargetsIsThatOfTheWorst) {
  const double dead = edge_of_dead_cone(0.01).hi;
  Dice dice(25);
  for (int i = 0; i < 60; ++i) {
    const Geometry geometry = dice.one_of({Geometry::planar, Geometry::general});
    const double delta = dice.uniform(-0.4, 1);
    const Interval near = {delta, delta + 0.01};
    const double limit = 2 / log_uniform(dice, 0.1, 1.5);
    CurvatureBounds bounds(dead);
    const double margin = bounds.margin(limit, geometry, near, 1e-4);
    double worst = 0;
    for (int j = 0; j <= 4; ++j) {
      worst = std::max(worst, bounds.margin(limit, geometry, exactly(delta + 0.0025 * j), 1e-4));
    }
    EXPECT_GE(margin, worst * (1 - CurvatureBounds::accuracy));
    EXPECT_LE(margin, worst * (1 + CurvatureBounds::accuracy) + 0.05);
    // What is needed anyway changes nothing above it.
    EXPECT_NEAR(bounds.margin(limit, geometry, near, 2.0), 2.0, 2.0 * CurvatureBounds::accuracy);
  }
}

TEST(ProofBounds, NoLowLossIsInTheDeadCone) {
  Dice dice(5);
  for (const double epsilon : {0.4, 0.1, 0.01, 1e-4}) {
    const double dead = edge_of_dead_cone(epsilon).hi;
    for (const auto& [geometry, delta] : settings) {
      const double margin = Exclusion(dead).margin(geometry, delta);
      if (margin <= 0) continue;  // then no loss in the cone is below 1/2
      for (int i = 0; i < 5000; ++i) {
        const Direction direction = random_direction(dice, geometry, dead - 3, dead);
        EXPECT_TRUE(low_stretch(direction, margin, delta).empty()) << direction.t << " " << direction.v;
      }
    }
    const double margin = Exclusion(dead).margin(Geometry::planar, 0.0);
    EXPECT_FALSE(low_stretch({dead, 1.0}, 0.999 * margin, 0.0).empty());
  }
  // The figure of the text: not .029.
  EXPECT_NEAR(Exclusion(edge_of_dead_cone(0.01).hi).margin(Geometry::planar, 0.0), 0.04724, 1e-5);
}

/// The least gradient at t below `edge` where the loss is below (1 - margin)/2.
double least_gradient_seen(double edge, double margin) {
  double least = 1;
  for (double t = edge; t > -6; t -= 1e-3) {
    const Stretch stretch = low_stretch({t, 1.0}, margin, 0.0);
    if (stretch.empty()) break;
    for (int i = 0; i <= 200; ++i) {
      const Parameters<double> theta = at({t, 1.0}, stretch.lo + (stretch.hi - stretch.lo) * i / 200);
      least = std::min(least, norm_of(loss_gradient<Geometry::planar>(theta, Target<double>{1.0, 0.0})));
    }
  }
  return least;
}

TEST(ProofBounds, NoRestIsInTheDeadConeAtALowLoss) {
  for (const double epsilon : {0.2, 0.01, 1e-4}) {
    const double dead = edge_of_dead_cone(epsilon).hi;
    RestBounds bounds(dead);
    for (const double rest : {1e-3, 1e-4, 1e-5}) {
      const auto [margin, longest_update] = bounds.margin(rest);
      if (margin == bounds.excluded()) continue;
      EXPECT_GE(least_gradient_seen(dead, margin), rest);
      EXPECT_LE(least_gradient_seen(dead, 0.7 * margin), rest) << "the margin is far larger than it needs to be";
    }
    EXPECT_LT(bounds.margin(1e-5).margin, 0.5 * bounds.excluded());
    EXPECT_EQ(bounds.margin(1.0).margin, bounds.excluded());
  }
}

TEST(ProofBounds, NoShortUpdateFromARestLeadsIntoTheDeadConeAtALowLoss) {
  Dice dice(26);
  const Target<double> target = {1.0, 0.0};
  int near = 0;
  for (const double epsilon : {0.2, 0.01, 1e-4}) {
    const double dead = edge_of_dead_cone(epsilon).hi;
    const double rest = 1e-2 * epsilon;
    const auto [margin, longest_update] = RestBounds(dead).margin(rest);
    EXPECT_LT(margin, Exclusion(dead).margin(Geometry::planar, 0.0));
    // The longest update, so that t changes as much as it may.
    for (int i = 0; i < 100'000; ++i) {
      const double t = dead + 0.02 * dice.uniform(0, 1);
      const Stretch stretch = low_stretch({t, 1.0}, margin, 0.0);
      const Parameters<double> theta = at({t, 1.0}, dice.uniform(stretch.lo, stretch.hi));
      const double way = dice.uniform(-3.2, 3.2);
      const Parameters<double> next = {0, theta.w + longest_update * std::cos(way),
                                       theta.b + longest_update * std::sin(way)};
      if (next.b / next.w >= dead || loss<Geometry::planar>(next, target) >= (1 - margin) / 2) continue;
      ++near;
      EXPECT_GT(norm_of(loss_gradient<Geometry::planar>(theta, target)), rest);
    }
  }
  EXPECT_GT(near, 100);
}

TEST(ProofBounds, FarTargetsHaveRoomForTheRoundingOfDelta) {
  // At Delta = 300 gamma it moves the loss by as much as its margin. There all that the energy theorem needs holds up to
  // a loss of gamma^2, twice what is taken.
  for (const double delta : {300.0, 3e3, 1e5}) {
    for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
      const double dead = edge_of_dead_cone(0.49).hi;
      EXPECT_LT(Exclusion(dead).margin(geometry, delta), -1.0);
      EXPECT_EQ(CurvatureBounds(dead).margin(1.0001, geometry, exactly(delta), -1.0), -1.0) << delta;
    }
  }
}

TEST(ProofBounds, TheLossIsEvaluatedWithinItsMargin) {
  // The margins of host/proof/bounds.cpp, in units of gamma^2/2, against what float and double make of the loss.
  Dice dice(6);
  double worst = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double delta = dice.one_of({0.0, 0.0, -0.5, 0.5, 2.0, 10.0});
    const Direction direction = random_direction(dice, dice.one_of({Geometry::planar, Geometry::general}), -8, 14);
    const Stretch stretch = low_stretch(direction, 1e-7, delta);
    if (stretch.empty()) continue;
    const Parameters<double> theta = at(direction, dice.uniform(stretch.lo, stretch.hi));
    const Parameters<float> rounded = {static_cast<float>(theta.r), static_cast<float>(theta.w),
                                       static_cast<float>(theta.b)};
    const Target<float> target = {1.0F, static_cast<float>(delta)};
    const double exact = loss<Geometry::general>(
        Parameters<double>{double{rounded.r}, double{rounded.w}, double{rounded.b}}, Target<double>{1.0, delta});
    worst = std::max(worst, 2 * std::fabs(double{loss<Geometry::general>(rounded, target)} - exact));
  }
  EXPECT_LT(worst, 0x1p-13 / 2);
  EXPECT_GT(worst, 1e-7);
}

// ---------------------------------------------------------------------------------------------------------------------
// Where dL/db changes its sign in the dead cone at w > 0, in units of gamma: at slope -b/w, above w = phi/psi there.

struct Turn {
  long double density;
  long double distribution;
  long double weight;    ///< phi/psi
  long double gradient;  ///< dL/dw there
};
Turn turn_at(long double slope) {
  const long double density = std::exp(-slope * slope / 2) * 0.398942280401432677939946059934L;
  const long double distribution = std::erfc(slope * 0.707106781186547524400844362105L) / 2;
  const long double weight = density / (density - slope * distribution);
  return {density, distribution, weight, distribution * (weight - 1) - slope * density};
}

/// The bound of the Hessian's norm.
double creep_curvature(double slope) {
  const auto [density, distribution] = normal(-slope);
  return 2 * distribution + slope * density;
}

/// The Hessian's norm from differences of the gradient, in the plane.
double curvature_norm(const Parameters<double>& theta, double step) {
  const auto gradient = [&](double w, double b) {
    return loss_gradient<Geometry::planar>(Parameters<double>{0, theta.w + w, theta.b + b}, Target<double>{1, 0});
  };
  const double half = 0.5 / step;
  const double ww = half * (gradient(step, 0).w - gradient(-step, 0).w);
  const double wb = half * (gradient(0, step).w - gradient(0, -step).w);
  const double bb = half * (gradient(0, step).b - gradient(0, -step).b);
  return std::fabs(ww + bb) / 2 + std::hypot((ww - bb) / 2, wb);
}

TEST(ProofBounds, TheTurnIsWhereItIsSaidToBe) {
  Turn before = turn_at(1.299L);
  for (long double slope = 1.3L; slope < 12; slope += 1e-3L) {
    const Turn turn = turn_at(slope);
    const long double x = slope * slope;
    EXPECT_GT(turn.weight, x + 3 - 6 / (x + 3));
    EXPECT_LT(turn.weight, x + 3 - 6 / (x + 7));
    EXPECT_GT(turn.weight, before.weight);
    EXPECT_GT(turn.gradient, 0.4L * turn.distribution);
    EXPECT_LT(turn.gradient, turn.distribution);
    before = turn;
  }
}

TEST(ProofBounds, TheGradientWhereDLDwChangesItsSignFallsWithTheSlope) {
  // It is tau Phi v with v the variance beyond tau, which falls where (lambda - tau)(2 lambda - tau) > 1: from 2 on by hand.
  for_cells(1.3, 2.0, 0x1p-10, [](Interval t) {
    const Normal<Interval> norm = normal(Interval{-t.hi, -t.lo});
    const Interval mills = norm.density / norm.distribution;
    EXPECT_GT(((mills - t) * (exactly(2.0) * mills - t)).lo, 1.0);
  });
  for (double slope = 1.3; slope < 8; slope += 0.01) {
    const auto [density, distribution] = normal(-slope);
    const double mills = density / distribution;
    const double w = 1 + slope * mills;
    const auto gradient = loss_gradient<Geometry::planar>(Parameters<double>{0, w, -slope * w}, Target<double>{1, 0});
    EXPECT_NEAR(gradient.w, 0.0, 1e-13 * w);
    EXPECT_NEAR(gradient.b, -slope * distribution * (1 + slope * mills - mills * mills), 1e-12 * w * density);
    EXPECT_GT(w, slope * slope + 1.45);
  }
}

TEST(ProofBounds, DLDbIsPositiveAboveTheTurnAndDLDwIsToo) {
  Dice dice(7);
  for (int i = 0; i < 100'000; ++i) {
    const double slope = dice.uniform(0.1, 7);
    const double turn = static_cast<double>(turn_at(slope).weight);
    const double w = turn * (1 + log_uniform(dice, 1e-8, 10) * dice.one_of({-0.1, 1.0}));
    const auto gradient = loss_gradient<Geometry::planar>(Parameters<double>{0, w, -slope * w}, Target<double>{1, 0});
    EXPECT_EQ(gradient.b > 0, w > turn) << slope << " " << w;
    if (w > turn) {
      EXPECT_GT(gradient.w, 0.0) << slope << " " << w;
    }
  }
}

TEST(ProofBounds, AboveTheTurnTheHessianIsBelowItsBoundAndNotFarBelow) {
  Dice dice(8);
  double greatest = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double slope = dice.uniform(1.3, 7);
    const double w = (slope * slope + 1) * log_uniform(dice, 1, 100);
    const double share = curvature_norm({0, w, -slope * w}, 1e-4 * w) / creep_curvature(slope);
    greatest = std::max(greatest, share);
  }
  EXPECT_LE(greatest, 1 + 1e-6);
  EXPECT_GT(greatest, 0.99);
}

// ---------------------------------------------------------------------------------------------------------------------
// The theorems, on random states in double.

/// The maps of `point` with a tolerance that is not in the way.
Criteria strict_criteria() {
  Criteria criteria;
  criteria.relative_tolerance = true;
  criteria.tolerance = 1e-7;
  return criteria;
}

/// A state somewhere about the target, in units of gamma.
State<double> random_state(Dice& dice, const Point& point) {
  State<double> state = at_rest(Parameters<double>{0, 0, 0});
  const double weight = log_uniform(dice, 0.02, 8) * point.gamma;
  const double angle = point.r == 0 ? 0.0 : dice.uniform(-1.5, 1.5);
  state.theta = {weight * std::sin(angle), weight * std::cos(angle), point.delta + weight * dice.uniform(-2.5, 2)};
  const double speed = log_uniform(dice, 1e-3, 3) * point.gamma * dice.one_of({0.0, 1.0});
  const double way = dice.uniform(-3.2, 3.2);
  const double aside = point.r == 0 ? 0.0 : dice.uniform(-1, 1);
  state.momentum = {aside * speed, speed * std::cos(way), speed * std::sin(way)};
  return state;
}

template <Geometry geometry>
double energy_of(const Dynamics<double>& dynamics, double reach, const State<double>& state) {
  return loss<geometry>(state.theta, dynamics.target) + reach / 2 * squared_norm<geometry>(state.momentum);
}

/// Makes an update of a state that has m for its momentum, as the theorems have it, where the loops have M.
template <Geometry geometry>
void advance_averaged(const Dynamics<double>& dynamics, State<double>& state) {
  const double share = dynamics.descent.one_minus_beta;
  state.momentum = test::scaled(state.momentum, 1 / share);
  advance<geometry>(dynamics, state, 0);
  state = with_averaged_momentum(state, share);
}

/// The state of the loops with m for its momentum.
template <class Real>
State<Real> state_of_loops(const Dynamics<Real>& dynamics, State<Real> state) {
  state.momentum = test::scaled(state.momentum, 1 / dynamics.descent.one_minus_beta);
  return state;
}

/// Whether the energy never rises and stays below `limit` over so many updates.
template <Geometry geometry>
bool energy_falls(const Dynamics<double>& dynamics, double limit, State<double> state, int updates) {
  const double reach = dynamics.proof.momentum_reach;
  const double rounding = 1e-13 * limit;
  double energy = energy_of<geometry>(dynamics, reach, state);
  for (int i = 0; i < updates; ++i) {
    advance_averaged<geometry>(dynamics, state);
    const double next = energy_of<geometry>(dynamics, reach, state);
    if (!(next <= energy + rounding && next < limit)) return false;
    energy = next;
  }
  return true;
}

/// Runs on until at rest.
template <Geometry geometry>
Fate fate_in_the_end(const Dynamics<double>& dynamics, State<double> state) {
  state = state_of_loops(dynamics, state);
  for (int i = 0; i < 50'000; ++i) {
    const Parameters<double> gradient = advance<geometry>(dynamics, state, i);
    const bool slow = is_slow<geometry>(dynamics, state);
    if (is_at_rest<geometry>(dynamics, gradient, slow)) {
      return fate_at_rest<geometry>(dynamics, state.theta);
    }
  }
  return Fate::unfinished;
}

Point random_point(Dice& dice, double largest_eta) {
  Point point;
  point.beta = dice.one_of({0.0, 0.5, 0.9, 0.97, 0.999});
  point.eta = log_uniform(dice, 0.01, largest_eta);
  point.gamma = log_uniform(dice, 0.01, 10);
  return point;
}

/// What came of states that met a condition.
struct Trials {
  int met = 0;
  int broken = 0;  ///< an invariant
  int rested = 0;
  int elsewhere = 0;  ///< rested, but not with the fate that was proved
};

template <Geometry geometry>
void try_energy(Dice& dice, const Point& point, Trials& trials) {
  const auto dynamics = certified_dynamics<double>(point, strict_criteria());
  for (int i = 0; i < 60; ++i) {
    const State<double> state = random_state(dice, point);
    if (!proofs<geometry>(dynamics.proof, dynamics.target, state)[Proof::energy]) continue;
    ++trials.met;
    if (!energy_falls<geometry>(dynamics, dynamics.proof.energy, state, 600)) ++trials.broken;
    if (trials.met % 16 != 0) continue;
    const Fate fate = fate_in_the_end<geometry>(dynamics, state);
    if (fate == Fate::unfinished) continue;
    ++trials.rested;
    if (fate != Fate::converged) ++trials.elsewhere;
  }
}

TEST(Theorems, BelowTheEnergyLimitEnergyFallsAndItConverges) {
  Dice dice(10);
  Trials planar;
  Trials general;
  for (int i = 0; i < 150; ++i) {
    Point point = random_point(dice, 1.9);
    point.delta = point.gamma * dice.one_of({0.0, dice.uniform(-1, 2)});
    try_energy<Geometry::planar>(dice, point, planar);
    point.r = point.gamma;
    try_energy<Geometry::general>(dice, point, general);
  }
  for (const Trials& trials : {planar, general}) {
    EXPECT_GT(trials.met, 1000);
    EXPECT_EQ(trials.broken, 0);
    EXPECT_GT(trials.rested, 50);
    EXPECT_EQ(trials.elsewhere, 0);
  }
}

TEST(Theorems, WhereTheEnergyLimitIsNoneEnergyMayRise) {
  // That the test above would see it: the same where eta is too large for any curvature.
  Dice dice(11);
  int met = 0;
  int broken = 0;
  for (int i = 0; i < 1000; ++i) {
    Point point;
    point.eta = dice.uniform(2.0, 6.0);
    point.beta = dice.one_of({0.0, 0.5});
    Dynamics<double> dynamics = make_dynamics<double>(point, strict_criteria());
    dynamics.proof.momentum_reach = point.eta * point.beta / (1 - point.beta);
    // At rest where the weight is small, and curvature large.
    const Direction direction = {dice.uniform(-1, 3), 1.0};
    const State<double> state = at_rest(at(direction, low_stretch(direction, 0.01, 0.0).lo * dice.uniform(1, 2)));
    if (!(energy_of<Geometry::planar>(dynamics, dynamics.proof.momentum_reach, state) < 0.5)) continue;
    ++met;
    if (!energy_falls<Geometry::planar>(dynamics, 0.5, state, 100)) ++broken;
  }
  EXPECT_GT(met, 500);
  EXPECT_GT(broken, 5);
}

/// Whether w stays at `edge` and above, and energy falls, over so many updates.
bool stays_in_corridor(const Dynamics<double>& dynamics, double edge, State<double> state) {
  if (!energy_falls<Geometry::planar>(dynamics, dynamics.proof.corridor_energy, state, 600)) return false;
  for (int i = 0; i < 600; ++i) {
    advance_averaged<Geometry::planar>(dynamics, state);
    if (!(state.theta.w >= edge * (1 - 1e-13))) return false;
  }
  return true;
}

/// A point with a corridor that is not thin.
Point point_with_corridor(Dice& dice) {
  Point point = random_point(dice, 1);
  point.eta = dice.uniform(0.4, 0.75);  // where the toll does not ask for less
  point.beta = dice.uniform(0, 1) < 0.3 ? 0.0 : 1 - point.eta / dice.uniform(point.eta, 1.0);
  return point;
}

TEST(Theorems, InTheCorridorWStaysAndItConverges) {
  Dice dice(12);
  Trials trials;
  int new_to_energy = 0;
  for (int i = 0; i < 150; ++i) {
    const Point point = point_with_corridor(dice);
    const auto dynamics = certified_dynamics<double>(point, strict_criteria());
    for (int j = 0; j < 60; ++j) {
      const State<double> state = random_state(dice, point);
      const auto proved = proofs<Geometry::planar>(dynamics.proof, dynamics.target, state);
      if (!proved[Proof::corridor]) continue;
      ++trials.met;
      if (!proved[Proof::energy]) ++new_to_energy;
      if (!stays_in_corridor(dynamics, dynamics.proof.corridor_weight, state)) ++trials.broken;
      if (trials.met % 16 != 0) continue;
      const Fate fate = fate_in_the_end<Geometry::planar>(dynamics, state);
      if (fate == Fate::unfinished) continue;
      ++trials.rested;
      if (fate != Fate::converged) ++trials.elsewhere;
    }
  }
  EXPECT_GT(trials.met, 1000);
  EXPECT_GT(new_to_energy, 20);
  EXPECT_EQ(trials.broken, 0);
  EXPECT_GT(trials.rested, 50);
  EXPECT_EQ(trials.elsewhere, 0);
}

TEST(Theorems, OutsideTheCorridorWMayLeave) {
  // The same with no bound on what momentum still takes: the test above would see it.
  Dice dice(13);
  int met = 0;
  int broken = 0;
  for (int i = 0; i < 300; ++i) {
    const Point point = point_with_corridor(dice);
    auto dynamics = certified_dynamics<double>(point, strict_criteria());
    if (!(dynamics.proof.corridor_energy > 0)) continue;
    const double edge = dynamics.proof.corridor_weight;
    State<double> state = at_rest(Parameters<double>{0, edge * dice.uniform(1, 2), point.gamma * dice.uniform(-1, 1)});
    const double to_spend = dynamics.proof.corridor_energy - loss<Geometry::planar>(state.theta, dynamics.target);
    if (!(to_spend > 0 && point.beta > 0)) continue;
    state.momentum.w = std::sqrt(1.9 * to_spend / dynamics.proof.momentum_reach);
    ++met;
    if (!stays_in_corridor(dynamics, edge, state)) ++broken;
  }
  EXPECT_GT(met, 100);
  EXPECT_GT(broken, 5);
}

// The toll.

/// U, D0 and D1 of the theorem by fine steps, and the margin that they give: what margin_of_toll() bounds.
double margin_of_toll_seen(double eta, double glide, double x) {
  constexpr int steps = 40'000;
  const double width = (rising_weight - x) / steps;
  const auto [density, distribution] = normal(-2.0);
  const double second = 5 * distribution - 2 * density;
  const auto pull = [&, d = density, p = distribution](double w) {
    return std::min(0.5 * (rising_weight - w), 2 * d + p * (1 - w));
  };
  const auto lost = [&](double w) { return 1 - 0.5 * eta * (1 + edge_curvature / w); };
  double rest_of_way = 0;  // D0 from here on
  for (int i = 0; i < steps; ++i) rest_of_way += lost(x + (i + 0.5) * width) * (i + 0.5) * width * width / glide;
  double depth = 0;
  for (double t = -3; t < 12; t += 1e-3) {
    depth = std::max(depth, x * normal(t).distribution -
                                0.5 * x * x * ((1 + t * t) * normal(t).distribution + t * normal(t).density));
  }
  double momentum = 0;
  double way = 0;  // D1 up to here
  for (int i = 0; i < steps; ++i) {
    const double w = x + i * width;
    const double steep = w * distribution - 0.5 * w * w * second;
    if (steep + way >= depth) return std::max(0.0, 2 * (steep - rest_of_way));
    const double before = momentum;
    // The midpoint rule.
    const auto slope = [&](double at_w, double u) { return 1 + (glide - eta) * pull(at_w) / (u + eta * pull(x)); };
    momentum += width * slope(w + width / 2, momentum + width / 2 * slope(w, momentum));
    way += lost(w + width / 2) * 0.5 * (before + momentum) * width / glide;
    rest_of_way -= lost(w + width / 2) * (i + 0.5) * width * width / glide;
  }
  return 2 * (depth - way);
}

double toll_edge(double eta) {
  return edge_of_toll(0.999 * 2 / eta);
}

TEST(ProofBounds, TheTollsMarginIsWhatTheTheoremAsksForAndLittleMore) {
  Dice dice(27);
  int positive = 0;
  for (int i = 0; i < 200; ++i) {
    const double eta = log_uniform(dice, 0.02, 1);
    const double glide = eta * log_uniform(dice, 1, 1000);
    const double x = toll_edge(eta);
    const double margin = margin_of_toll(eta, glide, x, depth_at(x));
    const double seen = margin_of_toll_seen(eta, glide, x);
    EXPECT_GE(margin, seen - 1e-6) << eta << " " << glide;
    EXPECT_LE(margin, 1.01 * seen + 0.003) << eta << " " << glide;
    if (seen > 0) ++positive;
  }
  EXPECT_GT(positive, 50);
  // As the text has it.
  const double x = toll_edge(0.1);
  EXPECT_EQ(margin_of_toll(0.1, 10, x, depth_at(x)), margin_of_toll(0.1, 5, x, depth_at(x)));
  EXPECT_LT(margin_of_toll(0.1, 10, x, depth_at(x)), 1e-9);
  EXPECT_NEAR(margin_of_toll(0.1, 20, x, depth_at(x)), 0.0090, 1e-3);
  EXPECT_NEAR(margin_of_toll(0.1, 50, x, depth_at(x)), 0.0229, 1e-3);
}

TEST(ProofBounds, TheTollsMarginGrowsWithLearningRateAndGlide) {
  // So that it may be computed for larger ones.
  Dice dice(28);
  for (int i = 0; i < 500; ++i) {
    const double eta = log_uniform(dice, 0.02, 1);
    const double glide = eta * log_uniform(dice, 1, 300);
    const double x = toll_edge(eta);
    const double margin = margin_of_toll(eta, glide, x, depth_at(x));
    const double fewer = eta * dice.uniform(0.9, 1);
    EXPECT_LE(margin_of_toll(fewer, std::max(fewer, glide * dice.uniform(0.9, 1)), x, depth_at(x)), margin + 2e-4);
  }
}

TEST(ProofBounds, TheDepthIsThatOfTheLowestLoss) {
  for (const double x : {0.005, 0.03, 0.1, 0.3, 0.7}) {
    double lowest = 0.5;
    for (double t = -4; t < 14; t += 1e-3) {
      lowest = std::min(lowest, loss<Geometry::planar>(at({t, 1.0}, x), Target<double>{1, 0}));
    }
    EXPECT_GE(depth_at(x), 0.5 - lowest - 1e-15);
    EXPECT_LE(depth_at(x), (0.5 - lowest) * 1.01);
  }
}

TEST(ProofBounds, NearTheToll) {
  // What its proof says of the gradient before a slope of 2, and of the loss beyond it.
  Dice dice(29);
  const auto [density, distribution] = normal(-2.0);
  const double second = 5 * distribution - 2 * density;
  double closest_pull = 1;
  double closest_loss = 1;
  for (int i = 0; i < 100'000; ++i) {
    const double w = log_uniform(dice, 1e-3, rising_weight);
    const double t = dice.uniform(-2, 6);
    const auto gradient = loss_gradient<Geometry::planar>(at({t, 1.0}, w), Target<double>{1, 0});
    const double pull = std::min(0.5 * (rising_weight - w), 2 * density + distribution * (1 - w));
    EXPECT_GE(-gradient.w, pull - 1e-15);
    closest_pull = std::min(closest_pull, -gradient.w - pull);
    const double deep = -2 - log_uniform(dice, 1e-6, 10);
    const double least = 0.5 - w * distribution + 0.5 * w * w * second;
    const double found = loss<Geometry::planar>(at({deep, 1.0}, w), Target<double>{1, 0});
    EXPECT_GE(found, least - 1e-15);
    closest_loss = std::min(closest_loss, found - least);
  }
  EXPECT_LT(closest_pull, 1e-3);
  EXPECT_LT(closest_loss, 1e-6);
}

/// Points where the toll asks for most, those of the paper among them.
Point point_with_toll(Dice& dice) {
  Point point = random_point(dice, 0.5);
  point.beta = dice.one_of({0.5, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998});
  return point;
}

/// A state that is likely to get past x if any does: it has nearly all the energy that the condition leaves it, most of it
/// in momentum towards smaller w, at the weight where the gradient begins to brake, or where momentum would just leave it.
State<double> state_before_the_toll(Dice& dice, const Point& point, double reach, double edge, double energy) {
  const double gamma = point.gamma;
  State<double> state = at_rest(Parameters<double>{0, 0, 0});
  const double t = dice.uniform(-3, 5);
  const double w =
      gamma * dice.one_of({rising_weight, rising_weight, dice.uniform(0.1, 3)}) * (1 + 1e-3 * dice.uniform(0, 1));
  state.theta = {0, std::max(w, edge * 1.001), w * t};
  const double to_spend = energy - loss<Geometry::planar>(state.theta, Target<double>{gamma, 0});
  if (!(to_spend > 0 && reach > 0)) return state;
  const double speed = std::sqrt(2 * to_spend * dice.one_of({0.9999, dice.uniform(0, 1)}) / reach);
  const double way = dice.one_of({0.0, dice.uniform(-0.6, 0.6), dice.uniform(-1.6, 1.6)});
  state.momentum = {0, speed * std::cos(way), speed * std::sin(way)};
  if (state.theta.w < rising_weight * gamma) {
    state.momentum.w = std::min(state.momentum.w, (state.theta.w - edge) / reach * (1 - 1e-9));
  }
  return state;
}

/// Whether w stays at `edge` and above, and energy falls, over so many updates.
bool pays_no_toll(const Dynamics<double>& dynamics, double limit, State<double> state, int updates) {
  if (!energy_falls<Geometry::planar>(dynamics, limit, state, updates)) return false;
  for (int i = 0; i < updates; ++i) {
    advance_averaged<Geometry::planar>(dynamics, state);
    if (!(state.theta.w >= dynamics.proof.toll_weight * (1 - 1e-4))) return false;
  }
  return true;
}

/// Tries states with energies up to `more` gamma^2 above the toll's, and asks for no more than its weights then.
Trials try_toll(std::uint64_t seed, int points, double more) {
  Dice dice(seed);
  Trials trials;
  for (int i = 0; i < points; ++i) {
    const Point point = point_with_toll(dice);
    auto dynamics = certified_dynamics<double>(point, strict_criteria());
    ProofConditions<double>& conditions = dynamics.proof;
    if (!(conditions.toll_energy > 0)) continue;
    conditions.toll_energy += more * point.gamma * point.gamma;
    for (int j = 0; j < 40; ++j) {
      const State<double> state =
          state_before_the_toll(dice, point, conditions.momentum_reach, conditions.toll_weight, conditions.toll_energy);
      if (!proofs<Geometry::planar>(conditions, dynamics.target, state)[Proof::toll]) continue;
      ++trials.met;
      if (!pays_no_toll(dynamics, conditions.toll_energy, state, 400)) ++trials.broken;
      if (trials.met % 16 != 0) continue;
      const Fate fate = fate_in_the_end<Geometry::planar>(dynamics, state);
      if (fate == Fate::unfinished) continue;
      ++trials.rested;
      if (fate != Fate::converged) ++trials.elsewhere;
    }
  }
  return trials;
}

TEST(Theorems, WhatCannotPayTheTollStaysAndConverges) {
  const Trials trials = try_toll(30, 600, 0);
  EXPECT_GT(trials.met, 5000);
  EXPECT_EQ(trials.broken, 0);
  EXPECT_GT(trials.rested, 50);
  EXPECT_EQ(trials.elsewhere, 0);
}

TEST(Theorems, WhatCanPayTheTollMayLeave) {
  // A little more energy, and the test above would see it.
  EXPECT_GT(try_toll(31, 200, 0.05).broken, 20);
}

TEST(Theorems, MomentumThatLeadsPastTheEdgePaysNoToll) {
  // Nor is it enough to be to the right of the edge.
  Dice dice(32);
  int met = 0;
  int broken = 0;
  for (int i = 0; i < 600; ++i) {
    const Point point = point_with_toll(dice);
    auto dynamics = certified_dynamics<double>(point, strict_criteria());
    const ProofConditions<double>& conditions = dynamics.proof;
    if (!(conditions.toll_energy > 0)) continue;
    const double w = dice.uniform(1, 2) * conditions.toll_weight;
    State<double> state = at_rest(Parameters<double>{0, w, w * dice.uniform(-1, 3)});
    const double to_spend = conditions.toll_energy - loss<Geometry::planar>(state.theta, dynamics.target);
    if (!(to_spend > 0 && point.beta > 0)) continue;
    state.momentum.w = std::sqrt(1.9 * to_spend / conditions.momentum_reach);
    if (w - conditions.momentum_reach * state.momentum.w >= conditions.toll_weight) continue;
    ++met;
    EXPECT_FALSE(proofs<Geometry::planar>(conditions, dynamics.target, state)[Proof::toll]);
    if (!pays_no_toll(dynamics, conditions.toll_energy, state, 400)) ++broken;
  }
  EXPECT_GT(met, 100);
  EXPECT_GT(broken, 5);
}

TEST(RoundedMomentum, WhatCannotPayTheTollStays) {
  // In float, beta and 1 - beta rounded apart among them.
  Dice dice(33);
  int met = 0;
  for (int i = 0; i < 300; ++i) {
    Point point = random_point(dice, 0.3);
    point.beta = dice.one_of({0.9, 0.99, 0.998, 0.999, 0.9999});
    const auto exact = certified_dynamics<double>(point, strict_criteria());
    const auto dynamics = certified_dynamics<float>(point, strict_criteria());
    const ProofConditions<float>& conditions = dynamics.proof;
    if (!(conditions.toll_energy > 0)) continue;
    for (int j = 0; j < 40; ++j) {
      const State<double> found = state_before_the_toll(dice, point, exact.proof.momentum_reach,
                                                        double{conditions.toll_weight}, double{conditions.toll_energy});
      State<float> state =
          at_rest(Parameters<float>{0, static_cast<float>(found.theta.w), static_cast<float>(found.theta.b)});
      state.momentum = {0, static_cast<float>(found.momentum.w), static_cast<float>(found.momentum.b)};
      if (!proofs<Geometry::planar>(conditions, dynamics.target, state)[Proof::toll]) continue;
      ++met;
      state = state_of_loops(dynamics, state);
      for (int k = 0; k < 600; ++k) {
        advance<Geometry::planar>(dynamics, state, k);
        ASSERT_GE(state.theta.w, 0.999F * conditions.toll_weight) << point.beta << " " << point.eta;
      }
    }
  }
  EXPECT_GT(met, 1000);
}

/// A state in the quarter of the trap.
State<double> state_by_the_trap(Dice& dice, const Point& point) {
  State<double> state = at_rest(Parameters<double>{0, 0, 0});
  state.theta.w = -log_uniform(dice, 1e-3, 30) * point.gamma;
  state.theta.b = state.theta.w * log_uniform(dice, 1, 20);
  const double reach = std::max(point.eta * point.beta / (1 - point.beta), 1e-3);
  state.momentum.w = state.theta.w / reach * dice.uniform(-0.6, 1);
  state.momentum.b = state.theta.b / reach * dice.uniform(-1, 1);
  return state;
}

/// Whether w stays below zero, b below -C, and b/|w| below -C/S: the theorem.
bool stays_in_trap(const Dynamics<double>& dynamics, State<double> state, int updates) {
  const double reach = dynamics.proof.momentum_reach;
  const double least_c = -state.theta.b - reach * std::max(0.0, -state.momentum.b);
  const double most_s = -state.theta.w + reach * std::max(0.0, state.momentum.w);
  const double slope = least_c / most_s * (1 - 1e-12);
  for (int i = 0; i < updates; ++i) {
    advance_averaged<Geometry::planar>(dynamics, state);
    const auto& [r, w, b] = state.theta;
    if (!(w < 0 && b <= -least_c * (1 - 1e-12) && b <= slope * w)) return false;
    if (!(active_probability<Geometry::planar>(state.theta) < dynamics.epsilon)) return false;
  }
  return true;
}

/// Tries states under the condition, changed by change(conditions).
template <class Change>
Trials try_trap(std::uint64_t seed, int points, Change change) {
  Dice dice(seed);
  Trials trials;
  for (int i = 0; i < points; ++i) {
    const Point point = random_point(dice, 10);
    Criteria criteria = strict_criteria();
    criteria.epsilon = dice.one_of({0.01, 0.05, 1e-4});
    auto dynamics = certified_dynamics<double>(point, criteria);
    change(dynamics.proof);
    for (int j = 0; j < 40; ++j) {
      const State<double> state = state_by_the_trap(dice, point);
      if (!proofs<Geometry::planar>(dynamics.proof, dynamics.target, state)[Proof::trap]) continue;
      ++trials.met;
      if (!stays_in_trap(dynamics, state, 800)) ++trials.broken;
    }
  }
  return trials;
}

TEST(Theorems, InTheTrapItIsDeadForEver) {
  const Trials trials = try_trap(14, 500, [](const ProofConditions<double>&) {});
  EXPECT_GT(trials.met, 1000);
  EXPECT_EQ(trials.broken, 0);
}

TEST(Theorems, OutsideTheTrapItMayComeBack) {
  // A bias less deep, or a slope less steep, and the test above would see it.
  const Trials shallow = try_trap(15, 60, [](ProofConditions<double>& conditions) {
    for (double& bias : conditions.trap_bias) bias = 0;
  });
  EXPECT_GT(shallow.broken, 5);
  const Trials flat = try_trap(16, 60, [](ProofConditions<double>& conditions) {
    for (double& slope : conditions.trap_slope) slope *= 0.5;
  });
  EXPECT_GT(flat.broken, 5);
}

// Momentum so near to 1 that float rounds beta and 1 - beta to numbers of different systems.

/// Such a point, and the epsilon at which the trap would let most out if it took K for eta beta/(1 - beta).
struct RoundedMomentum {
  double beta;
  double eta;
  double epsilon;
  int states;  ///< to try: few where they take long to rest
};
constexpr RoundedMomentum rounded_momenta[] = {{.99994987, .001, 1e-6, 200},
                                               {.999991864, .1, 1e-10, 5},
                                               {.999, .1, .01, 0},
                                               {.9999, .1, 1e-10, 0},
                                               {.9999998, .1, .01, 0}};

/// A state that is hardly in the trap: it has most of its way to go on momentum.
State<float> state_on_its_way_to_the_trap(Dice& dice, const ProofConditions<float>& conditions) {
  const double reach = conditions.momentum_reach;
  const auto i = static_cast<std::size_t>(dice.uniform(0, trap_thresholds));
  const double most_s = log_uniform(dice, 1e-3, 30);
  const double least_c = std::max(double{conditions.trap_bias[i]}, double{conditions.trap_slope[i]} * most_s) *
                         (1 + log_uniform(dice, 1e-5, 1e-2));
  const double s = most_s * dice.one_of({1.0, dice.uniform(0, 1)});
  const double c = least_c * log_uniform(dice, 1, 1e4);
  State<float> state = at_rest(Parameters<float>{0, static_cast<float>(-s), static_cast<float>(-c)});
  state.momentum.w = static_cast<float>((most_s - s) / reach);
  state.momentum.b = static_cast<float>((least_c - c) / reach);
  return state;
}

/// Whether a trajectory of the loops that is at `state` is dead where it comes to rest; true where it does not.
bool rests_dead(const Dynamics<float>& dynamics, State<float> state) {
  state = state_of_loops(dynamics, state);
  bool was_at_rest = false;
  for (int i = 0; i < 3'000'000; ++i) {
    const Parameters<float> gradient = advance<Geometry::planar>(dynamics, state, i);
    const bool slow = is_slow<Geometry::planar>(dynamics, state);
    const bool now_at_rest = is_at_rest<Geometry::planar>(dynamics, gradient, slow);
    if (now_at_rest && was_at_rest) return fate_at_rest<Geometry::planar>(dynamics, state.theta) == Fate::dead;
    was_at_rest = now_at_rest;
  }
  return true;
}

TEST(RoundedMomentum, InTheTrapItIsDeadForEver) {
  Dice dice(24);
  int met = 0;
  for (const auto& [beta, eta, epsilon, states] : rounded_momenta) {
    Point point;
    point.beta = beta;
    point.eta = eta;
    Criteria criteria;
    criteria.epsilon = epsilon;
    criteria.stop = StopRule::update;
    const auto dynamics = certified_dynamics<float>(point, criteria);
    for (int i = 0; i < states; ++i) {
      const State<float> state = state_on_its_way_to_the_trap(dice, dynamics.proof);
      if (!is_trapped(dynamics.proof, state)) continue;
      ++met;
      EXPECT_TRUE(rests_dead(dynamics, state)) << beta << ", theta " << state.theta.w << " " << state.theta.b
                                               << ", momentum " << state.momentum.w << " " << state.momentum.b;
    }
  }
  EXPECT_GT(met, 100);
}

TEST(RoundedMomentum, IsWhatTheConstantsAreOf) {
  for (const auto& [beta, eta, epsilon, states] : rounded_momenta) {
    EXPECT_FALSE(margins_hold_rounded_momentum(beta, Precision::float32)) << beta;
    EXPECT_TRUE(margins_hold_rounded_momentum(beta, Precision::float64)) << beta;
    Point point;
    point.beta = beta;
    point.eta = eta;
    Criteria criteria;
    criteria.epsilon = epsilon;
    criteria.stop = StopRule::update;
    const auto conditions = proof_bounds(point, criteria, Precision::float32);
    const auto descent = rounded_descent<float>(beta, eta);
    const double friction = 1.0 - double{descent.beta};
    const double reach = -double{descent.minus_step} / double{descent.one_minus_beta} * double{descent.beta};
    EXPECT_GE(conditions.momentum_reach, reach / friction);
    EXPECT_GE(conditions.momentum_reach, reach / double{descent.one_minus_beta});
    if (conditions.energy < 0) continue;
    // The lemma of energy: 1/eta > Lambda/2 for the eta of the exact descent.
    const double limit = 2 * friction / -double{descent.minus_step};
    const double margin = 1 - 2 * conditions.energy;
    EXPECT_GE(margin, least_margin(limit, edge_of_dead_cone(epsilon).hi, {Geometry::planar, 0.0})) << beta;
  }
}

TEST(RoundedMomentum, IsHeldByTheMarginsUpToWhereItIsOrdinary) {
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(margins_hold_rounded_momentum(0.995 * i / 1e5, Precision::float32));
  for (const double beta : {0.99, 0.995, 0.997, 1 - 0x1p-20}) {
    EXPECT_TRUE(margins_hold_rounded_momentum(beta, Precision::float32));
    Point point;
    point.beta = beta;
    EXPECT_EQ(conditions_of(point, {}).momentum_reach, point.eta * beta / (1 - beta));
  }
}

struct Scenario {
  Point point;
  Criteria criteria;
  double w = 0;
  double b = 0;
};

/// A point and criteria with which units come to rest on their way through the dead cone.
Scenario creeping_scenario(Dice& dice) {
  Scenario scenario;
  scenario.point = random_point(dice, 30);
  scenario.criteria.certify = true;
  scenario.criteria.relative_tolerance = true;
  scenario.criteria.tolerance = log_uniform(dice, 1e-4, 0.06);
  scenario.criteria.epsilon = dice.one_of({0.01, 0.01, 0.09, 0.3, 1e-4});
  return scenario;
}

/// The gradient and momentum at which it may come to rest, as the theorem takes it.
double creeping_rest(const Scenario& scenario) {
  return 0.99 * absolute_tolerance(scenario.point, scenario.criteria) / scenario.point.eta;
}

/// A state above the turn in the dead cone, some of them just there; momentum is up to the lag times the gradient.
State<double> creeping_state(Dice& dice, const Point& point, const ProofConditions<double>& conditions, int lag) {
  const double slope =
      dice.one_of({conditions.creep_slope[lag], conditions.creep_turn[lag]}) + log_uniform(dice, 1e-6, 1.5);
  const double turn = static_cast<double>(turn_at(slope).weight);
  const double w = dice.one_of({turn, std::max(turn, conditions.creep_bias[lag] / slope / point.gamma)}) *
                   (1 + log_uniform(dice, 1e-6, 2));
  State<double> state = at_rest(Parameters<double>{0, point.gamma * w, -point.gamma * slope * w});
  const auto gradient = loss_gradient<Geometry::planar>(state.theta, Target<double>{point.gamma, 0});
  const double most = creep_lag(lag) - 0.006;
  const double speed = norm_of(gradient) * dice.one_of({0.0, most, dice.uniform(0, most)});
  const double way = dice.one_of({0.0, dice.uniform(0, 1.5707), 1.5707});
  state.momentum = {0, speed * std::cos(way), speed * std::sin(way)};
  return state;
}

/// The conditions with that lag alone.
ProofConditions<double> only_lag(int lag, ProofConditions<double> conditions) {
  for (int i = 0; i < creep_lags; ++i) {
    if (i != lag) conditions.creep_slope[i] = conditions.creep_bias[i] = conditions.creep_turn[i] = HUGE_VAL;
  }
  return conditions;
}

/// Whether a state that has not come to the resting gradient over the lag creeps: dL/dw > 0, momentum after the gradient.
bool keeps_creeping(const ProofConditions<double>& conditions, int lag, const Parameters<double>& gradient,
                    const State<double>& state) {
  const auto& [theta, momentum, anchor, shift] = state;
  return theta.w > 0 && gradient.w > 0 && momentum.w >= 0 &&
         norm_of(momentum) <= creep_lag(lag) * norm_of(gradient) * (1 + 1e-12) &&
         -theta.b >= conditions.creep_slope[lag] * theta.w * (1 - 1e-12);
}

/// Follows a state that creeps to its rest, and counts what is not as the proof has it.
void follow_creep(const Dynamics<double>& dynamics, int lag, double rest, State<double> state, Trials& trials) {
  constexpr int updates_at_most = 3'000'000;
  const ProofConditions<double>& conditions = dynamics.proof;
  const double least_slope = std::min(conditions.creep_slope[lag], conditions.creep_turn[lag] - 0.08);
  int slow_from = updates_at_most;  // the update at whose start the gradient is that over the lag, or less
  int in_a_row = 0;
  bool as_proved = true;
  state = state_of_loops(dynamics, state);
  for (int i = 0; i < updates_at_most && in_a_row < 2; ++i) {
    if (slow_from == updates_at_most) {
      const auto here = loss_gradient<Geometry::planar>(state.theta, dynamics.target);
      as_proved = as_proved &&
                  keeps_creeping(conditions, lag, here, with_averaged_momentum(state, dynamics.descent.one_minus_beta));
      if (norm_of(here) <= rest / creep_lag(lag)) {
        slow_from = i;
        as_proved = as_proved && -state.theta.b >= (conditions.creep_turn[lag] - 1e-9) * state.theta.w;
      }
    }
    const auto gradient = advance<Geometry::planar>(dynamics, state, i);
    const bool slow = is_slow<Geometry::planar>(dynamics, state);
    in_a_row = is_at_rest<Geometry::planar>(dynamics, gradient, slow) ? in_a_row + 1 : 0;
    if (in_a_row == 2) as_proved = as_proved && i - slow_from <= 1;
  }
  if (!(as_proved && -state.theta.b >= least_slope * state.theta.w)) ++trials.broken;
  if (in_a_row < 2) return;
  ++trials.rested;
  if (fate_at_rest<Geometry::planar>(dynamics, state.theta) != Fate::dead) ++trials.elsewhere;
}

/// Tries states under the condition, changed by change(conditions), with momentum multiplied by `haste` afterwards.
template <class Change>
Trials try_creep(std::uint64_t seed, int points, double haste, Change change) {
  Dice dice(seed);
  Trials trials;
  for (int i = 0; i < points; ++i) {
    const int lag = i % creep_lags;
    const Scenario scenario = creeping_scenario(dice);
    auto dynamics = certified_dynamics<double>(scenario.point, scenario.criteria);
    if (dynamics.proof.creep_turn[lag] > 1e3) continue;
    change(dynamics.proof);
    dynamics.proof = only_lag(lag, dynamics.proof);
    for (int j = 0; j < 12; ++j) {
      State<double> state = creeping_state(dice, scenario.point, dynamics.proof, lag);
      if (!proofs<Geometry::planar>(dynamics.proof, dynamics.target, state)[Proof::creep]) continue;
      ++trials.met;
      for (double Parameters<double>::*coordinate : {&Parameters<double>::w, &Parameters<double>::b}) {
        state.momentum.*coordinate *= haste;
      }
      dynamics.stop = j % 2 == 0 ? StopRule::stationary : StopRule::update;
      follow_creep(dynamics, lag, creeping_rest(scenario), state, trials);
    }
  }
  return trials;
}

TEST(Theorems, WhatCreepsComesToRestInTheDeadCone) {
  const Trials trials = try_creep(17, 1000, 1.0, [](const ProofConditions<double>&) {});
  EXPECT_GT(trials.met, 3000);
  EXPECT_EQ(trials.broken, 0);
  EXPECT_EQ(trials.rested, trials.met);
  EXPECT_EQ(trials.elsewhere, 0);
}

TEST(Theorems, WhatDoesNotCreepMayComeBack) {
  // A turn less deep, a bias less deep, or momentum ahead of the gradient, and the test above would see it.
  const Trials early = try_creep(18, 100, 1.0, [](ProofConditions<double>& conditions) {
    std::copy_n(conditions.creep_slope, creep_lags, conditions.creep_turn);
  });
  EXPECT_GT(early.broken, 5);
  EXPECT_GT(early.elsewhere, 5);
  const Trials shallow = try_creep(
      19, 200, 1.0, [](ProofConditions<double>& conditions) { std::fill_n(conditions.creep_bias, creep_lags, 0.0); });
  EXPECT_GT(shallow.broken, 5);
  EXPECT_GT(shallow.elsewhere, 5);
  const Trials hasty = try_creep(20, 60, 100.0, [](const ProofConditions<double>&) {});
  EXPECT_GT(hasty.broken, 5);
}

TEST(Theorems, TheCreepsConstantsAreWhatTheyAreFor) {
  constexpr double change[creep_lags] = {0.2, 0.08};
  Dice dice(21);
  int have = 0;
  int sharp = 0;
  for (int i = 0; i < 2000; ++i) {
    const int index = i % creep_lags;
    const double lag = creep_lag(index);
    const Scenario scenario = creeping_scenario(dice);
    const auto& [point, criteria, w, b] = scenario;
    const auto conditions = proof_bounds(point, criteria, Precision::float64);
    const double slope = conditions.creep_slope[index];
    const double turn = conditions.creep_turn[index];
    if (turn > 1e3) continue;
    ++have;
    const double rest = creeping_rest(scenario) / point.gamma;
    const double follows =
        std::min(change[index], (1 - point.beta) * (lag - 1) / lag) / (point.beta * lag + 1 - point.beta);
    EXPECT_LT(normal(-slope).distribution, criteria.epsilon);
    EXPECT_LT(normal(0.08 - turn).distribution, criteria.epsilon);
    EXPECT_GE(slope, 1.3);
    EXPECT_GE(turn, slope + 0.04);
    EXPECT_LE(point.eta * creep_curvature(slope), follows);
    EXPECT_LE(point.eta * rest, 0.0625);
    // Where dL/dw changes its sign, the gradient is small; and dL/db, where negative, is outweighed before.
    const double small = (1 - change[index]) / lag * rest;
    const auto gradient_at_turn = [](double at_slope) {
      const auto [density, distribution] = normal(-at_slope);
      const double at_w = 1 + at_slope * density / distribution;
      return norm_of(
          loss_gradient<Geometry::planar>(Parameters<double>{0, at_w, -at_slope * at_w}, Target<double>{1, 0}));
    };
    for (const double deeper : {0.0, 0.01, 0.1, 1.0}) EXPECT_LE(gradient_at_turn(turn + deeper), small);
    EXPECT_GE(turn * std::sqrt(rest * rest / (lag * lag) - small * small), small);
    // No more than asked for.
    if (slope > 1.31 && normal(0.01 - slope).distribution < criteria.epsilon) {
      EXPECT_GT(point.eta * creep_curvature(slope - 0.01), follows);
    }
    if (turn > slope + 0.07 && turn > 2.7 && normal(0.12 - turn).distribution < criteria.epsilon) {
      ++sharp;
      EXPECT_GT(gradient_at_turn(turn - 0.02), small);
    }
    // At that bias and any slope before the turn it is not slow yet, and above the turn.
    for (int j = 0; j <= 20; ++j) {
      const double at_slope = slope + (turn - slope) * j / 20;
      const double c = conditions.creep_bias[index] / point.gamma * (j % 2 == 0 ? 1 : dice.uniform(1, 5));
      const auto gradient =
          loss_gradient<Geometry::planar>(Parameters<double>{0, c / at_slope, -c}, Target<double>{1, 0});
      EXPECT_GT(gradient.b, 0.0);
      EXPECT_GE(gradient.w, rest / lag * (1 - 1e-9));
    }
  }
  EXPECT_GT(have, 1000);
  EXPECT_GT(sharp, 100);
}

TEST(Theorems, LittleMomentumCreepsFromFartherUp) {
  Point point;
  point.beta = 0.99;
  point.gamma = 0.1;
  const ProofConditions<double> conditions = conditions_of(point, {});
  EXPECT_LT(conditions.creep_bias[1], 0.9 * conditions.creep_bias[0]);
  EXPECT_GT(conditions.creep_slope[1], conditions.creep_slope[0]);
}

// ---------------------------------------------------------------------------------------------------------------------
// Certified trajectories beside exhaustive ones.

Scenario random_scenario(Dice& dice) {
  Scenario scenario;
  Point& point = scenario.point;
  point.beta = dice.one_of({0.0, 0.5, 0.9, 0.97});
  point.eta = dice.one_of({log_uniform(dice, 0.03, 2.5), log_uniform(dice, 0.03, 2.5), dice.uniform(0.4, 0.75)});
  point.gamma = log_uniform(dice, 0.05, 3);
  point.delta = point.gamma * dice.one_of({0.0, 0.0, dice.uniform(-1, 1)});
  point.r = dice.one_of({0.0, 0.0, dice.uniform(-1, 1)});
  Criteria& criteria = scenario.criteria;
  criteria.stop = dice.one_of({StopRule::stationary, StopRule::update});
  criteria.tolerance = dice.one_of({1e-2, 1e-4, 1e-5});
  criteria.epsilon = dice.one_of({0.01, 0.01, 0.2, 1e-3});
  criteria.rho = dice.one_of({0.01, 0.01, 0.1});
  criteria.max_updates = 10'000;
  scenario.w = dice.uniform(-2, 2);
  scenario.b = dice.uniform(-2, 2);
  return scenario;
}

template <class Real>
Parameters<Real> start_of(const Scenario& scenario) {
  return {static_cast<Real>(scenario.point.r), static_cast<Real>(scenario.w), static_cast<Real>(scenario.b)};
}

template <class Real>
Outcome<Real> outcome_of(Scenario scenario, bool certify) {
  scenario.criteria.certify = certify;
  return run(dynamics_of<Real>(scenario.point, scenario.criteria), start_of<Real>(scenario), scenario.point.geometry(),
             certify);
}

/// Where the exhaustive trajectory is after so many updates.
template <class Real>
Parameters<Real> theta_after(const Scenario& scenario, std::int32_t updates) {
  Parameters<Real> theta = start_of<Real>(scenario);
  const auto dynamics = make_dynamics<Real>(scenario.point, scenario.criteria);
  const auto observe = [&](std::int32_t made, const State<Real>& state) {
    if (made <= updates) theta = state.theta;
  };
  with_variant({scenario.point.geometry(), false}, [&]<Geometry g, bool certify>() {
    return trajectory<g, certify>(dynamics, start_of<Real>(scenario), observe);
  });
  return theta;
}

template <class Real>
class CertifiedTest : public ::testing::Test {};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(CertifiedTest, Reals);

/// How many trajectories ended with each proof, and how many of those that had one could be compared.
struct Comparison {
  std::array<int, proof_count> seen = {};
  int compared = 0;

  int with(Proof proof) const { return seen.at(static_cast<std::size_t>(proof)); }
};

/// Expects of a certified trajectory what docs/proofs.md says of the exhaustive one.
template <class Real>
void compare(const Scenario& scenario, Comparison& comparison) {
  const Outcome<Real> certified = outcome_of<Real>(scenario, true);
  const Outcome<Real> exhaustive = outcome_of<Real>(scenario, false);
  ++comparison.seen.at(static_cast<std::size_t>(certified.proof));
  EXPECT_EQ(exhaustive.proof, Proof::none);
  if (certified.proof == Proof::none) {
    EXPECT_EQ(certified.fate, exhaustive.fate);
    EXPECT_EQ(certified.updates, exhaustive.updates);
    EXPECT_TRUE(same_bits(certified.theta, exhaustive.theta));
    return;
  }
  EXPECT_EQ(certified.fate, fate_of(certified.proof));
  EXPECT_EQ(certified.updates % updates_between_proofs, 0);
  EXPECT_LE(certified.updates, exhaustive.updates);
  EXPECT_TRUE(same_bits(certified.theta, theta_after<Real>(scenario, certified.updates)));
  if (exhaustive.fate != Fate::converged && exhaustive.fate != Fate::dead) return;
  ++comparison.compared;
  EXPECT_EQ(certified.fate, exhaustive.fate)
      << "proof " << name_of(certified.proof) << " at beta " << scenario.point.beta << ", gamma "
      << scenario.point.gamma << ", eta " << scenario.point.eta << ", delta " << scenario.point.delta << ", start "
      << scenario.point.r << " " << scenario.w << " " << scenario.b;
}

TYPED_TEST(CertifiedTest, EndsAsTheExhaustiveTrajectoryDoes) {
  Dice dice(20);
  Comparison comparison;
  for (int i = 0; i < 3000; ++i) compare<TypeParam>(random_scenario(dice), comparison);
  for (const Proof proof : {Proof::none, Proof::energy, Proof::trap, Proof::toll}) {
    EXPECT_GT(comparison.with(proof), 30);
  }
  EXPECT_GT(comparison.with(Proof::corridor), 5);
  EXPECT_GT(comparison.compared, 1000);
}

TYPED_TEST(CertifiedTest, EndsAsTheExhaustiveTrajectoryDoesAlongTheEdgeOfTheDeadCone) {
  // Small targets and w > 0: where units come to rest in the dead cone or barely do not.
  Dice dice(22);
  Comparison comparison;
  for (int i = 0; i < 1000; ++i) {
    Scenario scenario = random_scenario(dice);
    scenario.point.gamma = log_uniform(dice, 0.003, 0.2);
    scenario.point.delta = scenario.point.r = 0;
    scenario.criteria.tolerance = dice.one_of({1e-4, 1e-5, 1e-6});
    scenario.w = log_uniform(dice, 0.05, 2);
    scenario.b = scenario.w * dice.uniform(-4, -0.5);
    compare<TypeParam>(scenario, comparison);
  }
  EXPECT_GT(comparison.with(Proof::creep), 50);
  EXPECT_GT(comparison.compared, 150);
}

TYPED_TEST(CertifiedTest, EndsAsTheExhaustiveTrajectoryDoesWhereItCreepsFromTheStart) {
  Dice dice(23);
  int compared = 0;
  for (int i = 0; i < 1000; ++i) {
    Scenario scenario = creeping_scenario(dice);
    scenario.criteria.stop = dice.one_of({StopRule::stationary, StopRule::update});
    scenario.criteria.max_updates = 3'000'000;
    const auto conditions = proof_bounds(scenario.point, scenario.criteria, Precision::float64);
    const int lag = i % creep_lags;
    if (conditions.creep_turn[lag] > 1e3) continue;
    const State<double> state = creeping_state(dice, scenario.point, conditions, lag);
    scenario.w = state.theta.w;
    scenario.b = state.theta.b;
    const auto certified = outcome_of<TypeParam>(scenario, true);
    if (certified.proof != Proof::creep || certified.updates > 0) continue;
    ++compared;
    EXPECT_EQ(outcome_of<TypeParam>(scenario, false).fate, Fate::dead);
  }
  EXPECT_GT(compared, 300);
}

TYPED_TEST(CertifiedTest, ScalesWithStartAndTarget) {
  Dice dice(21);
  int proved = 0;
  for (int i = 0; i < 400; ++i) {
    Scenario scenario = random_scenario(dice);
    scenario.criteria.relative_tolerance = true;
    const Outcome<TypeParam> original = outcome_of<TypeParam>(scenario, true);
    if (original.proof == Proof::none) continue;
    ++proved;
    Point& point = scenario.point;
    for (double* length : {&point.gamma, &point.delta, &point.r, &scenario.w, &scenario.b}) *length *= 8;
    const Outcome<TypeParam> zoomed = outcome_of<TypeParam>(scenario, true);
    EXPECT_EQ(zoomed.proof, original.proof);
    EXPECT_EQ(zoomed.updates, original.updates);
    EXPECT_TRUE(same_bits(zoomed.theta, scaled(original.theta, TypeParam(8))));
  }
  EXPECT_GT(proved, 200);
}

// Maps of which nothing can be proved.

bool has_trap(const ProofConditions<double>& conditions) {
  Point far;
  State<double> state = at_rest(Parameters<double>{0, -1e3 * far.gamma, -1e6 * far.gamma});
  return proofs<Geometry::planar>(conditions, Target<double>{far.gamma, 0}, state)[Proof::trap];
}

TEST(ProofConditions, HaveAllTheoremsAtTheDefaults) {
  Point point;
  const ProofConditions<double> conditions = conditions_of(point, {});
  EXPECT_TRUE(proves_anything(conditions));
  EXPECT_GT(conditions.energy, 0.9 * 0.5);
  EXPECT_LT(conditions.energy, 0.5);
  EXPECT_TRUE(has_trap(conditions));
  EXPECT_GT(conditions.toll_energy, conditions.energy);
  EXPECT_LT(conditions.corridor_energy, 0.0) << "the toll asks for less";
  point.beta = 0;
  point.eta = 0.5;
  const ProofConditions<double> both = conditions_of(point, {});
  EXPECT_GT(both.corridor_energy, both.toll_energy);
  EXPECT_GT(both.toll_energy, both.energy);
  EXPECT_GT(both.corridor_weight, both.toll_weight);
}

TEST(ProofConditions, HaveNoEnergyWhereTheLearningRateIsTwoOrMore) {
  for (const double eta : {2.0, 3.0, 100.0}) {
    for (const double delta : {0.0, 0.5}) {
      for (const double r : {0.0, 0.5}) {
        Point point;
        point.eta = eta;
        point.beta = 0;
        point.delta = delta;
        point.r = r;
        EXPECT_LT(conditions_of(point, {}).energy, 0.0);
        EXPECT_LT(conditions_of(point, {}).corridor_energy, 0.0);
        EXPECT_LT(conditions_of(point, {}).toll_energy, 0.0);
      }
    }
  }
}

TEST(ProofConditions, HaveNoneWhereHalfOfTheUnitsCountAsDead) {
  for (const double epsilon : {0.5, 0.9, 0x1p-1 * (1 - 0x1p-30)}) {
    Criteria criteria;
    criteria.epsilon = epsilon;
    EXPECT_FALSE(proves_anything(conditions_of({}, criteria)));
  }
}

TEST(ProofConditions, HaveNoneBelowWhatPhiIsKnownFor) {
  Criteria criteria;
  criteria.epsilon = 1e-140;
  EXPECT_FALSE(proves_anything(proof_bounds({}, criteria, Precision::float64)));
}

/// A point at which units creep, and come to rest, in float too: at gradients of gamma/100.
Point point_of_creep() {
  Point point;
  point.gamma = 1e-3;
  return point;
}

bool has_creep(const ProofConditions<double>& conditions) {
  return conditions.creep_turn[0] < 8.0;
}

TEST(ProofConditions, HaveNoDeadUnitsWhereAllThatIsNearCountsAsConverged) {
  Criteria criteria;
  EXPECT_TRUE(has_creep(conditions_of(point_of_creep(), criteria)));
  criteria.rho = 1;
  EXPECT_GT(conditions_of({}, criteria).energy, 0.0);
  EXPECT_FALSE(has_trap(conditions_of({}, criteria)));
  EXPECT_FALSE(has_creep(conditions_of(point_of_creep(), criteria)));
  criteria.rho = 1 - 1e-8;  // the square of which is 1 in float
  EXPECT_FALSE(has_trap(conditions_of({}, criteria)));
  EXPECT_FALSE(has_creep(conditions_of(point_of_creep(), criteria)));
  EXPECT_TRUE(has_trap(proof_bounds({}, criteria, Precision::float64)));
}

TEST(ProofConditions, AreOfThePlaneWithoutDeltaForAllButEnergy) {
  Point point = point_of_creep();
  point.delta = 0.1 * point.gamma;
  EXPECT_LT(conditions_of(point, {}).corridor_energy, 0.0);
  EXPECT_LT(conditions_of(point, {}).toll_energy, 0.0);
  EXPECT_FALSE(has_trap(conditions_of(point, {})));
  EXPECT_FALSE(has_creep(conditions_of(point, {})));
  point.delta = 0;
  point.r = 0.1;
  EXPECT_LT(conditions_of(point, {}).corridor_energy, 0.0);
  EXPECT_LT(conditions_of(point, {}).toll_energy, 0.0);
  EXPECT_FALSE(has_trap(conditions_of(point, {})));
  EXPECT_FALSE(has_creep(conditions_of(point, {})));
}

TEST(ProofConditions, HaveNoCreepWhereItsRestIsLostInRoundingOrItsLastUpdateIsLong) {
  const Point point = point_of_creep();
  Criteria criteria;
  criteria.relative_tolerance = true;
  criteria.tolerance = 1.4e-6;  // a gradient of 1.4e-5: 2^-16 is above it
  EXPECT_FALSE(has_creep(proof_bounds(point, criteria, Precision::float32)));
  EXPECT_TRUE(has_creep(proof_bounds(point, criteria, Precision::float64)));
  criteria.tolerance = 1e-14;
  EXPECT_FALSE(has_creep(proof_bounds(point, criteria, Precision::float64)));
  criteria.tolerance = 0.063;
  EXPECT_TRUE(has_creep(conditions_of(point, criteria)));
  criteria.tolerance = 0.064;
  EXPECT_FALSE(has_creep(conditions_of(point, criteria)));
}

TEST(ProofConditions, ProveSomethingWhereUnitsOnlyCreep) {
  Point point;
  point.beta = 0.99;
  point.eta = 4000;
  Criteria criteria;
  criteria.epsilon = 0.3;
  criteria.tolerance = 0.05;
  const ProofConditions<double> conditions = proof_bounds(point, criteria, Precision::float64);
  EXPECT_LT(conditions.energy, 0.0);
  EXPECT_FALSE(has_trap(conditions));
  EXPECT_TRUE(has_creep(conditions));
  EXPECT_TRUE(proves_anything(conditions));
}

TEST(ProofConditions, AreStricterUnderTheUpdateRule) {
  // It also stops where an oscillation turns, so that no point of the set may lie in the dead cone.
  Point point;
  point.gamma = 1;
  point.eta = 0.03;
  Criteria criteria;
  const double stationary = conditions_of(point, criteria).energy;
  criteria.stop = StopRule::update;
  EXPECT_LT(conditions_of(point, criteria).energy, stationary);
  EXPECT_LE(conditions_of(point, criteria).energy, 0.5 * (1 - 0.0472));
}

/// Whether all constants have the same bits.
bool are_same(const ProofConditions<double>& a, const ProofConditions<double>& b) {
  bool same = true;
  for_each_condition([&](double x, double y) { same = same && same_bits(x, y); }, a, b);
  return same;
}

TEST(ProofConditions, DoNotDependOnWhatWasAskedForBefore) {
  Dice dice(34);
  std::vector<Point> points;
  for (int i = 0; i < 60; ++i) {
    Point point = random_scenario(dice).point;
    point.beta = dice.one_of({point.beta, 0.999, 0.99999});
    points.push_back(point);
    points.push_back(points[static_cast<std::size_t>(dice.uniform(0, i))]);
  }
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    ProofBounds forwards({}, precision);
    ProofBounds backwards({}, precision);
    std::vector<ProofConditions<double>> found;
    for (const Point& point : points) found.push_back(forwards.of(point));
    for (std::size_t i = points.size(); i-- > 0;) {
      EXPECT_TRUE(are_same(backwards.of(points[i]), found[i]));
      EXPECT_TRUE(are_same(proof_bounds(points[i], {}, precision), found[i]));
    }
  }
}

TEST(Memo, ForgetsRatherThanGrows) {
  Memo<double, 2> memo;
  int computed = 0;
  const auto get = [&](double a, double b) { return memo.get({a, b}, [&] { return ++computed, a - b; }); };
  const auto many = static_cast<int>(decltype(memo)::most_kept);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < many; ++i) EXPECT_EQ(get(i, 0.5), i - 0.5);
    EXPECT_EQ(computed, many) << "all are kept";
  }
  EXPECT_EQ(get(0.0, 0.5), get(-0.0, 0.5));
  EXPECT_EQ(computed, many);
  EXPECT_EQ(get(-1, 0.5), -1.5);
  EXPECT_EQ(get(3, 0.5), 2.5);
  EXPECT_EQ(computed, many + 2) << "they were forgotten for one more";
}

TEST(ProofConditions, NotANumberProvesNothing) {
  const auto conditions = conditions_of({}, {});
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    for (double Parameters<double>::*coordinate : {&Parameters<double>::w, &Parameters<double>::b}) {
      State<double> state = at_rest(Parameters<double>{0, -1e3, -1e6});
      state.theta.*coordinate = std::nan("");
      state.momentum.*coordinate = bad;
      EXPECT_EQ(first_of(proofs<Geometry::planar>(conditions, Target<double>{1, 0}, state)), Proof::none);
    }
  }
}

}  // namespace
}  // namespace deadcone
