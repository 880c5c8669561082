#include "proof/rest_bounds.hpp"

#include <cmath>

#include "proof/energy_bounds.hpp"

namespace deadcone {
namespace {

using namespace numeric;

/// By how much t may change in the last update.
constexpr double last_change = 0x1p-7;
constexpr double cell_width = 0x1p-8;
constexpr double last_cell = -8.0;

/// The margins to try: so many to an octave, over so many octaves.
constexpr int steps_per_octave = 32;
constexpr int octaves = 36;

/// 1 for step 0, and falling from there; exact.
double margin_of_step(int step) {
  const double within = 1.0 - 0.5 * (step % steps_per_octave) / steps_per_octave;
  return std::ldexp(within, -(step / steps_per_octave));
}

/// No more than |gradient| at any s with t in the cell, below zero.
double least_along_rays(Interval t) {
  const Normal<Interval> norm = normal(t);
  const Interval one_and_t2 = exactly(1.0) + squared(t);
  const Interval a = second_moment(t);
  const Interval edge = norm.density * one_and_t2 - t * norm.distribution;
  const Interval scale = square_root(squared(a) + squared(norm.density)) * square_root(one_and_t2);
  return ((a * edge - norm.density * norm.distribution) / scale).lo;
}

}  // namespace

RestBounds::RestBounds(double dead)
    : dead_(dead),
      excluded_(Exclusion(dead).margin(Geometry::planar, 0.0)),
      distribution_there_(normal(exactly(dead + last_change)).distribution.hi),
      limits_(std::size_t{steps_per_octave} * octaves + 1) {}

RestBounds::Cell RestBounds::cell_at(Interval t) {
  const Normal<Interval> norm = normal(t);
  const Interval one_and_t2 = exactly(1.0) + squared(t);
  Cell cell;
  cell.t = t;
  cell.distribution = norm.distribution;
  cell.density = norm.density;
  cell.second = second_moment(t);
  cell.edge = norm.density * one_and_t2 - t * norm.distribution;
  cell.least = std::numeric_limits<double>::infinity();
  constexpr int parts = 4;  // it is a difference of numbers that are nearly the same
  for (int i = 0; i < parts; ++i) {
    const double part = (t.hi - t.lo) / parts;
    cell.least = std::min(cell.least, least_along_rays({t.lo + i * part, t.lo + (i + 1) * part}));
  }
  cell.empty_from = Exclusion(t.hi).margin(Geometry::planar, 0.0);
  return cell;
}

double RestBounds::least_gradient(const Cell& cell, double margin) {
  // Of the s of a low loss the one with the smallest gradient: where it has its minimum along the ray, or at an end.
  const auto& [t, distribution, density, a, edge, least, empty_from] = cell;
  const Interval root = square_root(squared(distribution) - a * exactly(margin));
  const Interval s_hi = (distribution + root) / a;
  const Interval s_lo = exactly(margin) / (distribution + root);
  const Interval minimum = (a * distribution + density * edge) / (squared(a) + squared(density));
  if (minimum.lo <= s_hi.hi && minimum.hi >= s_lo.lo) return least;
  const Interval s = minimum.lo > s_hi.hi ? s_hi : s_lo;
  // Along the ray the derivative is -+root there.
  const Interval across = s * density - edge;
  const Interval norm = square_root((squared(root) + squared(across)) / (exactly(1.0) + squared(t)));
  return std::max(least, norm.lo);
}

const RestBounds::Limit& RestBounds::limit_at(int step) {
  Limit& limit = limits_[static_cast<std::size_t>(step)];
  if (limit.rest >= 0.0) return limit;
  const double margin = margin_of_step(step);
  double least = std::numeric_limits<double>::infinity();
  double reached = dead_ + last_change;
  for (std::size_t i = 0;; ++i) {
    if (i == cells_.size()) cells_.push_back(cell_at({reached - cell_width, reached}));
    const Cell& cell = cells_[i];
    if (cell.empty_from <= margin) break;
    least = std::min(least, least_gradient(cell, margin));
    reached = cell.t.lo;
    if (reached < last_cell) least = 0.0;
    if (!(least > 0.0)) break;
  }
  limit = {std::max(least, 0.0), above(std::fabs(reached))};
  return limit;
}

RestBounds::Margin RestBounds::margin(double rest) {
  constexpr double any = std::numeric_limits<double>::infinity();
  const auto holds = [&](int step) { return limit_at(step).rest > rest; };
  // A larger margin leaves less of the dead cone: once it holds, it holds for all that are larger.
  int good = -1;
  int bad = 4 * steps_per_octave - 1;  // smaller ones take longer: come to them step by step
  for (; bad < static_cast<int>(limits_.size()) && holds(bad); bad += 4 * steps_per_octave) good = bad;
  bad = std::min(bad, static_cast<int>(limits_.size()));
  while (bad - good > 1) {
    const int middle = (good + bad) / 2;
    (holds(middle) ? good : bad) = middle;
  }
  if (good < 0 || margin_of_step(good) >= excluded_ || dead_ + last_change > 0.0) return {excluded_, any};
  // On the segment s >= margin/(2 Phi), so |dt| <= sqrt(1 + t^2)/s |dtheta|.
  const Interval steepest = exactly(limit_at(good).steepest);
  const Interval speed = square_root(exactly(1.0) + squared(steepest)) * exactly(2.0) * exactly(distribution_there_) /
                         exactly(margin_of_step(good));
  return {margin_of_step(good), (exactly(last_change) / speed).lo};
}

}  // namespace deadcone
