#pragma once

// Other units and optimisers than those of plain.hpp, as their formulas stand in docs/units.md: closed ones with erfc and exp,
// Owen's T by Gauss-Legendre quadrature, and the logistic function as a mixture of normal distributions, with as many nodes as
// deadcone has.
//
// z is N(b, s^2), s = |w|, g = +-gamma, and
//   A0 = E[sigma' sigma]   A1 = E[sigma' sigma u]   B0 = E[sigma']   B1 = E[sigma' u]   B2 = E[sigma' u^2]   with z = s u + b,
//   dL/db = A0 - Delta B0 - g B1     dL/ds = A1 - Delta B1 - g B2

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "plain.hpp"

namespace plain {

template <class Real>
struct Averages {
  Real a0, a1, b0, b1, b2;
};

/// The gradient of a unit whose averages(s, b) are known.
template <class Unit, class Real>
Pair<Real> gradient_of(const Unit& unit, Real gamma, Real delta, Real w, Real b) {
  const Real sign = w < 0 ? Real(-1) : Real(1), g = gamma * sign;
  const Averages<Real> of = unit.averages(std::abs(w), b);
  return {sign * (of.a1 - delta * of.b1 - g * of.b2), of.a0 - delta * of.b0 - g * of.b1};
}

template <class Real>
struct Leaky {
  Real gamma, delta, leak;

  Averages<Real> averages(Real s, Real b) const {
    const Real t = b / s, edge = density(t), active = distribution(t), step = 1 - leak, square_step = 1 - leak * leak;
    return {leak * leak * b + square_step * (s * edge + b * active), s * (leak * leak + square_step * active),
            leak + step * active, step * edge, leak + step * (active - t * edge)};
  }
  Pair<Real> gradient(Real w, Real b) const { return gradient_of(*this, gamma, delta, w, b); }
  Real activity(Real w, Real b) const { return averages(std::abs(w), b).b0; }
};

/// Phi(-d)/phi(d): by erfc, and by its continued fraction where that is nearly 0.
template <class Real>
Real mills(Real d) {
  if (d < 10) return Real(1.2533141373155003) * std::exp(Real(0.5) * d * d) * std::erfc(d * Real(0.70710678118654752));
  Real tail = d;
  for (int k = 10; k > 0; --k) tail = d + Real(k) / tail;
  return 1 / tail;
}

template <class Real>
struct Elu {
  Real gamma, delta, alpha;

  Averages<Real> averages(Real s, Real b) const {
    const Real t = b / s, edge = density(t), active = distribution(t);
    // E[exp(k z); z < 0]
    const auto half = [&](Real k) {
      const Real d = t + k * s;
      return d > 0 ? edge * mills(d) : std::exp(k * (b + Real(0.5) * k * s * s)) * distribution(-d);
    };
    const Real x1 = half(1), x2 = half(2), y1 = s * x1 - edge;
    const Real z1 = x1 + s * y1 + t * edge;
    const Real alpha2 = alpha * alpha;
    return {s * edge + b * active + alpha2 * (x2 - x1), s * (active + alpha2 * (2 * x2 - x1)), active + alpha * x1,
            edge + alpha * y1, active - t * edge + alpha * z1};
  }
  Pair<Real> gradient(Real w, Real b) const { return gradient_of(*this, gamma, delta, w, b); }
  Real activity(Real w, Real b) const { return averages(std::abs(w), b).b0; }
};

/// E[|sigma'(z)|] by the trapezoid rule, for a unit that falls, too.
template <class Slope, class Real>
Real absolute_slope(Real w, Real b, const Slope& slope) {
  constexpr int nodes = 257;
  constexpr double reach = 8.5;
  double sum = 0;
  for (int i = 0; i < nodes; ++i) {
    const double u = reach * (2.0 * i / (nodes - 1) - 1);
    sum += std::abs(slope(std::abs(double(w)) * u + double(b))) * density(u);
  }
  return static_cast<Real>(sum * 2 * reach / (nodes - 1));
}

/// Nodes and weights of Gauss and Legendre on (0, 1).
template <std::size_t count>
struct Legendre {
  std::array<double, count> node, weight;

  Legendre() {
    for (std::size_t i = 0; i < count; ++i) {
      double x = std::cos(M_PI * (static_cast<double>(i) + 0.75) / (static_cast<double>(count) + 0.5)), slope = 1;
      for (int turn = 0; turn < 10; ++turn) {
        double now = x, last = 1;
        for (std::size_t n = 2; n <= count; ++n) {
          const double next = ((2.0 * static_cast<double>(n) - 1) * x * now - (static_cast<double>(n) - 1) * last) /
                              static_cast<double>(n);
          last = now;
          now = next;
        }
        slope = static_cast<double>(count) * (x * now - last) / (x * x - 1);
        x -= now / slope;
      }
      node[i] = (1 + x) / 2;
      weight[i] = 1 / ((1 - x * x) * slope * slope);
    }
  }
};

template <class Real>
struct Gelu {
  static constexpr std::size_t nodes = sizeof(Real) == sizeof(float) ? 5 : 10;
  Real gamma, delta;
  std::array<Real, nodes> square, weight;  ///< of Owen's T

  Gelu(Real of_gamma, Real of_delta) : gamma(of_gamma), delta(of_delta) {
    const Legendre<nodes> rule;
    for (std::size_t i = 0; i < nodes; ++i) {
      square[i] = static_cast<Real>(rule.node[i] * rule.node[i]);
      weight[i] = static_cast<Real>(rule.weight[i] / (2 * M_PI));
    }
  }

  Real owen(Real h, Real a) const {
    Real sum = 0;
    for (std::size_t i = 0; i < nodes; ++i) {
      const Real x = 1 + a * a * square[i];
      sum += weight[i] * std::exp(Real(-0.5) * h * h * x) / x;
    }
    return a * sum;
  }

  Averages<Real> averages(Real s, Real b) const {
    const Real s2 = s * s, over_r2 = 1 / (1 + s2), r = std::sqrt(1 + s2), over_k2 = 1 / (1 + 2 * s2),
               over_k = std::sqrt(over_k2);
    const Real h = b / r, h2 = h * h, c = s2 * over_r2, q = 1 + over_k2;
    const Real edge = density(h), gate = distribution(h);
    const Real b0 = gate + h * edge * over_r2;
    const Real g0 = gate - 2 * owen(h, over_k);
    const Real e1 = edge * distribution(h * over_k), e2 = edge * density(h * over_k) * over_k;
    const Real g1 = 2 * e1, g2 = 2 * (e2 - h * e1), g3 = 2 * ((h2 - 1) * e1 - h * (1 + q) * e2);
    const Real g4 = 2 * ((3 * h - h * h2) * e1 + (h2 * (1 + q + q * q) - (2 + q)) * e2);
    return {r * (h * g0 + (h2 + 3 * c) / 2 * g1 + h * c * g2 + c * c / 2 * g3),
            s * (g0 + 2 * h * g1 + (h2 + 5 * c) / 2 * g2 + h * c * g3 + c * c / 2 * g4), b0,
            s / r * edge * (1 + (1 - h2) * over_r2), b0 - c * h * edge * (1 + (3 - h2) * over_r2)};
  }
  Pair<Real> gradient(Real w, Real b) const { return gradient_of(*this, gamma, delta, w, b); }
  Real activity(Real w, Real b) const {
    return absolute_slope(w, b, [](double z) { return distribution(z) + z * density(z); }) / Real(1.1289041451851548);
  }
};

template <class Real>
struct Silu {
  static constexpr int nodes = sizeof(Real) == sizeof(float) ? 12 : 28;
  Real gamma, delta;
  std::array<Real, nodes> variance, weight;  ///< S(z) = sum of weight Phi(z/sqrt(variance))

  Silu(Real of_gamma, Real of_delta) : gamma(of_gamma), delta(of_delta) {
    // The trapezoid rule in log k for the integral of Phi(z/2k) f(k), f Kolmogorov's density.
    const double first = nodes == 12 ? 0.56 : 0.36, last = nodes == 12 ? 5.2 : 7.6;
    const double step = std::log(last / first) / (nodes - 1);
    for (int i = 0; i < nodes; ++i) {
      const double tau = first * std::exp(i * step), k = tau / 2;
      double f = 0;
      for (int j = 60; j > 0; --j) f += (j % 2 == 1 ? 8 : -8) * k * j * j * std::exp(-2.0 * j * j * k * k);
      variance[i] = static_cast<Real>(tau * tau);
      weight[i] = static_cast<Real>(step * k * f);
    }
  }

  Averages<Real> averages(Real s, Real b) const {
    const Real s2 = s * s, b2 = b * b;
    Real d0 = 0, m0 = 0, m1 = 0, m2 = 0, m3 = 0, m4 = 0;  // m_j = sum of weight phi(h)/rho^(2j+1)
    for (int i = 0; i < nodes; ++i) {
      const Real over_rho2 = 1 / (variance[i] + s2), over_rho = std::sqrt(over_rho2), h = b * over_rho;
      d0 += weight[i] * distribution(h);
      Real term = weight[i] * density(h) * over_rho;
      m0 += term;
      m1 += term *= over_rho2;
      m2 += term *= over_rho2;
      m3 += term *= over_rho2;
      m4 += term *= over_rho2;
    }
    const Real d1 = m0, d2 = -b * m1, d3 = b2 * m2 - m1, d4 = -b * (b2 * m3 - 3 * m2),
               d5 = b2 * (b2 * m4 - 6 * m3) + 3 * m2;
    const Real f0 = d0 - d1, f1 = d1 - d2, f2 = d2 - d3, f3 = d3 - d4, f4 = d4 - d5;
    const Real b0 = d0 + b * d1 + s2 * d2;
    return {b * f0 + (b2 + 3 * s2) / 2 * f1 + b * s2 * f2 + s2 * s2 / 2 * f3,
            s * (f0 + 2 * b * f1 + (b2 + 5 * s2) / 2 * f2 + b * s2 * f3 + s2 * s2 / 2 * f4), b0,
            s * (2 * d1 + b * d2 + s2 * d3), b0 + s2 * (3 * d2 + b * d3 + s2 * d4)};
  }
  Pair<Real> gradient(Real w, Real b) const { return gradient_of(*this, gamma, delta, w, b); }
  Real activity(Real w, Real b) const {
    const auto slope = [](double z) {
      const double gate = 1 / (1 + std::exp(-z));
      return gate * (1 + z * (1 - gate));
    };
    return absolute_slope(w, b, slope) / Real(1.0998393201288669);
  }
};

template <class Real>
struct Adam {
  Real beta, eta, beta2, eps;
  Pair<Real> m = {0, 0}, v = {0, 0};
  Real beta_power = 1, beta2_power = 1;

  Pair<Real> change(const Pair<Real>& gradient) {
    beta_power *= beta;
    beta2_power *= beta2;
    const Real root = std::sqrt(1 - beta2_power), rate = eta * root / (1 - beta_power), floor = eps * root;
    const auto change_of = [&](Real g, Real& m_of, Real& v_of) {
      m_of = beta * m_of + (1 - beta) * g;
      v_of = beta2 * v_of + (1 - beta2) * g * g;
      return -rate * m_of / (std::sqrt(v_of) + floor);
    };
    return {change_of(gradient.w, m.w, v.w), change_of(gradient.b, m.b, v.b)};
  }
};

/// Calls use(unit) with the unit that the options name.
template <class Real, class Use>
void with_unit(const Problem<Real>& p, const Options& options, const Use& use) {
  const std::string text = option(options, "--unit", "relu");
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  const Real constant = colon == std::string::npos ? Real(0) : static_cast<Real>(std::stod(text.substr(colon + 1)));
  if (name == "relu") {
    use(Relu<Real>{p.gamma, p.delta});
  } else if (name == "leaky") {
    use(Leaky<Real>{p.gamma, p.delta, constant});
  } else if (name == "elu") {
    use(Elu<Real>{p.gamma, p.delta, constant});
  } else if (name == "gelu") {
    use(Gelu<Real>(p.gamma, p.delta));
  } else if (name == "silu") {
    use(Silu<Real>(p.gamma, p.delta));
  } else {
    throw std::runtime_error("no unit " + text);
  }
}

/// Calls use(make) with a function that makes the optimiser that the options name, for the start of a trajectory.
template <class Real, class Use>
void with_optimizer(const Options& options, const Use& use) {
  const std::string name = option(options, "--optimizer", "momentum");
  if (name == "momentum") {
    use([](const Start<Real>& start) { return Momentum<Real>{start.beta, start.eta}; });
  } else if (name == "adam") {
    const auto beta2 = static_cast<Real>(std::stod(options.at("--beta2")));
    const auto eps = static_cast<Real>(std::stod(options.at("--eps")));
    use([=](const Start<Real>& start) { return Adam<Real>{start.beta, start.eta, beta2, eps}; });
  } else {
    throw std::runtime_error("no optimiser " + name);
  }
}

}  // namespace plain
