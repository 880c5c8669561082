// Every optimiser against a plain program of its own, step by step; clipping, decay and the corrections of Adam.

#include "deadcone/optimizer/step.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "deadcone/config.hpp"
#include "support/support.hpp"

namespace deadcone {
namespace {

using namespace unit;
using test::Dice;

using Numbers3 = std::array<double, 3>;

/// The numbers of a run, as a person would name them.
struct Settings {
  double eta = 0.1;
  double beta = 0.9;
  double square_decay = 0.99;
  double eps = 1e-8;
  double clip = 0.5;
  double decay = 0.0;
};

template <class Real>
OptimizerConstants<Real> constants(const Settings& run) {
  OptimizerConstants<Real> of = {};
  of.learning_rate = static_cast<Real>(run.eta);
  of.beta = static_cast<Real>(run.beta);
  of.rest_of_beta = static_cast<Real>(1.0 - run.beta);
  of.square_decay = static_cast<Real>(run.square_decay);
  of.rest_of_square = static_cast<Real>(1.0 - run.square_decay);
  of.epsilon = static_cast<Real>(run.eps);
  of.clip = static_cast<Real>(run.clip);
  of.decay = static_cast<Real>(run.decay);
  return of;
}

/// A program for one optimiser: makes update t (from 1 on) of theta, with the gradient g, in the words of its paper or of
/// PyTorch's documentation.
struct Plain {
  Numbers3 theta;
  Numbers3 m = {};
  Numbers3 v = {};
  Numbers3 largest = {};
  std::function<void(Plain&, const Settings&, Numbers3 g, int t)> update;
};

double sign(double x) {
  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
}

void adam(Plain& p, const Settings& run, const Numbers3& g, int t, bool ams) {
  for (int i = 0; i < 3; ++i) {
    p.m[i] = run.beta * p.m[i] + (1.0 - run.beta) * g[i];
    p.v[i] = run.square_decay * p.v[i] + (1.0 - run.square_decay) * g[i] * g[i];
    p.largest[i] = std::fmax(p.largest[i], p.v[i]);
    const double m_hat = p.m[i] / (1.0 - std::pow(run.beta, t));
    const double v_hat = (ams ? p.largest[i] : p.v[i]) / (1.0 - std::pow(run.square_decay, t));
    p.theta[i] -= run.eta * m_hat / (std::sqrt(v_hat) + run.eps);
  }
}

Numbers3 with_decay(const Plain& p, const Settings& run, Numbers3 g) {
  for (int i = 0; i < 3; ++i) g[i] += run.decay * p.theta[i];
  return g;
}

std::function<void(Plain&, const Settings&, Numbers3, int)> program_of(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::momentum:
      return [](Plain& p, const Settings& run, Numbers3 g, int) {
        g = with_decay(p, run, g);
        for (int i = 0; i < 3; ++i) {
          p.m[i] = run.beta * p.m[i] + (1.0 - run.beta) * g[i];
          p.theta[i] -= run.eta * p.m[i];
        }
      };
    case OptimizerKind::heavy_ball:
      return [](Plain& p, const Settings& run, Numbers3 g, int) {
        g = with_decay(p, run, g);
        for (int i = 0; i < 3; ++i) {
          p.m[i] = run.beta * p.m[i] + g[i];
          p.theta[i] -= run.eta * p.m[i];
        }
      };
    case OptimizerKind::nesterov:
      return [](Plain& p, const Settings& run, Numbers3 g, int) {
        g = with_decay(p, run, g);
        for (int i = 0; i < 3; ++i) {
          p.m[i] = run.beta * p.m[i] + g[i];
          p.theta[i] -= run.eta * (g[i] + run.beta * p.m[i]);
        }
      };
    case OptimizerKind::rmsprop:
      return [](Plain& p, const Settings& run, Numbers3 g, int) {
        g = with_decay(p, run, g);
        for (int i = 0; i < 3; ++i) {
          p.v[i] = run.square_decay * p.v[i] + (1.0 - run.square_decay) * g[i] * g[i];
          p.theta[i] -= run.eta * g[i] / (std::sqrt(p.v[i]) + run.eps);
        }
      };
    case OptimizerKind::adam:
      return [](Plain& p, const Settings& run, Numbers3 g, int t) { adam(p, run, with_decay(p, run, g), t, false); };
    case OptimizerKind::amsgrad:
      return [](Plain& p, const Settings& run, Numbers3 g, int t) { adam(p, run, with_decay(p, run, g), t, true); };
    case OptimizerKind::adamw:
      return [](Plain& p, const Settings& run, Numbers3 g, int t) {
        for (double& each : p.theta) each *= 1.0 - run.eta * run.decay;
        adam(p, run, g, t, false);
      };
    case OptimizerKind::adagrad:
      return [](Plain& p, const Settings& run, Numbers3 g, int) {
        g = with_decay(p, run, g);
        for (int i = 0; i < 3; ++i) {
          p.v[i] += g[i] * g[i];
          p.theta[i] -= run.eta * g[i] / (std::sqrt(p.v[i]) + run.eps);
        }
      };
    case OptimizerKind::sign:
      return [](Plain& p, const Settings& run, Numbers3 g, int) {
        g = with_decay(p, run, g);
        for (int i = 0; i < 3; ++i) p.theta[i] -= run.eta * sign(g[i]);
      };
    case OptimizerKind::lion:
      return [](Plain& p, const Settings& run, Numbers3 g, int) {
        for (int i = 0; i < 3; ++i) {
          const double c = run.beta * p.m[i] + (1.0 - run.beta) * g[i];
          p.theta[i] -= run.eta * (sign(c) + run.decay * p.theta[i]);
          p.m[i] = run.square_decay * p.m[i] + (1.0 - run.square_decay) * g[i];
        }
      };
  }
  return {};
}

template <class Real>
struct General {
  Coordinates<Real, 3> theta;
  OptimizerState<Real, 3> state = fresh_optimizer<Real, 3>();

  void update(const Optimizer& optimizer, const Settings& run, const Numbers3& g) {
    const OptimizerConstants<Real> of = constants<Real>(run);
    const Coordinates<Real, 3> gradient = {{Real(g[0]), Real(g[1]), Real(g[2])}};
    const auto change = step(optimizer, of, of.learning_rate, theta, gradient, state);
    for (int i = 0; i < 3; ++i) theta[i] += change[i];
  }
};

class EveryOptimizer : public testing::TestWithParam<OptimizerKind> {};

template <class Real>
void compare(OptimizerKind kind, double tolerance) {
  Dice dice(static_cast<unsigned>(kind) + 1);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const Settings run = {.eta = dice.uniform(0.001, 0.5),
                          .beta = repeat % 4 == 0 ? 0.0 : dice.uniform(0.0, 0.99),
                          .square_decay = dice.uniform(0.5, 0.999),
                          .eps = repeat % 3 == 0 ? 1e-3 : 1e-8,
                          .decay = repeat % 2 == 0 ? 0.0 : dice.uniform(0.0, 0.1)};
    Plain plain = {.theta = {dice.uniform(-1.0, 1.0), dice.uniform(-1.0, 1.0), dice.uniform(-1.0, 1.0)},
                   .update = program_of(kind)};
    General<Real> general = {{{Real(plain.theta[0]), Real(plain.theta[1]), Real(plain.theta[2])}}};
    for (int t = 1; t <= 200; ++t) {
      Numbers3 g;
      // Slowly changing signs, and a coordinate that stays zero for a while: what a trajectory has.
      for (int i = 0; i < 3; ++i) g[i] = std::sin(0.05 * t * (i + 1)) * dice.uniform(0.1, 1.0);
      if (t < 20) g[0] = 0.0;
      plain.update(plain, run, g, t);
      general.update({.kind = kind, .has_decay = true}, run, g);
      for (int i = 0; i < 3; ++i) {
        ASSERT_NEAR(static_cast<double>(general.theta[i]), plain.theta[i],
                    tolerance * (1.0 + std::fabs(plain.theta[i])))
            << name_of(kind) << ", run " << repeat << ", update " << t << ", coordinate " << i;
      }
    }
  }
}

TEST_P(EveryOptimizer, MakesTheStepsOfItsPlainProgram) {
  compare<double>(GetParam(), 1e-11);
  // A sign may turn the other way in float where its argument is nearly zero: then the whole step differs.
  if (GetParam() != OptimizerKind::sign && GetParam() != OptimizerKind::lion) compare<float>(GetParam(), 2e-4);
}

TEST_P(EveryOptimizer, StandsStillWhereTheGradientIsZero) {
  General<double> general = {{{0.3, -0.2, 1.0}}};
  for (int t = 0; t < 50; ++t) general.update({.kind = GetParam(), .clip = ClipKind::none, .schedule = {}}, {}, {});
  EXPECT_EQ(general.theta[0], 0.3);
  EXPECT_EQ(general.theta[1], -0.2);
  EXPECT_EQ(general.theta[2], 1.0);
}

INSTANTIATE_TEST_SUITE_P(All, EveryOptimizer,
                         testing::Values(OptimizerKind::momentum, OptimizerKind::heavy_ball, OptimizerKind::nesterov,
                                         OptimizerKind::rmsprop, OptimizerKind::adam, OptimizerKind::amsgrad,
                                         OptimizerKind::adamw, OptimizerKind::adagrad, OptimizerKind::sign,
                                         OptimizerKind::lion),
                         [](const auto& each) {
                           std::string name = name_of(each.param);
                           std::erase(name, '-');
                           return name;
                         });

TEST(Optimizer, AdamTakesAFirstStepOfTheLearningRateWhateverTheGradient) {
  for (const double size : {1e-3, 1.0, 1e3}) {
    General<double> general = {{{0.0, 0.0, 0.0}}};
    general.update({.kind = OptimizerKind::adam, .clip = ClipKind::none, .schedule = {}}, {}, {size, -size, 0.0});
    EXPECT_NEAR(general.theta[0], -0.1, 1e-5 * 0.1);
    EXPECT_NEAR(general.theta[1], 0.1, 1e-5 * 0.1);
    EXPECT_EQ(general.theta[2], 0.0);
  }
}

TEST(Optimizer, RunningPowersBecomeZeroAndNeverDenormal) {
  float power = 1.0F;
  for (int t = 0; t < 200'000; ++t) {
    power = next_power(power, 0.999F);
    ASSERT_TRUE(power == 0.0F || power >= 0x1p-60F);
  }
  EXPECT_EQ(power, 0.0F);
  EXPECT_EQ(1.0 - 0x1p-60, 1.0);  // so that nothing is lost
}

TEST(Clipping, BoundsTheLengthOrEachCoordinate) {
  const Coordinates<double, 3> g = {{0.3, -0.4, 1.2}};  // of length 1.3
  const auto by_norm = clipped(ClipKind::norm, 0.65, g);
  EXPECT_NEAR(std::sqrt(squared_norm(by_norm)), 0.65, 1e-6);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(by_norm[i], 0.5 * g[i], 1e-6);
  const auto by_value = clipped(ClipKind::value, 0.35, g);
  EXPECT_EQ(by_value[0], 0.3);
  EXPECT_EQ(by_value[1], -0.35);
  EXPECT_EQ(by_value[2], 0.35);
  for (const ClipKind kind : {ClipKind::none, ClipKind::norm, ClipKind::value}) {
    const auto unchanged = clipped(kind, 2.0, g);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(unchanged[i], g[i]);
  }
}

TEST(Clipping, ComesBeforeDecay) {
  const Settings run = {.eta = 1.0, .clip = 0.5, .decay = 0.25};
  General<double> general = {{{2.0, 0.0, 0.0}}};
  general.update({.kind = OptimizerKind::heavy_ball, .clip = ClipKind::value, .schedule = {}, .has_decay = true}, run,
                 {3.0, 0.0, 0.0});
  EXPECT_EQ(general.theta[0], 2.0 - (0.5 + 0.25 * 2.0));
}

TEST(Clipping, LeavesNotANumberToTheTestOfDivergence) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Coordinates<double, 3> g = {{nan, 1.0, 1.0}};
  EXPECT_TRUE(std::isnan(clipped(ClipKind::none, 1.0, g)[0]));
}

}  // namespace
}  // namespace deadcone
