#pragma once

// Momentum descent of the affine unit w.x + b, with no rectifier: the linear system that the rectified unit becomes
// wherever it is always active. Every coordinate a of theta - Theta* obeys
//
//   m' = beta m + (1 - beta) a              ( m )'    (   beta            1 - beta      ) ( m )
//   a' = a - eta m'              that is    ( a )  =  ( -eta beta   1 - eta (1 - beta)  ) ( a )
//
// with trace 1 + beta - eta (1 - beta) and determinant beta. (Eq. 5 of arXiv 2005.06195 prints the vector as (a, m).)

#include <array>
#include <cmath>
#include <complex>

namespace deadcone {

/// The two eigenvalues are half_trace +- sqrt(discriminant).
struct AffineSpectrum {
  double half_trace;
  double discriminant;
};

inline AffineSpectrum affine_spectrum(double beta, double eta) {
  const double half_trace = 0.5 * (1.0 + beta - eta * (1.0 - beta));
  // half_trace^2 - beta, factored so that it does not cancel near the double eigenvalue.
  const double root = std::sqrt(beta);
  return {half_trace, (half_trace - root) * (half_trace + root)};
}

/// The two eigenvalues, the larger real part first, or the positive imaginary part first.
inline std::array<std::complex<double>, 2> affine_eigenvalues(double beta, double eta) {
  const auto [half_trace, discriminant] = affine_spectrum(beta, eta);
  if (discriminant < 0.0) {
    const double imaginary = std::sqrt(-discriminant);
    return {std::complex<double>(half_trace, imaginary), std::complex<double>(half_trace, -imaginary)};
  }
  // The larger in magnitude by a sum of equal signs, the other from the product of the two.
  const double large = half_trace + std::copysign(std::sqrt(discriminant), half_trace);
  const double small = large == 0.0 ? 0.0 : beta / large;
  return {std::complex<double>(std::fmax(large, small)), std::complex<double>(std::fmin(large, small))};
}

/// The momentum above which the eigenvalues are complex (the affine system oscillates): ((1 - eta)/(1 + eta))^2.
inline double affine_critical_momentum(double eta) {
  const double ratio = (1.0 - eta) / (1.0 + eta);
  return ratio * ratio;
}

/// The learning rate from which on the affine system is unstable: 2 (1 + beta)/(1 - beta).
inline double affine_largest_learning_rate(double beta) {
  return 2.0 * (1.0 + beta) / (1.0 - beta);
}

/// Momentum and distance of one coordinate.
struct AffineState {
  double momentum;
  double distance;  ///< a
};

/// p_k = (x^k - y^k)/(x - y) for the eigenvalues x, y, the limit k x^(k-1) where they are equal; k >= 0.
///
/// Both forms are written in sqrt(|discriminant|), which never cancels, however near the eigenvalues are to each other.
inline double affine_power(double beta, double eta, int k) {
  if (k == 0) return 0.0;
  const auto [half_trace, discriminant] = affine_spectrum(beta, eta);
  const double root = std::sqrt(std::fabs(discriminant));
  if (root == 0.0) return k * std::pow(half_trace, k - 1);
  if (discriminant > 0.0) {
    // x^(k-1) (1 - q^k)/(1 - q), x the larger in magnitude, q = y/x in [0, 1).
    const double large = half_trace + std::copysign(root, half_trace);
    const double gap = std::fmin(2.0 * root / std::fabs(large), 1.0);
    return std::pow(large, k - 1) * -std::expm1(k * std::log1p(-gap)) / gap;
  }
  // |x|^(k-1) sin(k angle)/sin(angle); a negative half_trace is that of -x, -y.
  const double modulus = std::sqrt(beta);
  const double angle = std::atan2(root, std::fabs(half_trace));
  const double sign = half_trace < 0.0 && k % 2 == 0 ? -1.0 : 1.0;
  return sign * std::pow(modulus, k - 1) * std::sin(k * angle) / std::sin(angle);
}

/// The state after `updates` updates from rest at distance a0, in closed form: A^k = p_k A - beta p_{k-1} I.
inline AffineState affine_state(double beta, double eta, double a0, int updates) {
  if (updates == 0) return {0.0, a0};
  const double p = affine_power(beta, eta, updates);
  const double last = affine_power(beta, eta, updates - 1);
  return {p * (1.0 - beta) * a0, (p * (1.0 - eta * (1.0 - beta)) - beta * last) * a0};
}

}  // namespace deadcone
