// One update of momentum descent against the recurrence, and what compensation is worth.

#include "deadcone/optimizer/momentum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace unit;
using test::Dice;
using test::same_bits;

template <class Real>
MomentumDescent<Real> descent(double beta, double eta) {
  return rounded_descent<Real>(beta, eta);
}

/// One update, after `updates` others, as the loops make it.
template <Geometry geometry, class Real>
void update_as_loops(const MomentumDescent<Real>& descent, const Parameters<Real>& gradient, State<Real>& state,
                     int updates) {
  update<geometry>(descent, gradient, state);
  if (updates % updates_between_anchors == updates_between_anchors - 1) move_anchor<geometry>(state);
}

/// One coordinate of the recurrence in another precision, with the coefficients that `descent` was rounded to.
template <class Wide>
struct Recurrence {
  Wide theta;
  Wide momentum = 0;

  template <class Real>
  void update(const MomentumDescent<Real>& descent, Real gradient) {
    momentum = Wide{descent.beta} * momentum + Wide{gradient};
    theta += Wide{descent.minus_step} * momentum;
  }
};

/// The same with no thought for rounding.
struct PlainFloat {
  float theta;
  float momentum = 0;

  void update(const MomentumDescent<float>& descent, float gradient) {
    momentum = descent.beta * momentum + gradient;
    theta += descent.minus_step * momentum;
  }
};

template <class Real>
class MomentumTest : public ::testing::Test {};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(MomentumTest, Reals);

TYPED_TEST(MomentumTest, StartsAtRest) {
  const Parameters<TypeParam> start = {1, 2, 3};
  const State<TypeParam> state = at_rest(start);
  EXPECT_TRUE(same_bits(state.theta, start));
  EXPECT_TRUE(same_bits(state.momentum, {0, 0, 0}));
  EXPECT_TRUE(same_bits(state.anchor, start));
  EXPECT_TRUE(same_bits(state.shift, {0, 0, 0}));
}

TYPED_TEST(MomentumTest, FirstUpdateWithoutMomentumIsGradientDescent) {
  State<TypeParam> state = at_rest(Parameters<TypeParam>{1, 2, 3});
  update<Geometry::general>(descent<TypeParam>(0, 0.25), Parameters<TypeParam>{4, -8, 2}, state);
  EXPECT_TRUE(same_bits(state.theta, {0, 4, TypeParam(2.5)}));
  EXPECT_TRUE(same_bits(state.momentum, {4, -8, 2}));
}

TYPED_TEST(MomentumTest, FirstUpdateTakesTheShareOfTheGradientThatMomentumLeaves) {
  State<TypeParam> state = at_rest(Parameters<TypeParam>{1, 2, 3});
  update<Geometry::general>(descent<TypeParam>(0.75, 0.5), Parameters<TypeParam>{4, -8, 2}, state);
  EXPECT_TRUE(same_bits(with_averaged_momentum(state, TypeParam(0.25)).momentum, {1, -2, TypeParam(0.5)}));
  EXPECT_TRUE(same_bits(state.theta, {TypeParam(0.5), 3, TypeParam(2.75)}));
}

TYPED_TEST(MomentumTest, InThePlaneRStaysAsItIs) {
  State<TypeParam> state = at_rest(Parameters<TypeParam>{0, 2, 3});
  update<Geometry::planar>(descent<TypeParam>(0.5, 0.5), Parameters<TypeParam>{7, 1, 1}, state);
  EXPECT_TRUE(same_bits(state.theta.r, TypeParam(0)));
  EXPECT_TRUE(same_bits(state.momentum.r, TypeParam(0)));
}

TYPED_TEST(MomentumTest, IsTheRecurrence) {
  for (const double beta : {0.0, 0.7, 0.9, 0.99}) {
    SCOPED_TRACE(beta);
    Dice dice(1);
    const auto coefficients = descent<TypeParam>(beta, 0.1);
    const auto share = coefficients.one_minus_beta;
    State<TypeParam> state = at_rest(Parameters<TypeParam>{1, -2, 0.5});
    Recurrence<long double> r{1};
    Recurrence<long double> w{-2};
    Recurrence<long double> b{0.5};
    for (int i = 1; i <= 1000; ++i) {
      const auto number = [&] { return static_cast<TypeParam>(dice.uniform(-1, 1)); };
      const Parameters<TypeParam> gradient = {number(), number(), number()};
      update_as_loops<Geometry::general>(coefficients, gradient, state, i - 1);
      r.update(coefficients, gradient.r);
      w.update(coefficients, gradient.w);
      b.update(coefficients, gradient.b);
      const auto expect_near = [&](TypeParam value, long double exact) {
        // Compensated or not, what is summed is of order 1; without compensation up to 1000 roundings add up.
        const int roundings = sizeof(TypeParam) == 4 ? 10 : 1000;
        ASSERT_LE(std::fabs(value - exact), roundings * std::numeric_limits<TypeParam>::epsilon()) << "update " << i;
      };
      expect_near(share * state.momentum.r, share * r.momentum);
      expect_near(share * state.momentum.w, share * w.momentum);
      expect_near(share * state.momentum.b, share * b.momentum);
      expect_near(state.theta.r, r.theta);
      expect_near(state.theta.w, w.theta);
      expect_near(state.theta.b, b.theta);
    }
  }
}

TEST(Momentum, DoubleHasNoShift) {
  State<double> state = at_rest(Parameters<double>{1, -2, 0.5});
  for (int i = 0; i < 100; ++i) {
    update_as_loops<Geometry::general>(descent<double>(0.9, 0.1), Parameters<double>{1e-17, 0.1, 0.3}, state, i);
  }
  EXPECT_TRUE(same_bits(state.shift, {0, 0, 0}));
}

TEST(Momentum, FloatDoesNotLoseUpdatesBelowItsRounding) {
  // Each update is a hundredth of an ulp of theta: plain sums never move.
  const auto coefficients = descent<float>(0.9, 0.1);
  State<float> state = at_rest(Parameters<float>{0, 1, 1});
  Recurrence<double> exact{1};
  PlainFloat plain{1};
  for (int i = 0; i < 100'000; ++i) {
    const float gradient = 1e-8F;
    update_as_loops<Geometry::planar>(coefficients, {0, gradient, -gradient}, state, i);
    exact.update(coefficients, gradient);
    plain.update(coefficients, gradient);
  }
  EXPECT_EQ(plain.theta, 1.0F);
  EXPECT_LE(std::fabs(exact.theta - 0.9999), 1e-8);
  EXPECT_LE(std::fabs(double{state.theta.w} - exact.theta), 1e-7);
  EXPECT_LE(std::fabs(double{state.theta.b} - (2 - exact.theta)), 1e-7);
}

TEST(Momentum, CompensationTracksDoubleFarBetterThanPlainSums) {
  Dice dice(2);
  const auto coefficients = descent<float>(0.97, 0.1);
  State<float> state = at_rest(Parameters<float>{0, 1, 0});
  Recurrence<double> exact{1};
  PlainFloat plain{1};
  double error = 0;
  double plain_error = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto gradient = static_cast<float>(dice.uniform(-0.5, 1) * 1e-4);
    update_as_loops<Geometry::planar>(coefficients, {0, gradient, 0}, state, i);
    exact.update(coefficients, gradient);
    plain.update(coefficients, gradient);
    error = std::max(error, std::fabs(double{state.theta.w} - exact.theta));
    plain_error = std::max(plain_error, std::fabs(double{plain.theta} - exact.theta));
  }
  EXPECT_LE(error, 1e-7) << "an ulp or so";
  EXPECT_GT(plain_error, 100 * error);
}

}  // namespace
}  // namespace deadcone
