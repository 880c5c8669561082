// Minima of the loss: those that are known, and what must hold at each.

#include "deadcone/unit/minima.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "config/unit_text.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/unit/families.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using test::Dice;

std::vector<Minimum> minima_of(const std::string& unit, double gamma, double delta, double decay = 0.0) {
  return find_minima(parse_unit(unit), {gamma, delta}, decay);
}

struct Known {
  double w;
  double b;
  double loss = NAN;  ///< where it is known
};

/// The minima of a unit are the known ones, in the order of their loss, as far as their digits go.
void expect_minima(const std::string& unit, double gamma, double delta, const std::vector<Known>& known,
                   double digits) {
  SCOPED_TRACE(::testing::Message() << unit << ", gamma " << gamma << ", delta " << delta);
  const std::vector<Minimum> minima = minima_of(unit, gamma, delta);
  ASSERT_EQ(minima.size(), known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_EQ(minima[i].theta.r, 0.0);
    EXPECT_LE(std::fabs(minima[i].theta.w - known[i].w), digits) << minima[i].theta.w;
    EXPECT_LE(std::fabs(minima[i].theta.b - known[i].b), digits) << minima[i].theta.b;
    if (!std::isnan(known[i].loss)) {
      EXPECT_LE(std::fabs(minima[i].loss - known[i].loss), 5e-4) << minima[i].loss;
    }
  }
}

TEST(Minima, OfRectifierAndClipAreTheTarget) {
  for (const char* unit : {"relu", "relu6", "hardtanh", "clip:-2:3"}) {
    for (const double gamma : {0.01, 1.0, 4.0}) {
      for (const double delta : {-0.5 * gamma, 0.0, 0.25 * gamma}) {
        SCOPED_TRACE(::testing::Message() << unit << ", gamma " << gamma << ", delta " << delta);
        const std::vector<Minimum> minima = minima_of(unit, gamma, delta);
        ASSERT_EQ(minima.size(), 1U);
        EXPECT_EQ(minima[0].theta.w, gamma);
        EXPECT_EQ(minima[0].theta.b, delta);
      }
    }
  }
  // docs/proofs.md: 1/2 +- 1/sqrt(2 pi), and 1/2 across.
  const Minimum minimum = minima_of("relu", 0.3, 0.0)[0];
  const double spread = 1 / std::sqrt(2 * std::numbers::pi);
  EXPECT_LE(std::fabs(minimum.curvatures[0] - (0.5 - spread)), 1e-14);
  EXPECT_LE(std::fabs(minimum.curvatures[1] - (0.5 + spread)), 1e-14);
  EXPECT_LE(std::fabs(minimum.curvature_across - 0.5), 1e-14);
  EXPECT_LE(std::fabs(minimum.loss - 0.25 * 0.09), 1e-15);  // half of y^2 is below 0
}

TEST(Minima, OfLeakyAreKnown) {
  expect_minima("leaky:0.01", 1, 0, {{1.0482, -0.0480}}, 6e-5);
  expect_minima("leaky:0.1", 1, 0, {{1.91626, -1.19685}}, 6e-6);
  expect_minima("leaky:0.2", 1, 0, {{1.88194, -1.09755}}, 6e-6);
  // The leak may serve better than the slope.
  expect_minima("leaky:0.01", 1, -0.2, {{1.088, -0.299, 0.333}, {14.20, -41.25, 0.396}}, 6e-3);
  expect_minima("leaky:0.01", 1, -0.5, {{21.81, -69.89, 0.335}, {1.262, -0.862, 0.508}}, 6e-3);
  EXPECT_EQ(minima_of("leaky:0.01", 1, -0.8).size(), 1U);
  EXPECT_GT(minima_of("leaky:0.01", 1, -0.8)[0].theta.w, 10.0);
  expect_minima("leaky:-0.3", 1, 0, {{0.513, 0.344}, {-0.641, -1.172}}, 6e-4);
}

TEST(Minima, OfLeakyAreHomogeneous) {
  for (const char* unit : {"leaky:0.01", "leaky:-0.3", "leaky:0.5"}) {
    const std::vector<Minimum> minima = minima_of(unit, 1, -0.1);
    const std::vector<Minimum> scaled = minima_of(unit, 64, -6.4);
    ASSERT_EQ(minima.size(), scaled.size());
    for (std::size_t i = 0; i < minima.size(); ++i) {
      EXPECT_NEAR(scaled[i].theta.w, 64 * minima[i].theta.w, 1e-9 * std::fabs(scaled[i].theta.w));
      EXPECT_NEAR(scaled[i].theta.b, 64 * minima[i].theta.b, 1e-9 * std::fabs(scaled[i].theta.b));
      EXPECT_NEAR(scaled[i].loss, 4096 * minima[i].loss, 1e-9 * scaled[i].loss);
    }
  }
}

TEST(Minima, OfPreluIsTheAffineUnit) {
  const std::vector<Minimum> minima = minima_of("prelu:0.25", 2, -1);
  ASSERT_EQ(minima.size(), 1U);
  EXPECT_EQ(minima[0].theta.w, 2.0);
  EXPECT_EQ(minima[0].theta.b, -1.0);
  EXPECT_EQ(minima[0].leak, 1.0);
  EXPECT_EQ(minima[0].loss, 0.0);
  EXPECT_THROW(minima_of("prelu:0.25", 2, -1, 0.1), ConfigError);
}

TEST(Minima, OfUnitsThatRiseAreKnown) {
  expect_minima("elu:1", 1, 0, {{1.16258, -0.14450}}, 6e-6);
  expect_minima("softplus", 1, 0, {{1.95543, -1.81261}}, 6e-6);
  expect_minima("sigmoid", 1, 0, {{6.36747, -3.18234}}, 6e-6);
  expect_minima("tanh", 1, 0, {{1.42790, 0}}, 6e-6);
  // Limits for targets that are small, and great.
  expect_minima("elu:1", 1e-4, 0, {{1e-4, 0}}, 1e-7);
  expect_minima("tanh", 1e-3, 0, {{1e-3, 0}}, 1e-8);
  const double great = 1e3;
  EXPECT_NEAR(minima_of("tanh", great, 0)[0].theta.w, std::pow(std::numbers::pi, 2) / 6 * great, 1e-2 * great);
  for (const char* unit : {"sigmoid", "softplus"}) {
    const std::vector<Minimum> minima = minima_of(unit, 1e-3, 0);
    ASSERT_EQ(minima.size(), 1U) << unit;
    EXPECT_NEAR(minima[0].theta.w, 1, 0.02);
    EXPECT_NEAR(minima[0].theta.b, std::log(1e-3) - 1.5, 0.02);
  }
}

TEST(Minima, OfUnitsThatFallFirstAreSeveral) {
  expect_minima("gelu", 1, 0, {{0.904028, 0.188852}, {-0.637503, -1.88977}}, 6e-6);
  expect_minima("gelu", 0.1, 0, {{0.189132, -0.023202}, {-0.736406, -2.44516}}, 6e-6);
  expect_minima("gelu", 0.01, 0, {{0.019990, -0.000318}, {-0.420495, -3.24727}}, 6e-6);
  expect_minima("silu", 1, 0, {{1.09203, 0.0999396}, {-1.27665, -3.74928}}, 6e-6);
  expect_minima("silu", 0.1, 0, {{0.195892, -0.017703}, {-1.60656, -5.64838}}, 6e-6);
  expect_minima("silu", 1, -0.5, {{0.999236, -0.369779}, {-0.783520, -2.51645}, {9.36925, -30.819}}, 6e-4);
  // A target below all values: the constant unit at the lowest point.
  expect_minima("gelu", 0.1, -1, {{0, -0.7517915}}, 1e-7);
  expect_minima("silu", 0.1, -1, {{0, -1.2784645}}, 1e-7);
}

TEST(Minima, OfSeluAreThoseOfEluForASmallerTarget) {
  // L of scale sigma is scale^2 times that for target/scale.
  constexpr double scale = 1.0507009873554805;
  const Minimum selu = minima_of("selu", 2, -0.3)[0];
  const Minimum elu = minima_of("elu:1.6732632423543772", 2 / scale, -0.3 / scale)[0];
  EXPECT_NEAR(selu.theta.w, elu.theta.w, 1e-10);
  EXPECT_NEAR(selu.theta.b, elu.theta.b, 1e-10);
  EXPECT_NEAR(selu.loss, scale * scale * elu.loss, 1e-12);
  EXPECT_NEAR(selu.curvatures[0], scale * scale * elu.curvatures[0], 1e-10);
}

TEST(Minima, AreMinima) {
  Dice dice(1);
  int found = 0;
  for (const char* text : {"relu", "leaky:0.05", "leaky:-0.2", "elu:1", "selu", "gelu", "silu", "sigmoid", "tanh",
                           "softplus", "relu6", "hardtanh"}) {
    for (int i = 0; i < 12; ++i) {
      const Target<double> target = {std::exp(dice.uniform(-3, 2)), dice.uniform(-1, 1)};
      const double decay = i % 2 == 0 ? 0.0 : std::exp(dice.uniform(-7, -2));
      SCOPED_TRACE(::testing::Message() << text << ", gamma " << target.gamma << ", delta " << target.delta
                                        << ", decay " << decay);
      double last = -INFINITY;
      for (const Minimum& minimum : find_minima(parse_unit(text), target, decay)) {
        ++found;
        EXPECT_GE(minimum.loss, last);
        last = minimum.loss;
        EXPECT_GT(minimum.curvatures[0], 0.0);
        EXPECT_GE(minimum.curvatures[1], minimum.curvatures[0]);
        EXPECT_GT(minimum.curvature_across, 0.0);
        unit::with_activation<double>(parse_unit(text), [&](const auto& activation) {
          const auto loss_at = [&](const Parameters<double>& theta) {
            const double s = std::hypot(theta.r, theta.w);
            const double square = theta.r * theta.r + theta.w * theta.w + theta.b * theta.b;
            return unit::loss(unit::averages(activation, s, theta.b), theta, target) + 0.5 * decay * square;
          };
          EXPECT_EQ(loss_at(minimum.theta), minimum.loss);
          // No gradient, and no lower place around it.
          const Parameters<double>& at = minimum.theta;
          const auto gradient = unit::loss_gradient<Geometry::planar>(activation, at, target);
          const double size = std::fmax(1.0, target.gamma) * (1.0 + std::fabs(at.w) + std::fabs(at.b));
          EXPECT_LE(std::fabs(gradient.w + decay * at.w), 1e-11 * size);
          EXPECT_LE(std::fabs(gradient.b + decay * at.b), 1e-11 * size);
          const double rounding = 1e-13 * size * size;
          const double step = 1e-3 * (std::fabs(at.w) + std::fabs(at.b));
          for (int k = 0; k < 16; ++k) {
            const double angle = k * std::numbers::pi / 8;
            const double across = k % 3 == 0 ? step : 0.0;
            EXPECT_GE(loss_at({across, at.w + step * std::cos(angle), at.b + step * std::sin(angle)}),
                      minimum.loss - rounding);
          }
        });
      }
    }
  }
  EXPECT_GT(found, 100);
}

TEST(Minima, WithADecayAreNearerToZero) {
  for (const char* text : {"relu", "leaky:0.05", "elu:1", "gelu", "tanh", "relu6"}) {
    double last = INFINITY;
    for (const double decay : {0.0, 0.01, 0.05, 0.1}) {
      const std::vector<Minimum> minima = minima_of(text, 1, 0.2, decay);
      ASSERT_FALSE(minima.empty()) << text << ", " << decay;
      const double size = std::hypot(minima[0].theta.w, minima[0].theta.b);
      EXPECT_LT(size, last) << text << ", " << decay;
      last = size;
    }
  }
}

}  // namespace
}  // namespace deadcone
