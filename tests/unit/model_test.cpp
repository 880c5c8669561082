// Loss and gradient against the expectations that define them, and what is known of them.

#include "deadcone/unit/model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using namespace unit;
using test::Dice;
using test::same_bits;
using test::scaled;

// The expectations, by quadrature in the plane of (x_r, x_w).

/// The integral of a smooth f from a to b.
template <class F>
double integral(F f, double a, double b) {
  // Five-point Gauss-Legendre on each panel.
  constexpr int panels = 64;
  const double inner = std::sqrt(5 - 2 * std::sqrt(10.0 / 7)) / 3;
  const double outer = std::sqrt(5 + 2 * std::sqrt(10.0 / 7)) / 3;
  const double inner_weight = (322 + 13 * std::sqrt(70.0)) / 900;
  const double outer_weight = (322 - 13 * std::sqrt(70.0)) / 900;
  const double half = (b - a) / (2 * panels);
  double sum = 0;
  for (int i = 0; i < panels; ++i) {
    const double middle = a + (2 * i + 1) * half;
    sum += 128.0 / 225 * f(middle);
    sum += inner_weight * (f(middle - half * inner) + f(middle + half * inner));
    sum += outer_weight * (f(middle - half * outer) + f(middle + half * outer));
  }
  return half * sum;
}

/// E[f(x_r, x_w)] over the standard normal plane, for an f that is a quadratic on either side of r x_r + w x_w + b = 0.
template <class F>
double expectation(const Parameters<double>& theta, F f) {
  const double s = std::hypot(theta.r, theta.w);
  const double u = theta.r / s;
  const double v = theta.w / s;
  const auto across = [&](double p) {  // along the weight; the other way three Gauss-Hermite points are exact
    const double q = std::sqrt(3.0);
    const double mean =
        2.0 / 3 * f(u * p, v * p) + (f(u * p - v * q, v * p + u * q) + f(u * p + v * q, v * p - u * q)) / 6;
    return mean * std::exp(-p * p / 2) / std::sqrt(2 * std::numbers::pi);
  };
  constexpr double reach = 14;  // exp(-14^2/2) is 1e-43
  const double kink = std::clamp(-theta.b / s, -reach, reach);
  return integral(across, -reach, kink) + integral(across, kink, reach);
}

double preactivation_at(const Parameters<double>& theta, double x_r, double x_w) {
  return theta.r * x_r + theta.w * x_w + theta.b;
}

double expected_loss(const Parameters<double>& theta, const Target<double>& target) {
  return expectation(theta, [&](double x_r, double x_w) {
    const double error = std::fmax(preactivation_at(theta, x_r, x_w), 0.0) - (target.gamma * x_w + target.delta);
    return error * error / 2;
  });
}

Parameters<double> expected_gradient(const Parameters<double>& theta, const Target<double>& target) {
  // E[1{z > 0} (z - y) factor] with the factor that the parameter has in z = r x_r + w x_w + b.
  const auto component = [&](auto factor) {
    return expectation(theta, [&](double x_r, double x_w) {
      const double z = preactivation_at(theta, x_r, x_w);
      return z > 0 ? (z - target.gamma * x_w - target.delta) * factor(x_r, x_w) : 0.0;
    });
  };
  return {component([](double x_r, double) { return x_r; }), component([](double, double x_w) { return x_w; }),
          component([](double, double) { return 1.0; })};
}

// Random places.

template <class Real>
struct Place {
  Parameters<Real> theta;
  Target<Real> target;
};

/// Half of the places lie in the plane.
Place<double> random_place(Dice& dice) {
  const double r = dice.uniform(-1, 1) > 0 ? dice.uniform(-3, 3) : 0.0;
  return {{r, dice.uniform(-3, 3), dice.uniform(-3, 3)}, {std::exp(dice.uniform(-5, 1)), dice.uniform(-2, 2)}};
}

/// The size of what is summed in loss and gradient.
double size(const Place<double>& place) {
  const auto& [theta, target] = place;
  return std::hypot(theta.r, theta.w, theta.b) + std::hypot(target.gamma, target.delta);
}

/// The place in another precision.
template <class Real, class Given>
Place<Real> rounded(const Place<Given>& place) {
  const auto [theta, target] = place;
  return {{static_cast<Real>(theta.r), static_cast<Real>(theta.w), static_cast<Real>(theta.b)},
          {static_cast<Real>(target.gamma), static_cast<Real>(target.delta)}};
}

double farthest(const Parameters<double>& a, const Parameters<double>& b) {
  // fmax would take a number for the larger of it and a not-a-number, a sum does not.
  return std::fabs(a.r - b.r) + std::fabs(a.w - b.w) + std::fabs(a.b - b.b);
}

template <class Real>
Parameters<Real> gradient_in(Geometry geometry, const Parameters<Real>& theta, const Target<Real>& target) {
  return geometry == Geometry::planar ? loss_gradient<Geometry::planar>(theta, target)
                                      : loss_gradient<Geometry::general>(theta, target);
}

Geometry geometry_of(const Place<double>& place) {
  return place.theta.r == 0 ? Geometry::planar : Geometry::general;
}

double loss_at(const Place<double>& place) {
  return geometry_of(place) == Geometry::planar ? loss<Geometry::planar>(place.theta, place.target)
                                                : loss<Geometry::general>(place.theta, place.target);
}

TEST(Model, LossIsTheExpectedSquaredErrorHalved) {
  Dice dice(1);
  for (int i = 0; i < 400; ++i) {
    const Place<double> place = random_place(dice);
    EXPECT_LE(std::fabs(loss_at(place) - expected_loss(place.theta, place.target)), 2e-15 * size(place) * size(place));
  }
}

TEST(Model, GradientIsTheExpectedGradient) {
  Dice dice(2);
  for (int i = 0; i < 400; ++i) {
    const Place<double> place = random_place(dice);
    const Parameters<double> gradient = gradient_in(geometry_of(place), place.theta, place.target);
    EXPECT_LE(farthest(gradient, expected_gradient(place.theta, place.target)), 5e-15 * size(place));
  }
}

TEST(Model, GradientIsTheDerivativeOfTheLoss) {
  Dice dice(3);
  for (int i = 0; i < 400; ++i) {
    const Place<double> place = random_place(dice);
    const double s = std::hypot(place.theta.r, place.theta.w);
    if (s < 0.3) continue;  // the third derivative, and with it the error of the difference, grows as 1/s^2
    constexpr double step = 1e-5;
    const auto slope = [&](double Parameters<double>::*coordinate) {
      Parameters<double> above = place.theta;
      Parameters<double> below = place.theta;
      above.*coordinate += step;
      below.*coordinate -= step;
      // The general loss, for a planar place, too: r must be free to move.
      return (loss<Geometry::general>(above, place.target) - loss<Geometry::general>(below, place.target)) / (2 * step);
    };
    const Parameters<double> slopes = {slope(&Parameters<double>::r), slope(&Parameters<double>::w),
                                       slope(&Parameters<double>::b)};
    EXPECT_LE(farthest(gradient_in(geometry_of(place), place.theta, place.target), slopes), 1e-9 * size(place));
  }
}

TEST(Model, HasThePinnedValues) {
  const Parameters<double> theta = {0.3, -0.7, 0.2};
  const Target<double> target = {0.5, 0.1};
  EXPECT_LE(std::fabs(loss<Geometry::general>(theta, target) - 0.5162883256), 1e-10);
  const Parameters<double> gradient = loss_gradient<Geometry::general>(theta, target);
  EXPECT_LE(std::fabs(gradient.r - 0.14756657), 1e-8);
  EXPECT_LE(std::fabs(gradient.w - -0.64610976), 1e-8);
  EXPECT_LE(std::fabs(gradient.b - 0.5310132759), 1e-10);
}

TEST(Model, FloatIsNearDouble) {
  Dice dice(4);
  for (int i = 0; i < 2000; ++i) {
    const Place<float> place = rounded<float>(random_place(dice));
    const Place<double> same = rounded<double>(place);
    const Parameters<float> gradient = loss_gradient<Geometry::general>(place.theta, place.target);
    const Parameters<double> exact = loss_gradient<Geometry::general>(same.theta, same.target);
    EXPECT_LE(farthest({gradient.r, gradient.w, gradient.b}, exact), 1e-6 * size(same));
  }
}

// What holds to the last bit, in both precisions.

template <class Real>
class ModelTest : public ::testing::Test {
 protected:
  /// Calls check(theta, target) at random places and at the edges of the formulas.
  template <class Check>
  static void for_many(Check check) {
    const auto check_at = [&](const Place<double>& place) {
      const Place<Real> here = rounded<Real>(place);
      check(here.theta, here.target);
    };
    Dice dice(5);
    for (int i = 0; i < 1000; ++i) check_at(random_place(dice));
    for (const double w : {1e-15, -1e-15, 1e-6, -1e-3, 1.0, -2.0}) {
      for (const double b : {0.0, -0.0, 1e-12, -1e-12, 1.0, -1.0, 40.0, -40.0}) {
        check_at({{0.0, w, b}, {1.0, 0.0}});
        check_at({{1e-3, w, b}, {0.01, -0.5}});
      }
    }
  }

  static void expect_finite(const Parameters<Real>& a) {
    EXPECT_TRUE(std::isfinite(a.r) && std::isfinite(a.w) && std::isfinite(a.b)) << a.r << " " << a.w << " " << a.b;
  }
};

using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ModelTest, Reals);

TYPED_TEST(ModelTest, GeneralFormInThePlaneIsThePlanarForm) {
  this->for_many([](Parameters<TypeParam> theta, const Target<TypeParam>& target) {
    theta.r = 0;
    EXPECT_TRUE(
        same_bits(loss_gradient<Geometry::planar>(theta, target).w, loss_gradient<Geometry::general>(theta, target).w));
    EXPECT_TRUE(
        same_bits(loss_gradient<Geometry::planar>(theta, target).b, loss_gradient<Geometry::general>(theta, target).b));
    EXPECT_EQ(loss_gradient<Geometry::general>(theta, target).r, TypeParam(0));
    EXPECT_TRUE(same_bits(loss<Geometry::planar>(theta, target), loss<Geometry::general>(theta, target)));
    EXPECT_TRUE(same_bits(active_probability<Geometry::planar>(theta), active_probability<Geometry::general>(theta)));
  });
}

TYPED_TEST(ModelTest, IsMirroredInR) {
  this->for_many([](const Parameters<TypeParam>& theta, const Target<TypeParam>& target) {
    const Parameters<TypeParam> mirror = {-theta.r, theta.w, theta.b};
    const Parameters<TypeParam> gradient = loss_gradient<Geometry::general>(theta, target);
    const Parameters<TypeParam> mirrored = loss_gradient<Geometry::general>(mirror, target);
    EXPECT_EQ(mirrored.r, -gradient.r);
    EXPECT_TRUE(same_bits(mirrored.w, gradient.w));
    EXPECT_TRUE(same_bits(mirrored.b, gradient.b));
    EXPECT_TRUE(same_bits(loss<Geometry::general>(mirror, target), loss<Geometry::general>(theta, target)));
  });
}

TYPED_TEST(ModelTest, GradientIsHomogeneous) {
  Dice dice(6);
  for (int i = 0; i < 1000; ++i) {
    const auto [theta, target] = rounded<TypeParam>(random_place(dice));
    for (const TypeParam factor : {TypeParam(2), TypeParam(0.125), TypeParam(4096)}) {
      const Target<TypeParam> zoomed = {target.gamma * factor, target.delta * factor};
      for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
        EXPECT_TRUE(same_bits(gradient_in(geometry, scaled(theta, factor), zoomed),
                              scaled(gradient_in(geometry, theta, target), factor)));
      }
      EXPECT_TRUE(same_bits(loss<Geometry::general>(scaled(theta, factor), zoomed),
                            loss<Geometry::general>(theta, target) * factor * factor));
    }
  }
}

TYPED_TEST(ModelTest, WithoutWeightIsTheConstantUnit) {
  const Target<TypeParam> target = {TypeParam(0.5), TypeParam(0.25)};
  const TypeParam silent_loss = TypeParam(0.5) * (TypeParam(0.25) + TypeParam(0.0625));
  for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
    for (const TypeParam w : {TypeParam(0), -TypeParam(0)}) {
      // b > 0: the output is b, whatever x; the gradient that of E[(b - y)^2]/2 with x free to grow a weight.
      const Parameters<TypeParam> on = {0, w, TypeParam(1.5)};
      EXPECT_EQ(gradient_in(geometry, on, target).r, TypeParam(0));
      EXPECT_EQ(gradient_in(geometry, on, target).w, TypeParam(-0.5));
      EXPECT_EQ(gradient_in(geometry, on, target).b, TypeParam(1.25));
      EXPECT_EQ(loss<Geometry::planar>(on, target), TypeParam(0.5) * (TypeParam(0.25) + TypeParam(1.5625)));
      EXPECT_EQ(active_probability<Geometry::general>(on), TypeParam(1));
      // b <= 0: the output is 0.
      for (const TypeParam b : {TypeParam(0), -TypeParam(0), TypeParam(-1.5)}) {
        const Parameters<TypeParam> off = {0, w, b};
        EXPECT_EQ(gradient_in(geometry, off, target).r, TypeParam(0));
        EXPECT_EQ(gradient_in(geometry, off, target).w, TypeParam(0));
        EXPECT_EQ(gradient_in(geometry, off, target).b, TypeParam(0));
        EXPECT_EQ(loss<Geometry::general>(off, target), silent_loss);
        EXPECT_EQ(active_probability<Geometry::planar>(off), TypeParam(0));
      }
    }
  }
}

TYPED_TEST(ModelTest, IsFiniteWhereTheRatioIsNot) {
  // b/s overflows; the weight is as good as none.
  for (const TypeParam b : {TypeParam(1000), TypeParam(-1000)}) {
    const Parameters<TypeParam> theta = {0, std::numeric_limits<TypeParam>::min(), b};
    const Target<TypeParam> target = {1, 0};
    for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
      this->expect_finite(gradient_in(geometry, theta, target));
      EXPECT_EQ(gradient_in(geometry, theta, target).b, b > 0 ? b : TypeParam(0));
    }
  }
}

TYPED_TEST(ModelTest, AgainstTheTargetTheBiasIsDrivenDownAndTheWeightTowardsZero) {
  // Delta = 0, w < 0: dL/db > 0 and dL/dw < 0, while the gradient is a number at all.
  Dice dice(7);
  int alive = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto [theta, target] = rounded<TypeParam>(
        Place<double>{{0.0, dice.uniform(-3, 0), dice.uniform(-6, 3)}, {std::exp(dice.uniform(-5, 1)), 0.0}});
    const Parameters<TypeParam> gradient = loss_gradient<Geometry::planar>(theta, target);
    if (active_probability<Geometry::planar>(theta) > 0) {
      ++alive;
      EXPECT_GT(gradient.b, TypeParam(0)) << theta.w << " " << theta.b;
      EXPECT_LT(gradient.w, TypeParam(0)) << theta.w << " " << theta.b;
    } else {
      EXPECT_EQ(gradient.b, TypeParam(0));
      EXPECT_EQ(gradient.w, TypeParam(0));
    }
  }
  EXPECT_GT(alive, 1500);
}

// The critical point.

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;  ///< columns

Vector gradient_vector(const Vector& theta, const Target<double>& target) {
  const auto [r, w, b] = loss_gradient<Geometry::general>(Parameters<double>{theta[0], theta[1], theta[2]}, target);
  return {r, w, b};
}

/// Central differences of the gradient.
Matrix hessian(const Vector& theta, const Target<double>& target) {
  constexpr double step = 1e-6;
  Matrix columns;
  for (std::size_t j = 0; j < 3; ++j) {
    Vector above = theta;
    Vector below = theta;
    above[j] += step;
    below[j] -= step;
    const Vector high = gradient_vector(above, target);
    const Vector low = gradient_vector(below, target);
    for (std::size_t i = 0; i < 3; ++i) columns[j][i] = (high[i] - low[i]) / (2 * step);
  }
  return columns;
}

double determinant(const Matrix& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[2][1] * m[1][2]) - m[1][0] * (m[0][1] * m[2][2] - m[2][1] * m[0][2]) +
         m[2][0] * (m[0][1] * m[1][2] - m[1][1] * m[0][2]);
}

/// Where Newton's method for the gradient leads from `theta`.
Vector newton_limit(Vector theta, const Target<double>& target) {
  for (int i = 0; i < 60; ++i) {
    const Vector gradient = gradient_vector(theta, target);
    const Matrix columns = hessian(theta, target);
    const double whole = determinant(columns);
    if (!std::isnormal(whole)) break;
    for (std::size_t j = 0; j < 3; ++j) {  // Cramer's rule
      Matrix replaced = columns;
      replaced[j] = gradient;
      theta[j] -= determinant(replaced) / whole;
    }
  }
  return theta;
}

TEST(ModelCriticalPoint, IsTheTargetAlone) {
  for (const double gamma : {0.3, 1.0, 2.0}) {
    for (const double delta : {-0.4, 0.0, 0.7}) {
      SCOPED_TRACE(::testing::Message() << "gamma " << gamma << ", delta " << delta);
      const Target<double> target = {gamma, delta};
      Dice dice(8);
      int found = 0;
      for (int i = 0; i < 400; ++i) {
        const Vector start = {dice.uniform(-2, 2) * gamma, dice.uniform(-3, 3) * gamma, dice.uniform(-3, 3) * gamma};
        const auto [r, w, b] = newton_limit(start, target);
        const Vector gradient = gradient_vector({r, w, b}, target);
        // Where the unit is never active the gradient vanishes, too, but only in the limit.
        const double s = std::hypot(r, w);
        const bool critical = std::hypot(gradient[0], gradient[1], gradient[2]) < 1e-12;
        if (!critical || !(s > 1e-3) || !(normal(b / s).density > 1e-8)) continue;
        ++found;
        EXPECT_LE(std::hypot(r, w - gamma, b - delta), 1e-10) << r << " " << w << " " << b;
      }
      EXPECT_GE(found, 200);
    }
  }
}

TEST(ModelCriticalPoint, GradientVanishesAtTheTarget) {
  Dice dice(9);
  for (int i = 0; i < 200; ++i) {
    const Target<double> target = random_place(dice).target;
    const Parameters<double> there = {0, target.gamma, target.delta};
    EXPECT_LE(farthest(loss_gradient<Geometry::general>(there, target), {0, 0, 0}), 1e-15);
  }
}

TEST(ModelCriticalPoint, HessianHasTheKnownEigenvalues) {
  for (const double gamma : {0.3, 1.0, 2.0}) {
    SCOPED_TRACE(gamma);
    const Matrix h = hessian({0, gamma, 0}, {gamma, 0});
    EXPECT_LE(std::fabs(h[0][1]) + std::fabs(h[0][2]) + std::fabs(h[1][0]) + std::fabs(h[2][0]), 1e-9);
    EXPECT_LE(std::fabs(h[0][0] - 0.5), 1e-9);
    // Those of the block of (w, b).
    const double mean = (h[1][1] + h[2][2]) / 2;
    const double spread = std::sqrt(std::pow((h[1][1] - h[2][2]) / 2, 2) + h[1][2] * h[2][1]);
    const double expected = 1 / std::sqrt(2 * std::numbers::pi);
    EXPECT_LE(std::fabs(mean + spread - (0.5 + expected)), 1e-9);
    EXPECT_LE(std::fabs(mean - spread - (0.5 - expected)), 1e-9);
    EXPECT_LE(std::fabs(0.5 + expected - 0.8989423), 1e-7);
  }
}

}  // namespace
}  // namespace deadcone
