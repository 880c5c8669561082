#include "proof/energy_bounds.hpp"

#include <limits>
#include <vector>

namespace deadcone {
namespace {

using namespace numeric;

double width(Interval a) {
  return a.hi - a.lo;
}

/// E[relu(z + t)] = phi + t Phi. It grows with t.
Interval first_moment_at(double t) {
  const Normal<Interval> norm = normal(exactly(t));
  return norm.density + exactly(t) * norm.distribution;
}

Interval first_moment(Interval t) {
  return {std::max(first_moment_at(t.lo).lo, 0.0), first_moment_at(t.hi).hi};
}

Interval second_moment_at(double t) {
  const Normal<Interval> norm = normal(exactly(t));
  return (exactly(1.0) + squared(exactly(t))) * norm.distribution + exactly(t) * norm.density;
}

/// A point set in (t, v).
struct Box {
  Interval t;
  Interval v;
};

/// The question of curvature_is_below() for one box.
class Curvature {
 public:
  Curvature(double margin, Geometry geometry, double relative_delta)
      : geometry_(geometry), delta_(exactly(relative_delta)), c_(exactly(margin) + squared(delta_)) {}

  /// No less than phi mu / s anywhere in the box where the loss is low; negative where it is nowhere low.
  double upper_bound(const Box& box) const {
    const Normal<Interval> norm = normal(box.t);
    const Interval b = box.v * norm.distribution + delta_ * first_moment(box.t);
    const Interval discriminant = squared(b) - second_moment(box.t) * c_;
    if (b.hi <= 0.0 || discriminant.hi < 0.0) return -1.0;
    const Interval inverse_of_s = (positive_part(b) + square_root(discriminant)) / c_;
    return (norm.density * mu(box) * inverse_of_s).hi;
  }

  /// The same for all t >= 8: phi times a polynomial in t that is larger than all that phi mu / s can be there.
  double upper_bound_of_tail() const {
    const Interval t = exactly(8.0);
    const Interval one = exactly(1.0);
    const Interval d = {std::fabs(delta_.lo), std::fabs(delta_.hi)};
    const Interval mu = (t + d) * (one + squared(t)) + one + t;
    const Interval inverse_of_s = exactly(2.0) * (one + (one + t) * d) / c_;
    return (normal(t).density * mu * inverse_of_s).hi;
  }

 private:
  /// The greatest eigenvalue of the part of the Hessian that is not the affine unit's, times s/phi; not below zero.
  Interval mu(const Box& box) const {
    const Interval one = exactly(1.0);
    const Interval q = box.t * box.v - delta_;
    const Interval t2 = squared(box.t);
    if (geometry_ == Geometry::planar) return positive_part(q * (one + t2));
    const Interval across = positive_part(one - squared(box.v));
    const Interval root = square_root(squared(q) * squared(t2) + exactly(4.0) * (one + t2) * across);
    return positive_part(exactly(0.5) * (q * (exactly(2.0) + t2) + root));
  }

  Geometry geometry_;
  Interval delta_;
  Interval c_;
};

constexpr double tail_begins = 8.0;

/// No more than |gradient| at any s with t in the cell, below zero.
double least_gradient(Interval t) {
  const Normal<Interval> norm = normal(t);
  const Interval one_and_t2 = exactly(1.0) + squared(t);
  const Interval a = second_moment(t);
  const Interval edge = norm.density * one_and_t2 - t * norm.distribution;
  const Interval scale = square_root(squared(a) + squared(norm.density)) * square_root(one_and_t2);
  return ((a * edge - norm.density * norm.distribution) / scale).lo;
}

/// Boxes are halved down to this width before the answer is no.
constexpr double narrowest = 0x1p-10;

}  // namespace

Interval second_moment(Interval t) {
  return {std::max(second_moment_at(t.lo).lo, 0.0), second_moment_at(t.hi).hi};
}

Interval edge_of_dead_cone(double epsilon) {
  Interval edge = {-25.0, 0.0};
  while (width(edge) > 0x1p-30) {
    const double middle = 0.5 * (edge.lo + edge.hi);
    (normal(exactly(middle)).distribution.hi < epsilon ? edge.lo : edge.hi) = middle;
  }
  return edge;
}

double margin_that_excludes(double dead, Geometry geometry, double relative_delta) {
  const Interval t = exactly(dead);
  const Interval distribution = normal(t).distribution;
  const Interval best = distribution / square_root(second_moment(t));
  if (geometry == Geometry::planar && relative_delta == 0.0) return squared(best).hi;
  const Interval d = exactly(std::fabs(relative_delta));
  return (squared(best + d * square_root(distribution)) - squared(d)).hi;
}

double margin_that_excludes_rest(double dead, double rest, double eta) {
  constexpr double step = 0x1p-6;
  constexpr double last = -8.0;
  const double epsilon = normal(exactly(dead)).distribution.hi;
  double margin = margin_that_excludes(dead, Geometry::planar, 0.0);
  double least = std::numeric_limits<double>::infinity();
  for (Interval cell = {dead - step, dead}; cell.hi > last; cell = {cell.lo - step, cell.lo}) {
    const double margin_here = margin_that_excludes(cell.lo, Geometry::planar, 0.0);
    // The update grows as the margin falls, so every cell has to be looked at with the margin of the last.
    least = std::min(least, least_gradient(cell));
    const double rest_after_update = rest * (1.0 + eta * (1.0 + 3.0 * epsilon / margin_here));
    if (!(least > rest_after_update)) break;
    margin = margin_here;
  }
  return margin;
}

bool curvature_is_below(double limit, double margin, double dead, Geometry geometry, double relative_delta) {
  const double excess = below(limit - 1.0);
  const Curvature curvature(margin, geometry, relative_delta);
  if (!(curvature.upper_bound_of_tail() < excess)) return false;
  std::vector<Box> boxes;
  if (geometry == Geometry::planar) {
    boxes = {{{dead, tail_begins}, exactly(1.0)}, {{dead, tail_begins}, exactly(-1.0)}};
  } else {
    boxes = {{{dead, tail_begins}, {-1.0, 1.0}}};
  }
  while (!boxes.empty()) {
    const Box box = boxes.back();
    boxes.pop_back();
    if (curvature.upper_bound(box) < excess) continue;
    if (width(box.t) < narrowest && width(box.v) < narrowest) return false;
    Box low = box;
    Box high = box;
    Interval Box::*const side = width(box.t) >= width(box.v) ? &Box::t : &Box::v;
    (low.*side).hi = (high.*side).lo = 0.5 * ((box.*side).lo + (box.*side).hi);
    boxes.push_back(low);
    boxes.push_back(high);
  }
  return true;
}

}  // namespace deadcone
