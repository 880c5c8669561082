// Where rounding decides fates: the curvature at the target, the noise that rounding keeps up there, and the points at
// which float and double differ.

#include "deadcone/trajectory/rounding_noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/cpu_mapper.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/unit/affine.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using unit::loss_gradient;

TEST(TargetCurvature, IsTheGreatestOfTheLoss) {
  const double step = 1e-5;
  for (const double delta : {-3.0, -1.0, -0.3, 0.0, 0.5, 1.0, 4.0}) {
    const double gamma = 0.5;
    const Target<double> target = {gamma, gamma * delta};
    // The greatest growth of the gradient over a circle of directions about the target, and across.
    double greatest = 0;
    for (int i = 0; i < 400; ++i) {
      const double angle = 3.141592653589793 * i / 400;
      const Parameters<double> aside = {0, gamma + step * std::cos(angle), target.delta + step * std::sin(angle)};
      const auto gradient = loss_gradient<Geometry::planar>(aside, target);
      greatest = std::max(greatest, (std::cos(angle) * gradient.w + std::sin(angle) * gradient.b) / step);
    }
    EXPECT_NEAR(target_curvature(target), greatest, 1e-4) << delta;
    const auto across = loss_gradient<Geometry::general>(Parameters<double>{step, gamma, target.delta}, target);
    EXPECT_LE(across.r / step, target_curvature(target)) << delta;
  }
  EXPECT_DOUBLE_EQ(target_curvature({1, 0}), 0.5 + 1 / std::sqrt(2 * 3.141592653589793));
  EXPECT_DOUBLE_EQ(target_curvature({1e-300, 1e300}), 1);
  EXPECT_DOUBLE_EQ(target_curvature({1e-300, -1e300}), 0);
}

/// The point at this share of its limit of stability.
Point point_at(double beta, double share) {
  Point point;
  point.beta = beta;
  point.eta = share * affine_largest_learning_rate(beta) / target_curvature({point.gamma, point.delta});
  return point;
}

double noise_of(const Point& point, Precision precision) {
  return rounding_noise(point, precision, share_of_stability_limit(point));
}

TEST(RoundingNoise, IsWhatNoisyGradientsKeepUp) {
  test::Dice dice(1);
  for (const double beta : {0.0, 0.5, 0.9}) {
    for (const double share : {0.05, 0.5, 0.9}) {
      const Point point = point_at(beta, share);
      const double curvature = target_curvature({point.gamma, point.delta});
      double momentum = 0;
      double distance = 0;
      double sum = 0;
      constexpr int updates = 400'000;
      for (int i = 0; i < updates; ++i) {
        const double noise = std::sqrt(3.0) * dice.uniform(-1, 1);  // of variance 1
        momentum = beta * momentum + (1 - beta) * (curvature * distance + noise);
        distance -= point.eta * momentum;
        sum += distance * distance;
      }
      const double kept_up = point.eta * curvature * std::sqrt(sum / updates);
      EXPECT_NEAR(noise_of(point, Precision::float32) / (kept_up * 0x1p-24), 1, 0.05) << beta << " " << share;
    }
  }
}

TEST(RoundingNoise, DecidesNearAndBeyondTheLimitOfStability) {
  for (const double beta : {0.0, 0.5, 0.9, 0.99}) {
    for (const Precision precision : {Precision::float32, Precision::float64}) {
      EXPECT_TRUE(rounding_may_decide(point_at(beta, 0.95), {}, precision));
      EXPECT_TRUE(rounding_may_decide(point_at(beta, 1.5), {}, precision));
      EXPECT_EQ(noise_of(point_at(beta, 1.5), precision), HUGE_VAL);
    }
  }
}

TEST(RoundingNoise, DecidesNothingInOrdinarySweeps) {
  Point point;
  for (const double beta : {0.0, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999}) {
    for (const double gamma : {1.0, 0.1, 0.01}) {
      for (const double eta : {0.001, 0.01, 0.1, 0.3, 1.0}) {
        for (const double delta : {0.0, -0.5, 0.5, 2.0}) {
          for (const Precision precision : {Precision::float32, Precision::float64}) {
            point.beta = beta;
            point.gamma = gamma;
            point.eta = eta;
            point.delta = delta * gamma;
            EXPECT_FALSE(rounding_may_decide(point, {}, precision)) << beta << " " << gamma << " " << eta;
          }
        }
      }
    }
  }
}

/// The share of a window whose fates in float and in double differ.
double disagreement(const Point& point) {
  constexpr std::int64_t side = 32;
  Map map = {.point = point, .window = {{-2, 2, side}, {-2, 2, side}}, .criteria = {}};
  map.criteria.max_updates = 3000;
  const auto mapper = make_cpu_mapper(0);
  const auto fates = [&](Precision precision) {
    map.precision = precision;
    Meter meter;
    TileResult result;
    mapper->map(map, {0, 0, side, side}, Fields{}, meter, result);
    return result.fate;
  };
  const std::vector<Fate> in_float = fates(Precision::float32);
  const std::vector<Fate> in_double = fates(Precision::float64);
  int other = 0;
  for (std::size_t i = 0; i < in_float.size(); ++i) other += in_float[i] != in_double[i] ? 1 : 0;
  return static_cast<double>(other) / static_cast<double>(in_float.size());
}

TEST(RoundingNoise, DecidesWhereFloatAndDoubleDiffer) {
  Point point;
  point.beta = 0;
  point.eta = 2.2;
  EXPECT_TRUE(rounding_may_decide(point, {}, Precision::float32));
  EXPECT_GT(disagreement(point), 0.1);
  point.beta = 0.9;
  point.eta = 38;
  EXPECT_TRUE(rounding_may_decide(point, {}, Precision::float32));
  EXPECT_GT(disagreement(point), 0.02);
  // And where they do not.
  for (const double beta : {0.0, 0.5, 0.9, 0.99}) {
    point.beta = beta;
    point.eta = 1;
    EXPECT_FALSE(rounding_may_decide(point, {}, Precision::float32));
    EXPECT_EQ(disagreement(point), 0);
  }
}

}  // namespace
}  // namespace deadcone
