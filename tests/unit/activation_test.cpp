// Averages of activations against quadrature, and what must hold between them: the gradient is the derivative of the loss, the
// Hessian that of the gradient, and units that are the same function, or mirror images, give the same numbers.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "config/unit_text.hpp"
#include "cpu/simd_loop.hpp"
#include "deadcone/unit/families.hpp"
#include "support/support.hpp"
#include "unit/activation_lanes.hpp"

namespace deadcone {
namespace {

using namespace unit;
using test::Dice;
using test::same_bits;

struct Row {
  const char* unit;
  double s;
  double b;
  double a[4];
  double slopes[5];
  double mean;
  double half_square;
  double activity;
};

// scripts/generate/make_activation_table.py
constexpr Row table[] = {
#include "unit/activation_table.inc"
};

constexpr const char* all_units[] = {"relu",     "leaky:0.125", "leaky:-0.25", "leaky:1.5",  "prelu:0.25", "elu:1",
                                     "elu:0.5",  "selu",        "gelu",        "silu",       "sigmoid",    "tanh",
                                     "softplus", "relu6",       "hardtanh",    "clip:-0.5:2"};

constexpr const char* smooth_units[] = {"gelu", "silu", "sigmoid", "tanh", "softplus"};
constexpr const char* kinked_units[] = {"relu", "leaky:0.125", "leaky:-0.25", "elu:0.5", "selu", "relu6", "hardtanh"};

/// Moments and averages in the precision Real, as double.
template <class Real>
Moments<double, 2> moments_of(const std::string& text, double s, double b) {
  const auto m = with_activation<Real>(parse_unit(text), [=](const auto& activation) {
    return moments<2>(activation, static_cast<Real>(s), static_cast<Real>(b));
  });
  Moments<double, 2> same;
  std::ranges::copy(m.a, same.a);
  std::ranges::copy(m.b, same.b);
  return same;
}
template <class Real>
Averages<double> averages_of(const std::string& text, double s, double b) {
  const auto of = with_activation<Real>(parse_unit(text), [=](const auto& activation) {
    return averages(activation, static_cast<Real>(s), static_cast<Real>(b));
  });
  return {of.mean, of.half_square, of.slope, of.activity};
}

/// The sizes that errors are measured in: sup |sigma'|, and sup |sigma sigma'|, which grows with z where sigma does.
struct Scales {
  double slope;
  double product;
};
Scales scales_of(const std::string& text, double s, double b) {
  const Unit unit = parse_unit(text);
  const double size = 1.0 + std::fabs(b) + s;
  switch (unit.kind) {
    case UnitKind::sigmoid:
      return {0.25, 4.0 / 27.0};
    case UnitKind::tanh:
      return {1.0, 0.3849};
    case UnitKind::hardtanh:
      return {1.0, 1.0};
    case UnitKind::relu6:
      return {1.0, 6.0};
    case UnitKind::clip:
      return {1.0, std::fmax(std::fabs(unit.constants[0]), std::fabs(unit.constants[1]))};
    case UnitKind::selu:
      return {1.76, 1.76 * 1.76 * size};
    default: {
      const double leak = std::fmax(1.0, std::fabs(unit.constants[0]));
      return {leak, leak * leak * size};
    }
  }
}

/// The greatest error of what the gradient is made of, over its scale.
template <class Real>
constexpr double promised = sizeof(Real) == 4 ? 1e-6 : 1e-13;

/// Whether two numbers differ by no more than `allowed`; a not-a-number is near nothing.
::testing::AssertionResult is_near(double value, double exact, double allowed) {
  if (std::fabs(value - exact) <= allowed) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << value << " is off from " << exact << " by " << std::fabs(value - exact)
                                       << ", allowed " << allowed;
}

/// Compares moments, those after the first times s. What only the Hessian needs grows with the density of z, and its errors, too.
void expect_near(const Moments<double, 2>& m, const double (&a)[4], const double (&b)[5], double s,
                 const Scales& scales, double allowed) {
  for (int n = 0; n < 4; ++n) {
    const double factor = n == 0 ? 1.0 : s;
    EXPECT_TRUE(is_near(factor * m.a[n], factor * a[n], (n < 2 ? 1 : 5) * allowed * scales.product)) << "a, " << n;
  }
  for (int n = 0; n < 5; ++n) {
    const double factor = n == 0 ? 1.0 : s;
    EXPECT_TRUE(is_near(factor * m.b[n], factor * b[n], (n < 3 ? 1 : 5) * allowed * scales.slope)) << "b, " << n;
  }
}

template <class Real>
class ActivationTable : public ::testing::Test {};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ActivationTable, Reals);

TYPED_TEST(ActivationTable, MomentsAreThoseOfQuadrature) {
  for (const Row& row : table) {
    SCOPED_TRACE(::testing::Message() << row.unit << ", s " << row.s << ", b " << row.b);
    expect_near(moments_of<TypeParam>(row.unit, row.s, row.b), row.a, row.slopes, row.s,
                scales_of(row.unit, row.s, row.b), promised<TypeParam>);
  }
}

TYPED_TEST(ActivationTable, AveragesAreThoseOfQuadrature) {
  for (const Row& row : table) {
    SCOPED_TRACE(::testing::Message() << row.unit << ", s " << row.s << ", b " << row.b);
    const Averages<double> of = averages_of<TypeParam>(row.unit, row.s, row.b);
    const double size = 1.0 + std::fabs(row.b) + row.s;
    EXPECT_TRUE(is_near(of.mean, row.mean, promised<TypeParam> * size));
    // In double half_square of softplus lacks what the weights d_i lack of 1 in their sum.
    EXPECT_TRUE(is_near(of.half_square, row.half_square, 4 * promised<TypeParam> * size * size));
    EXPECT_TRUE(is_near(of.slope, row.slopes[0], promised<TypeParam>));
    EXPECT_TRUE(is_near(of.activity, row.activity, promised<TypeParam>));
  }
}

double rounded_to_float(double x) {
  return static_cast<float>(x);
}

TEST(Activation, FloatIsNearDoubleWhereverItMayBe) {
  Dice dice(1);
  for (const char* text : all_units) {
    for (int i = 0; i < 3000; ++i) {
      const double s = rounded_to_float(std::exp(dice.uniform(std::log(1e-3), std::log(50.0))));
      const double b = rounded_to_float(i % 2 == 0 ? dice.uniform(-50, 50) : s * dice.uniform(-6, 6));
      SCOPED_TRACE(::testing::Message() << text << ", s " << s << ", b " << b);
      const Moments<double, 2> exact = moments_of<double>(text, s, b);
      expect_near(moments_of<float>(text, s, b), exact.a, exact.b, s, scales_of(text, s, b), promised<float>);
      const Averages<double> near = averages_of<float>(text, s, b);
      const Averages<double> of = averages_of<double>(text, s, b);
      EXPECT_TRUE(is_near(near.mean, of.mean, promised<float> * (1 + std::fabs(b) + s) * 2));
      EXPECT_TRUE(is_near(near.activity, of.activity, promised<float>));
      EXPECT_GE(near.activity, 0.0);
      EXPECT_LE(near.activity, 1.0 + 1e-6);
      if (HasFailure()) return;
    }
  }
}

// Loss, gradient, Hessian.

struct Place {
  Parameters<double> theta;
  Target<double> target;
};
Place random_place(Dice& dice) {
  return {{dice.uniform(-2, 2), dice.uniform(-2, 2), dice.uniform(-3, 3)},
          {std::exp(dice.uniform(-2, 1)), dice.uniform(-1, 1)}};
}
double width_of(const Parameters<double>& theta) {
  return std::hypot(theta.r, theta.w);
}

template <class Activation>
double loss_of(const Activation& activation, const Parameters<double>& theta, const Target<double>& target) {
  return loss(averages(activation, width_of(theta), theta.b), theta, target);
}

/// (f(theta + step) - f(theta - step)) / 2 step along a coordinate.
template <class F>
double slope_along(double Parameters<double>::*coordinate, Parameters<double> theta, const F& f) {
  constexpr double step = 1e-4;
  const double at = theta.*coordinate;
  theta.*coordinate = at + step;
  const double above = f(theta);
  theta.*coordinate = at - step;
  return (above - f(theta)) / (2 * step);
}

/// Calls check(activation, place) for every unit at random places whose weight is not so small that differences are wrong.
template <class Check>
void for_many(std::uint64_t seed, const Check& check) {
  for (const char* text : all_units) {
    SCOPED_TRACE(text);
    Dice dice(seed);
    for (int i = 0; i < 200; ++i) {
      const Place place = random_place(dice);
      if (width_of(place.theta) < 0.5) continue;
      with_activation<double>(parse_unit(text), [&](const auto& activation) { check(activation, place); });
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(Activation, GradientIsTheDerivativeOfTheLoss) {
  for_many(2, [](const auto& activation, const Place& place) {
    const auto& [theta, target] = place;
    const auto along = [&](double Parameters<double>::*coordinate) {
      return slope_along(coordinate, theta, [&](const auto& at) { return loss_of(activation, at, target); });
    };
    const Parameters<double> gradient = loss_gradient<Geometry::general>(activation, theta, target);
    EXPECT_TRUE(is_near(gradient.r, along(&Parameters<double>::r), 1e-6));
    EXPECT_TRUE(is_near(gradient.w, along(&Parameters<double>::w), 1e-6));
    EXPECT_TRUE(is_near(gradient.b, along(&Parameters<double>::b), 1e-6));
  });
}

TEST(Activation, HessianIsTheDerivativeOfTheGradient) {
  for_many(3, [](const auto& activation, const Place& place) {
    const auto& [theta, target] = place;
    const auto along = [&](double Parameters<double>::*of, double Parameters<double>::*coordinate) {
      return slope_along(coordinate, theta,
                         [&](const auto& at) { return loss_gradient<Geometry::general>(activation, at, target).*of; });
    };
    const Direction<double> direct = direction<Geometry::general>(theta);
    const Hessian<double> h = hessian(moments<2>(activation, direct.s, theta.b), direct, target);
    constexpr auto r = &Parameters<double>::r;
    constexpr auto w = &Parameters<double>::w;
    constexpr auto b = &Parameters<double>::b;
    EXPECT_TRUE(is_near(h.rr, along(r, r), 1e-6));
    EXPECT_TRUE(is_near(h.rw, along(r, w), 1e-6));
    EXPECT_TRUE(is_near(h.rb, along(r, b), 1e-6));
    EXPECT_TRUE(is_near(h.ww, along(w, w), 1e-6));
    EXPECT_TRUE(is_near(h.wb, along(w, b), 1e-6));
    EXPECT_TRUE(is_near(h.bb, along(b, b), 1e-6));
  });
}

TEST(Activation, LeakGradientIsTheDerivativeOfTheLoss) {
  Dice dice(4);
  for (int i = 0; i < 500; ++i) {
    const auto [theta, target] = random_place(dice);
    const double leak = dice.uniform(-1, 2);
    constexpr double step = 0.5;  // the loss is a quadratic in the leak
    const double slope =
        (loss_of(Prelu<double>{{leak + step}}, theta, target) - loss_of(Prelu<double>{{leak - step}}, theta, target)) /
        (2 * step);
    EXPECT_TRUE(is_near(leak_gradient(Prelu<double>{{leak}}, theta, width_of(theta), target), slope, 1e-12));
  }
}

TEST(Activation, GradientNeedsNoMoreThanItTakes) {
  // The moments of order 1 have the bits of the first ones of order 2.
  Dice dice(5);
  for (const char* text : all_units) {
    SCOPED_TRACE(text);
    for (int i = 0; i < 100; ++i) {
      const double s = dice.uniform(0, 5);
      const double b = dice.uniform(-5, 5);
      with_activation<double>(parse_unit(text), [&](const auto& activation) {
        const Moments<double, 1> few = moments<1>(activation, s, b);
        const Moments<double, 2> all = moments<2>(activation, s, b);
        for (int n = 0; n < 2; ++n) EXPECT_TRUE(same_bits(few.a[n], all.a[n]));
        for (int n = 0; n < 3; ++n) EXPECT_TRUE(same_bits(few.b[n], all.b[n]));
      });
    }
  }
}

// Where there is no weight.

TEST(Activation, WithoutWeightASmoothUnitIsTheLimit) {
  for (const char* text : smooth_units) {
    for (const double b : {-3.0, -0.4, 0.0, 1.7}) {
      SCOPED_TRACE(::testing::Message() << text << ", b " << b);
      constexpr double s = 1e-5;
      const Moments<double, 2> limit = moments_of<double>(text, 0.0, b);
      const Moments<double, 2> near = moments_of<double>(text, s, b);
      for (int n = 0; n < 2; ++n) EXPECT_TRUE(is_near(near.a[n], limit.a[n], 1e-9)) << n;
      for (int n = 0; n < 2; ++n) EXPECT_TRUE(is_near(near.b[n], limit.b[n], 1e-9)) << n;
      for (int n = 2; n < 4; ++n) EXPECT_EQ(limit.a[n], 0.0) << n;
      for (int n = 2; n < 5; ++n) EXPECT_EQ(limit.b[n], 0.0) << n;
      // dA/db and dB/db are derivatives of what they say.
      constexpr double step = 1e-4;
      const Moments<double, 2> above = moments_of<double>(text, 0.0, b + step);
      const Moments<double, 2> below = moments_of<double>(text, 0.0, b - step);
      EXPECT_TRUE(is_near(limit.a[1], (above.a[0] - below.a[0]) / (2 * step), 1e-7));
      EXPECT_TRUE(is_near(limit.b[1], (above.b[0] - below.b[0]) / (2 * step), 1e-7));
    }
  }
}

TEST(Activation, WithoutWeightAKinkedUnitIsConstant) {
  const Target<double> target = {0.5, 0.25};
  for (const char* text : kinked_units) {
    for (const double b : {-7.0, -0.75, 0.5, 3.0, 7.0}) {
      SCOPED_TRACE(::testing::Message() << text << ", b " << b);
      const double value = averages_of<double>(text, 0.0, b).mean;
      const double slope = averages_of<double>(text, 0.0, b).slope;
      constexpr double step = 1e-5;
      EXPECT_TRUE(is_near(
          slope,
          (averages_of<double>(text, 0.0, b + step).mean - averages_of<double>(text, 0.0, b - step).mean) / (2 * step),
          1e-9));
      for (const Geometry geometry : {Geometry::planar, Geometry::general}) {
        const Parameters<double> theta = {0.0, 0.0, b};
        const Parameters<double> gradient = with_activation<double>(parse_unit(text), [&](const auto& activation) {
          return geometry == Geometry::planar ? loss_gradient<Geometry::planar>(activation, theta, target)
                                              : loss_gradient<Geometry::general>(activation, theta, target);
        });
        EXPECT_EQ(gradient.r, 0.0);
        EXPECT_TRUE(is_near(gradient.w, -target.gamma * slope, 1e-15));
        EXPECT_TRUE(is_near(gradient.b, slope * (value - target.delta), 1e-15));
      }
    }
  }
}

template <class Real>
class ActivationBits : public ::testing::Test {};
TYPED_TEST_SUITE(ActivationBits, Reals);

TYPED_TEST(ActivationBits, EverythingIsFinite) {
  using Real = TypeParam;
  for (const char* text : all_units) {
    for (const Real s : {Real(0), std::numeric_limits<Real>::denorm_min(), Real(1e-30), Real(1e-18), Real(1e-6),
                         Real(1), Real(1e3), Real(1e6)}) {
      for (const Real b : {Real(0), -Real(0), Real(1e-30), Real(-1e-18), Real(1), Real(-1), Real(6), Real(-300),
                           Real(1e6), Real(-1e6)}) {
        SCOPED_TRACE(::testing::Message() << text << ", s " << s << ", b " << b);
        with_activation<Real>(parse_unit(text), [&](const auto& activation) {
          test::for_each_activation_number(activation, s, b,
                                           [](int k, Real number) { EXPECT_TRUE(std::isfinite(number)) << k; });
        });
      }
    }
  }
}

TYPED_TEST(ActivationBits, GeneralFormInThePlaneIsThePlanarForm) {
  using Real = TypeParam;
  Dice dice(6);
  for (const char* text : all_units) {
    SCOPED_TRACE(text);
    // Squares of some of these weights are no normal numbers.
    const Real weights[] = {Real(-0.0), std::numeric_limits<Real>::denorm_min(), -std::numeric_limits<Real>::min(),
                            Real(1e-22), Real(-1e22)};
    for (int i = 0; i < 200; ++i) {
      const Place place = random_place(dice);
      const Real w = i < 5 ? weights[i] : static_cast<Real>(place.theta.w);
      const Parameters<Real> theta = {Real(0), w, static_cast<Real>(place.theta.b)};
      const Target<Real> target = {static_cast<Real>(place.target.gamma), static_cast<Real>(place.target.delta)};
      with_activation<Real>(parse_unit(text), [&](const auto& activation) {
        const Parameters<Real> planar = loss_gradient<Geometry::planar>(activation, theta, target);
        const Parameters<Real> general = loss_gradient<Geometry::general>(activation, theta, target);
        EXPECT_TRUE(same_bits(planar.w, general.w));
        EXPECT_TRUE(same_bits(planar.b, general.b));
        EXPECT_EQ(general.r, Real(0));
      });
    }
  }
}

TYPED_TEST(ActivationBits, IsMirroredInR) {
  using Real = TypeParam;
  Dice dice(7);
  for (const char* text : all_units) {
    SCOPED_TRACE(text);
    for (int i = 0; i < 100; ++i) {
      const Place place = random_place(dice);
      const Parameters<Real> theta = {static_cast<Real>(place.theta.r), static_cast<Real>(place.theta.w),
                                      static_cast<Real>(place.theta.b)};
      const Target<Real> target = {static_cast<Real>(place.target.gamma), static_cast<Real>(place.target.delta)};
      with_activation<Real>(parse_unit(text), [&](const auto& activation) {
        const Parameters<Real> gradient = loss_gradient<Geometry::general>(activation, theta, target);
        const Parameters<Real> mirrored =
            loss_gradient<Geometry::general>(activation, {-theta.r, theta.w, theta.b}, target);
        EXPECT_TRUE(same_bits(Parameters<Real>{-gradient.r, gradient.w, gradient.b}, mirrored));
      });
    }
  }
}

TYPED_TEST(ActivationBits, LeakyIsHomogeneous) {
  using Real = TypeParam;
  Dice dice(8);
  for (int i = 0; i < 500; ++i) {
    const Place place = random_place(dice);
    const Leaky<Real> leaky = {static_cast<Real>(dice.uniform(-1, 2))};
    const Parameters<Real> theta = {static_cast<Real>(place.theta.r), static_cast<Real>(place.theta.w),
                                    static_cast<Real>(place.theta.b)};
    const Target<Real> target = {static_cast<Real>(place.target.gamma), static_cast<Real>(place.target.delta)};
    for (const Real factor : {Real(2), Real(0.125), Real(4096)}) {
      EXPECT_TRUE(same_bits(loss_gradient<Geometry::general>(leaky, test::scaled(theta, factor),
                                                             {target.gamma * factor, target.delta * factor}),
                            test::scaled(loss_gradient<Geometry::general>(leaky, theta, target), factor)));
    }
  }
}

TYPED_TEST(ActivationBits, TanhIsOdd) {
  using Real = TypeParam;
  Dice dice(9);
  for (int i = 0; i < 500; ++i) {
    const auto s = static_cast<Real>(dice.uniform(0, 5));
    const auto b = static_cast<Real>(dice.uniform(-5, 5));
    const Moments<Real, 2> m = moments<2>(Tanh{}, s, b);
    const Moments<Real, 2> mirrored = moments<2>(Tanh{}, s, -b);
    for (int n = 0; n < 4; ++n) EXPECT_EQ(mirrored.a[n], n % 2 == 0 ? -m.a[n] : m.a[n]);
    for (int n = 0; n < 5; ++n) EXPECT_EQ(mirrored.b[n], n % 2 == 0 ? m.b[n] : -m.b[n]);
  }
}

// Units that are the same function, or mirror images.

TEST(Activation, WithoutLeakItIsTheRectifier) {
  Dice dice(10);
  for (int i = 0; i < 500; ++i) {
    const auto [theta, target] = random_place(dice);
    const Parameters<double> gradient = loss_gradient<Geometry::general>(Leaky<double>{0.0}, theta, target);
    const Parameters<double> known = loss_gradient<Geometry::general>(theta, target);
    EXPECT_TRUE(is_near(gradient.r, known.r, 1e-14));
    EXPECT_TRUE(is_near(gradient.w, known.w, 1e-14));
    EXPECT_TRUE(is_near(gradient.b, known.b, 1e-14));
    EXPECT_TRUE(is_near(loss_of(Leaky<double>{0.0}, theta, target), loss<Geometry::general>(theta, target), 1e-14));
    EXPECT_TRUE(is_near(averages(Leaky<double>{0.0}, width_of(theta), theta.b).activity,
                        active_probability<Geometry::general>(theta), 1e-15));
  }
}

TEST(Activation, WithALeakOfOneItIsAffine) {
  Dice dice(11);
  for (int i = 0; i < 500; ++i) {
    const auto [theta, target] = random_place(dice);
    const Parameters<double> gradient = loss_gradient<Geometry::general>(Leaky<double>{1.0}, theta, target);
    EXPECT_TRUE(is_near(gradient.r, theta.r, 1e-14));
    EXPECT_TRUE(is_near(gradient.w, theta.w - target.gamma, 1e-14));
    EXPECT_TRUE(is_near(gradient.b, theta.b - target.delta, 1e-14));
  }
}

TEST(Activation, SeluIsEluOfAnotherTarget) {
  constexpr double scale = 1.25;
  Dice dice(12);
  for (int i = 0; i < 500; ++i) {
    const auto [theta, target] = random_place(dice);
    const Parameters<double> gradient = loss_gradient<Geometry::general>(Elu<double>{0.75, scale}, theta, target);
    const Parameters<double> known = loss_gradient<Geometry::general>(
        Elu<double>{0.75, 1.0}, theta, Target<double>{target.gamma / scale, target.delta / scale});
    EXPECT_TRUE(is_near(gradient.r, scale * scale * known.r, 1e-13));
    EXPECT_TRUE(is_near(gradient.w, scale * scale * known.w, 1e-13));
    EXPECT_TRUE(is_near(gradient.b, scale * scale * known.b, 1e-13));
  }
}

TEST(Activation, ClipIsMirrored) {
  // clip(-z; lo, hi) = -clip(z; -hi, -lo): the mirror image of theta and target has the mirrored gradient.
  Dice dice(13);
  for (int i = 0; i < 500; ++i) {
    const auto [theta, target] = random_place(dice);
    const Clip<double> clip = {dice.uniform(-3, 0), dice.uniform(0, 3)};
    const Parameters<double> gradient = loss_gradient<Geometry::general>(clip, theta, target);
    const Parameters<double> mirrored = loss_gradient<Geometry::general>(
        Clip<double>{-clip.hi, -clip.lo}, {theta.r, theta.w, -theta.b}, Target<double>{target.gamma, -target.delta});
    EXPECT_TRUE(is_near(gradient.r, mirrored.r, 1e-13));
    EXPECT_TRUE(is_near(gradient.w, mirrored.w, 1e-13));
    EXPECT_TRUE(is_near(gradient.b, -mirrored.b, 1e-13));
  }
}

TEST(Activation, SlopesOfSomeAreOthers) {
  Dice dice(14);
  for (int i = 0; i < 500; ++i) {
    const double s = dice.uniform(0, 5);
    const double b = dice.uniform(-5, 5);
    EXPECT_TRUE(is_near(averages(Softplus{}, s, b).slope, averages(Sigmoid{}, s, b).mean, 5e-15));
    EXPECT_TRUE(is_near(averages(Tanh{}, s, b).mean, 2 * averages(Sigmoid{}, 2 * s, 2 * b).mean - 1, 1e-14));
    // Swish: z S(z) is odd but for z/2.
    EXPECT_TRUE(is_near(averages(Silu{}, s, b).mean - averages(Silu{}, s, -b).mean, b, 1e-13));
    EXPECT_TRUE(is_near(averages(Gelu{}, s, b).mean - averages(Gelu{}, s, -b).mean, b, 1e-13));
  }
}

#if defined(__x86_64__)
template <class Real>
void expect_scalar_bits(const char* text) {
  Dice dice(15);
  std::vector<Real> s;
  std::vector<Real> b;
  for (const Real width : {Real(0), Real(1e-30), Real(1e-18), Real(1e4)}) {
    for (const Real bias : {Real(0), -Real(0), Real(-1e-18), Real(3)}) {
      s.push_back(width);
      b.push_back(bias);
    }
  }
  while (s.size() < 512) {
    s.push_back(static_cast<Real>(std::exp(dice.uniform(-7, 4))));
    b.push_back(static_cast<Real>(s.size() % 2 == 0 ? dice.uniform(-50, 50)
                                                    : static_cast<double>(s.back()) * dice.uniform(-6, 6)));
  }
  const std::size_t count = s.size();
  std::vector<Real> in_lanes(test::activation_number_count * count);
  test::activation_numbers_avx2(parse_unit(text), s.data(), b.data(), static_cast<std::int64_t>(count),
                                in_lanes.data());
  with_activation<Real>(parse_unit(text), [&](const auto& activation) {
    for (std::size_t i = 0; i < count; ++i) {
      test::for_each_activation_number(activation, s[i], b[i], [&](int k, Real number) {
        EXPECT_TRUE(same_bits(number, in_lanes[static_cast<std::size_t>(k) * count + i]))
            << text << ", s " << s[i] << ", b " << b[i] << ", " << k;
      });
    }
  });
}

TEST(Activation, VectorsHaveTheScalarBits) {
  if (!has_instruction_set(InstructionSet::avx2)) GTEST_SKIP() << "this machine has no AVX2";
  for (const char* text : all_units) {
    expect_scalar_bits<float>(text);
    expect_scalar_bits<double>(text);
  }
}
#endif

}  // namespace
}  // namespace deadcone
