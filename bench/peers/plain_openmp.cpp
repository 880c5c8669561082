// What a user would write in C++ instead: the standard library's erfc and exp, a loop over the pixels, OpenMP.
// Planar, rule `stationary`. No header of deadcone but the benchmark's protocol is used.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include "../contestant.hpp"

namespace {

template <class Real>
struct Problem {
  Real beta, gamma, eta, delta, tol, rho, epsilon;
  int max_steps;
  double w_lo, w_hi, b_lo, b_hi;
  int w_count, b_count;
};

enum Fate : std::int8_t { converged, dead, stalled, unfinished, diverged };

template <class Real>
Fate trajectory(const Problem<Real>& p, Real w, Real b, std::int32_t& steps) {
  const Real inverse_root_two = Real(0.70710678118654752), inverse_root_two_pi = Real(0.39894228040143268);
  const Real target = std::sqrt(p.gamma * p.gamma + p.delta * p.delta);
  const Real limit = Real(1e6) * (std::sqrt(w * w + b * b) + target);
  Real momentum_w = 0, momentum_b = 0, active = 0;
  bool was_at_rest = false;
  for (steps = 1; steps <= p.max_steps; ++steps) {
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
  steps = p.max_steps;
  return unfinished;
}

template <class Real>
bench::Labels labels_of(const Problem<Real>& p) {
  bench::Labels labels;
  const int pixels = p.w_count * p.b_count;
  labels.fate.resize(static_cast<std::size_t>(pixels));
  labels.steps.resize(static_cast<std::size_t>(pixels));
#pragma omp parallel for schedule(dynamic, 256)
  for (int i = 0; i < pixels; ++i) {
    const double w = p.w_lo + (i % p.w_count + 0.5) * (p.w_hi - p.w_lo) / p.w_count;
    const double b = p.b_lo + (i / p.w_count + 0.5) * (p.b_hi - p.b_lo) / p.b_count;
    const auto pixel = static_cast<std::size_t>(i);
    labels.fate[pixel] = trajectory(p, static_cast<Real>(w), static_cast<Real>(b), labels.steps[pixel]);
  }
  return labels;
}

using Options = std::map<std::string, std::string>;

double number(const Options& options, const std::string& name) {
  return std::stod(options.at(name));
}

template <class Real>
void serve(const Options& options) {
  const auto real = [&](const char* name) { return static_cast<Real>(number(options, name)); };
  Problem<Real> p{real("--beta"),
                  real("--gamma"),
                  real("--eta"),
                  real("--delta"),
                  real("--tol"),
                  real("--rho"),
                  real("--epsilon"),
                  static_cast<int>(number(options, "--max-steps")),
                  0,
                  0,
                  0,
                  0,
                  0,
                  0};
  const auto range = [&](const char* name, double& lo, double& hi, int& count) {
    if (std::sscanf(options.at(name).c_str(), "%lf:%lf:%d", &lo, &hi, &count) != 3) throw std::runtime_error(name);
  };
  range("--w", p.w_lo, p.w_hi, p.w_count);
  range("--b", p.b_lo, p.b_hi, p.b_count);
  bench::serve([&] { return labels_of(p); }, options.at("--labels"));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options options;
    for (int i = 1; i < argc; ++i) {  // --name=value
      const std::string word = argv[i];
      const std::size_t equals = word.find('=');
      if (equals == std::string::npos) throw std::runtime_error("not --name=value: " + word);
      options[word.substr(0, equals)] = word.substr(equals + 1);
    }
    if (options.at("--precision") == "float") {
      serve<float>(options);
    } else {
      serve<double>(options);
    }
  } catch (const std::exception& error) {
    std::cerr << "plain_openmp: " << error.what() << std::endl;
    return 1;
  }
}
