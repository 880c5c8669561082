#pragma once

// What a user would write in C++ or CUDA instead: a trajectory with the standard library's erfc and exp. Planar, rule
// `stationary`. No header of deadcone but the benchmark's protocol is used.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>

#if defined(__CUDACC__)
#define PLAIN_FUNCTION __host__ __device__
#else
#define PLAIN_FUNCTION
#endif

namespace plain {

template <class Real>
struct Problem {
  Real beta, gamma, eta, delta, tol, rho, epsilon;
  int max_updates;
  double w_lo, w_hi, b_lo, b_hi;
  int w_count, b_count;

  PLAIN_FUNCTION int pixels() const { return w_count * b_count; }
  PLAIN_FUNCTION Real w(int pixel) const { return Real(w_lo + (pixel % w_count + 0.5) * (w_hi - w_lo) / w_count); }
  PLAIN_FUNCTION Real b(int pixel) const { return Real(b_lo + (pixel / w_count + 0.5) * (b_hi - b_lo) / b_count); }
};

enum Fate : std::int8_t { converged, dead, stalled, unfinished, diverged };

template <class Real>
PLAIN_FUNCTION Fate trajectory(const Problem<Real>& p, Real w, Real b, std::int32_t& steps) {
  const Real inverse_root_two = Real(0.70710678118654752), inverse_root_two_pi = Real(0.39894228040143268);
  const Real target = std::sqrt(p.gamma * p.gamma + p.delta * p.delta);
  const Real limit = Real(1e6) * (std::sqrt(w * w + b * b) + target);
  Real momentum_w = 0, momentum_b = 0, active = 0;
  bool was_at_rest = false;
  for (steps = 1; steps <= p.max_updates; ++steps) {
    const Real s = std::abs(w), sign = w < 0 ? Real(-1) : Real(1), t = b / s;
    active = Real(0.5) * std::erfc(-t * inverse_root_two);
    const Real density = inverse_root_two_pi * std::exp(Real(-0.5) * t * t);
    const Real g = p.gamma * sign;
    const Real gradient_w = active * (w - p.gamma) + density * (t * g - p.delta) * sign;
    const Real gradient_b = active * (b - p.delta) + density * (s - g);
    momentum_w = p.beta * momentum_w + (1 - p.beta) * gradient_w;
    momentum_b = p.beta * momentum_b + (1 - p.beta) * gradient_b;
    w -= p.eta * momentum_w;
    b -= p.eta * momentum_b;
    if (!(std::sqrt(w * w + b * b) <= limit)) return diverged;
    const bool at_rest = p.eta * std::sqrt(momentum_w * momentum_w + momentum_b * momentum_b) < p.tol &&
                         p.eta * std::sqrt(gradient_w * gradient_w + gradient_b * gradient_b) < p.tol;
    if (at_rest && was_at_rest) {
      const Real away_w = w - p.gamma, away_b = b - p.delta;
      if (std::sqrt(away_w * away_w + away_b * away_b) <= p.rho * target) return converged;
      return Real(0.5) * std::erfc(-b / std::abs(w) * inverse_root_two) < p.epsilon ? dead : stalled;
    }
    was_at_rest = at_rest;
  }
  steps = p.max_updates;
  return unfinished;
}

using Options = std::map<std::string, std::string>;

/// The words --name=value of a command line.
inline Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) throw std::runtime_error("not --name=value: " + word);
    options[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return options;
}

template <class Real>
Problem<Real> problem_of(const Options& options) {
  const auto real = [&](const char* name) { return static_cast<Real>(std::stod(options.at(name))); };
  Problem<Real> p{};
  p.beta = real("--beta");
  p.gamma = real("--gamma");
  p.eta = real("--eta");
  p.delta = real("--delta");
  p.tol = real("--tol");
  p.rho = real("--rho");
  p.epsilon = real("--epsilon");
  p.max_updates = std::stoi(options.at("--max-steps"));
  const auto range = [&](const char* name, double& lo, double& hi, int& count) {
    if (std::sscanf(options.at(name).c_str(), "%lf:%lf:%d", &lo, &hi, &count) != 3) throw std::runtime_error(name);
  };
  range("--w", p.w_lo, p.w_hi, p.w_count);
  range("--b", p.b_lo, p.b_hi, p.b_count);
  return p;
}

}  // namespace plain
