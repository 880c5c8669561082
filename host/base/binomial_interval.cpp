#include "base/binomial_interval.hpp"

#include <cmath>
#include <limits>

namespace deadcone {
namespace {

/// What both tails together may miss.
constexpr double missed = 0.05;

/// The continued fraction of the incomplete beta function by the method of Lentz: DLMF 8.17.22. It converges fast for
/// x < (a + 1)/(a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  constexpr double enough = 1e-15;
  constexpr int most_terms = 100'000;  // some sqrt(max(a, b)) are needed
  double c = 1.0;
  double d = 1.0 / (1.0 - (a + b) * x / (a + 1.0));
  double value = d;
  const auto multiply = [&](double term) {
    d = 1.0 + term * d;
    c = 1.0 + term / c;
    d = 1.0 / (std::fabs(d) < tiny ? tiny : d);
    c = std::fabs(c) < tiny ? tiny : c;
    value *= c * d;
  };
  for (int m = 1; m < most_terms; ++m) {
    const double before = value;
    multiply(m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)));
    multiply(-(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)));
    if (std::fabs(value - before) < enough * std::fabs(value)) break;
  }
  return value;
}

/// The logarithm of the gamma function; std::lgamma also writes a sign that all threads share.
double log_gamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}

/// The regularized incomplete beta function I_x(a, b) for whole a, b >= 1: the probability of `a` hits or more in a + b - 1
/// trials.
double beta_share(double a, double b, double x) {
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  if (x > (a + 1.0) / (a + b + 2.0)) return 1.0 - beta_share(b, a, 1.0 - x);
  const double factor = log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x);
  return std::exp(factor) * beta_fraction(a, b, x) / a;
}

/// The x at which I_x(a, b) has the value, by halving.
double beta_quantile(double a, double b, double value) {
  double low = 0.0;
  double high = 1.0;
  for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
    const double middle = 0.5 * (low + high);
    (beta_share(a, b, middle) < value ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

BinomialInterval binomial_interval(std::int64_t hits, std::int64_t trials) {
  if (trials <= 0) return {std::numeric_limits<double>::quiet_NaN(), 0.0, 1.0};
  const auto yes = static_cast<double>(hits);
  const auto no = static_cast<double>(trials - hits);
  return {yes / (yes + no), hits == 0 ? 0.0 : beta_quantile(yes, no + 1.0, missed / 2),
          hits == trials ? 1.0 : beta_quantile(yes + 1.0, no, 1.0 - missed / 2)};
}

BinomialInterval estimate_wrong_fills(const Counts& counts) {
  const auto [share, low, high] = binomial_interval(counts.fill_sample_mismatches, counts.fill_sampled);
  const auto filled = static_cast<double>(counts.filled);
  return {filled > 0.0 ? share * filled : 0.0, std::floor(low * filled), std::ceil(high * filled)};
}

}  // namespace deadcone
