// The affine unit: eigenvalues and closed form against the recurrence they solve.

#include "deadcone/unit/affine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "deadcone/optimizer/momentum.hpp"

namespace deadcone {
namespace {

using namespace unit;

struct Setting {
  double beta;
  double eta;
};

/// Learning rates from tame to unstable, each with momenta far from, near to and at the double eigenvalue.
std::vector<Setting> settings() {
  std::vector<Setting> all;
  for (const double eta : {0.01, 0.1, 0.5, 1.0, 1.5, 2.0, 5.0}) {
    for (const double beta : {0.0, 1e-20, 0.1, 0.5, 0.7, 0.9, 0.99}) all.push_back({beta, eta});
    const double critical = affine_critical_momentum(eta);
    for (const double offset : {0.0, 1e-16, -1e-16, 1e-15, -1e-15, 1e-12, -1e-12, 1e-8, -1e-8}) {
      if (critical + offset >= 0.0) all.push_back({critical + offset, eta});
    }
  }
  return all;
}

double spectral_radius(double beta, double eta) {
  const auto [x, y] = affine_eigenvalues(beta, eta);
  return std::max(std::abs(x), std::abs(y));
}

TEST(Affine, EigenvaluesHaveTheTraceAndTheDeterminantOfTheMatrix) {
  for (const auto& [beta, eta] : settings()) {
    SCOPED_TRACE(::testing::Message() << "beta " << beta << ", eta " << eta);
    const auto [x, y] = affine_eigenvalues(beta, eta);
    EXPECT_LE(std::abs(x + y - (1.0 + beta - eta * (1.0 - beta))), 1e-15 * (1.0 + eta));
    EXPECT_LE(std::abs(x * y - beta), 1e-15);
  }
}

TEST(Affine, EigenvaluesAreRootsOfTheCharacteristicPolynomial) {
  for (const auto& [beta, eta] : settings()) {
    SCOPED_TRACE(::testing::Message() << "beta " << beta << ", eta " << eta);
    for (const std::complex<double> x : affine_eigenvalues(beta, eta)) {
      const std::complex<double> residual = (beta - x) * (1.0 - eta * (1.0 - beta) - x) + eta * beta * (1.0 - beta);
      EXPECT_LE(std::abs(residual), 3e-15 * (1.0 + std::norm(x)));
    }
  }
}

TEST(Affine, EigenvaluesComeInTheOrderPromised) {
  for (const auto& [beta, eta] : settings()) {
    const auto [x, y] = affine_eigenvalues(beta, eta);
    EXPECT_TRUE(x.real() > y.real() || (x.real() == y.real() && x.imag() >= 0.0)) << x << ", " << y;
  }
}

TEST(Affine, CriticalMomentumAtTheLearningRateOfThePaper) {
  EXPECT_LE(std::fabs(affine_critical_momentum(0.1) - 0.6694214876033058), 1e-15);
}

TEST(Affine, EigenvaluesAreComplexExactlyAboveTheCriticalMomentum) {
  for (const double eta : {0.01, 0.1, 0.5, 1.5, 2.0, 5.0}) {
    SCOPED_TRACE(eta);
    const double critical = affine_critical_momentum(eta);
    EXPECT_EQ(affine_eigenvalues(critical * (1.0 - 1e-9), eta)[0].imag(), 0.0);
    EXPECT_GT(affine_eigenvalues(critical * (1.0 + 1e-9), eta)[0].imag(), 0.0);
  }
  // At eta = 1 every momentum oscillates but none at all.
  EXPECT_EQ(affine_eigenvalues(0.0, 1.0)[0].imag(), 0.0);
  EXPECT_GT(affine_eigenvalues(1e-9, 1.0)[0].imag(), 0.0);
}

TEST(Affine, ComplexEigenvaluesHaveTheRootOfBetaAsTheirModulus) {
  int seen = 0;
  for (const auto& [beta, eta] : settings()) {
    const auto [x, y] = affine_eigenvalues(beta, eta);
    if (x.imag() == 0.0) continue;
    ++seen;
    EXPECT_LE(std::fabs(std::abs(x) - std::sqrt(beta)), 1e-15) << "beta " << beta << ", eta " << eta;
    EXPECT_EQ(y, std::conj(x));
  }
  EXPECT_GT(seen, 20);
}

TEST(Affine, IsStableExactlyBelowTheLargestLearningRate) {
  for (const double beta : {0.0, 0.3, 0.7, 0.9, 0.99}) {
    SCOPED_TRACE(beta);
    const double limit = affine_largest_learning_rate(beta);
    EXPECT_LE(std::fabs(limit * (1.0 - beta) / (1.0 + beta) - 2.0), 1e-14);
    EXPECT_LT(spectral_radius(beta, limit * (1.0 - 1e-6)), 1.0);
    EXPECT_GT(spectral_radius(beta, limit * (1.0 + 1e-6)), 1.0);
    // It loses its stability by a flip.
    EXPECT_LE(std::abs(affine_eigenvalues(beta, limit)[1] + 1.0), 1e-12);
  }
}

TEST(Affine, WithoutMomentumIsGeometric) {
  const auto [x, y] = affine_eigenvalues(0.0, 0.25);
  EXPECT_EQ(x, 0.75);
  EXPECT_EQ(y, 0.0);
  EXPECT_EQ(affine_state(0.0, 0.25, 2.0, 1).distance, 1.5);
  EXPECT_LE(std::fabs(affine_state(0.0, 0.25, 2.0, 10).distance - 2.0 * std::pow(0.75, 10)), 1e-15);
}

TEST(Affine, WithoutMomentumAtRateOneArrivesInOneStep) {
  EXPECT_EQ(affine_eigenvalues(0.0, 1.0)[0], 0.0);
  EXPECT_EQ(affine_eigenvalues(0.0, 1.0)[1], 0.0);
  for (const int updates : {1, 2, 3, 10}) {
    EXPECT_EQ(affine_state(0.0, 1.0, 3.0, updates).distance, 0.0);
    EXPECT_EQ(affine_state(0.0, 1.0, 3.0, updates).momentum, updates == 1 ? 3.0 : 0.0);
  }
}

TEST(Affine, StartsAtRest) {
  for (const auto& [beta, eta] : settings()) {
    EXPECT_EQ(affine_state(beta, eta, 1.5, 0).momentum, 0.0);
    EXPECT_EQ(affine_state(beta, eta, 1.5, 0).distance, 1.5);
  }
}

TEST(Affine, ClosedFormIsTheIteration) {
  constexpr double a0 = -1.5;
  for (const auto& [beta, eta] : settings()) {
    SCOPED_TRACE(::testing::Message() << "beta " << beta << ", eta " << eta);
    long double momentum = 0;
    long double distance = a0;
    long double largest = std::fabs(a0);
    for (int updates = 1; updates <= 200; ++updates) {
      momentum = beta * momentum + (1.0L - beta) * distance;
      distance -= eta * momentum;
      largest = std::max({largest, std::fabs(distance), std::fabs(momentum)});
      const AffineState state = affine_state(beta, eta, a0, updates);
      ASSERT_LE(std::fabs(state.distance - distance), 1e-12L * largest) << "update " << updates;
      ASSERT_LE(std::fabs(state.momentum - momentum), 1e-12L * largest) << "update " << updates;
    }
  }
}

TEST(Affine, AUnitThatIsAlwaysActiveFollowsTheClosedForm) {
  // b stays more than 37.5 s above zero, where phi is exactly 0 and Phi exactly 1: the gradient is that of the affine
  // unit.
  const Target<double> target = {0.01, 3.0};
  const Parameters<double> start = {0.015, 0.03, 3.5};
  for (const auto& [beta, eta] : {Setting{0.0, 0.1}, {0.6, 0.1}, {0.9, 0.1}, {0.99, 0.2}}) {
    SCOPED_TRACE(::testing::Message() << "beta " << beta << ", eta " << eta);
    State<double> state = at_rest(start);
    for (int updates = 1; updates <= 500; ++updates) {
      update<Geometry::general>(rounded_descent<double>(beta, eta),
                                loss_gradient<Geometry::general>(state.theta, target), state);
      const auto expected = [&, b = beta, e = eta](double from) { return affine_state(b, e, from, updates).distance; };
      ASSERT_LE(std::fabs(state.theta.r - expected(start.r)), 1e-13);
      ASSERT_LE(std::fabs(state.theta.w - target.gamma - expected(start.w - target.gamma)), 1e-13);
      ASSERT_LE(std::fabs(state.theta.b - target.delta - expected(start.b - target.delta)), 1e-13);
    }
  }
}

}  // namespace
}  // namespace deadcone
