#pragma once

// What a user would write in C++ or CUDA instead: a trajectory with the standard library's erfc and exp. Planar, rule
// `stationary`. No header of deadcone but the benchmark's protocol is used.
//
// A unit is a struct with gradient(w, b) and activity(w, b), an optimiser one with change(gradient); those here are the rectifier
// and momentum, plain_units.hpp has others.

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

/// What a trajectory starts from.
template <class Real>
struct Start {
  Real beta, eta, w, b;
};

/// The values along one side of the pixels: centres of `count` of one width, or of one ratio.
struct Side {
  double lo, hi;
  int count;
  bool logarithmic;

  PLAIN_FUNCTION double centre(int i) const {
    const double at = (i + 0.5) / count;
    return logarithmic ? lo * std::pow(hi / lo, at) : lo + at * (hi - lo);
  }
};

template <class Real>
struct Pair {
  Real w, b;
};

template <class Real>
struct Problem {
  Real gamma, delta, tol, rho, epsilon;
  int max_updates;
  Pair<Real> minima[4];  ///< that of least loss first
  int minimum_count;
  Start<Real> common;
  Side x, y;
  Real Start<Real>::*x_place;  ///< what they set
  Real Start<Real>::*y_place;

  PLAIN_FUNCTION int pixels() const { return x.count * y.count; }
  PLAIN_FUNCTION Start<Real> start(int pixel) const {
    Start<Real> start = common;
    start.*x_place = Real(x.centre(pixel % x.count));
    start.*y_place = Real(y.centre(pixel / x.count));
    return start;
  }
};

enum Fate : std::int8_t { converged = 0, dead = 1, stalled = 2, unfinished = 3, diverged = 4, other_minimum = 6 };

template <class Real>
PLAIN_FUNCTION Real norm(Real a, Real b) {
  return std::sqrt(a * a + b * b);
}

/// phi(t) and Phi(t).
template <class Real>
PLAIN_FUNCTION Real density(Real t) {
  return Real(0.39894228040143268) * std::exp(Real(-0.5) * t * t);
}
template <class Real>
PLAIN_FUNCTION Real distribution(Real t) {
  return Real(0.5) * std::erfc(-t * Real(0.70710678118654752));
}

template <class Real>
struct Relu {
  Real gamma, delta;

  PLAIN_FUNCTION Pair<Real> gradient(Real w, Real b) const {
    const Real s = std::abs(w), sign = w < 0 ? Real(-1) : Real(1), t = b / s;
    const Real active = distribution(t), edge = density(t);
    const Real g = gamma * sign;
    return {active * (w - gamma) + edge * (t * g - delta) * sign, active * (b - delta) + edge * (s - g)};
  }
  PLAIN_FUNCTION Real activity(Real w, Real b) const { return distribution(b / std::abs(w)); }
};

template <class Real>
struct Momentum {
  Real beta, eta;
  Pair<Real> momentum = {0, 0};

  PLAIN_FUNCTION Pair<Real> change(const Pair<Real>& gradient) {
    momentum.w = beta * momentum.w + (1 - beta) * gradient.w;
    momentum.b = beta * momentum.b + (1 - beta) * gradient.b;
    return {-eta * momentum.w, -eta * momentum.b};
  }
};

/// Where a trajectory ends that is at rest.
template <class Unit, class Real>
PLAIN_FUNCTION Fate fate_at(const Problem<Real>& p, const Unit& unit, Real w, Real b) {
  for (int i = 0; i < p.minimum_count; ++i) {
    const Pair<Real>& minimum = p.minima[i];
    if (norm(w - minimum.w, b - minimum.b) <= p.rho * norm(minimum.w, minimum.b))
      return i == 0 ? converged : other_minimum;
  }
  return unit.activity(w, b) < p.epsilon ? dead : stalled;
}

template <class Unit, class Optimizer, class Real>
PLAIN_FUNCTION Fate trajectory(const Problem<Real>& p, const Unit& unit, Optimizer optimizer, const Start<Real>& start,
                               std::int32_t& steps) {
  Real w = start.w, b = start.b;
  const Real limit = Real(1e6) * (norm(w, b) + norm(p.gamma, p.delta));
  bool was_at_rest = false;
  for (steps = 1; steps <= p.max_updates; ++steps) {
    const Pair<Real> gradient = unit.gradient(w, b);
    const Pair<Real> change = optimizer.change(gradient);
    w += change.w;
    b += change.b;
    if (!(norm(w, b) <= limit)) return diverged;
    const bool at_rest = norm(change.w, change.b) < p.tol && start.eta * norm(gradient.w, gradient.b) < p.tol;
    if (at_rest && was_at_rest) return fate_at(p, unit, w, b);
    was_at_rest = at_rest;
  }
  steps = p.max_updates;
  return unfinished;
}

/// That of the rectifier under momentum.
template <class Real>
PLAIN_FUNCTION Fate trajectory(const Problem<Real>& p, const Start<Real>& start, std::int32_t& steps) {
  return trajectory(p, Relu<Real>{p.gamma, p.delta}, Momentum<Real>{start.beta, start.eta}, start, steps);
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

/// An option, or what it is where it is not given.
inline std::string option(const Options& options, const std::string& name, const std::string& otherwise) {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

template <class Real>
Problem<Real> problem_of(const Options& options) {
  const auto real = [&](const char* name) { return static_cast<Real>(std::stod(options.at(name))); };
  Problem<Real> p{};
  p.gamma = real("--gamma");
  p.delta = real("--delta");
  p.tol = real("--tol");
  p.rho = real("--rho");
  p.epsilon = real("--epsilon");
  p.max_updates = std::stoi(options.at("--max-steps"));

  const std::map<std::string, Real Start<Real>::*> places = {
      {"beta", &Start<Real>::beta}, {"eta", &Start<Real>::eta}, {"w", &Start<Real>::w}, {"b", &Start<Real>::b}};
  const std::string plane = option(options, "--plane", "w,b");
  const std::size_t comma = plane.find(',');
  const std::string x_name = plane.substr(0, comma), y_name = plane.substr(comma + 1);
  for (const auto& [name, place] : places) {
    if (name != x_name && name != y_name) p.common.*place = real(("--" + name).c_str());
  }
  const auto side = [&](const std::string& name, Side& to, Real Start<Real>::*& place) {
    const std::string text = options.at("--" + name);
    to.logarithmic = text.rfind("log:", 0) == 0;
    const char* numbers = text.c_str() + (to.logarithmic ? 4 : 0);
    if (std::sscanf(numbers, "%lf:%lf:%d", &to.lo, &to.hi, &to.count) != 3)
      throw std::runtime_error("not a range: " + text);
    place = places.at(name);
  };
  side(x_name, p.x, p.x_place);
  side(y_name, p.y, p.y_place);

  // W:B,W:B,...; without it the target, where the rectifier has its minimum.
  const std::string minima = option(options, "--minima", options.at("--gamma") + ":" + options.at("--delta"));
  for (std::size_t at = 0; at != std::string::npos && p.minimum_count < 4;) {
    double w, b;
    if (std::sscanf(minima.c_str() + at, "%lf:%lf", &w, &b) != 2) throw std::runtime_error("not minima: " + minima);
    p.minima[p.minimum_count++] = {static_cast<Real>(w), static_cast<Real>(b)};
    at = minima.find(',', at);
    if (at != std::string::npos) ++at;
  }
  return p;
}

}  // namespace plain
