#include "proof/energy_bounds.hpp"

#include <queue>
#include <vector>

namespace deadcone {
namespace {

using namespace numeric;

double width(Interval a) {
  return a.hi - a.lo;
}

double middle_of(Interval a) {
  return 0.5 * (a.lo + a.hi);
}

/// psi = E[relu(z + t)] = phi + t Phi. It grows with t.
Interval first_moment_at(double t, const Normal<Interval>& norm) {
  return norm.density + exactly(t) * norm.distribution;
}

Interval second_moment_at(double t, const Normal<Interval>& norm) {
  return (exactly(1.0) + squared(exactly(t))) * norm.distribution + exactly(t) * norm.density;
}

/// Where boxes end; beyond, a bound by hand holds.
constexpr double tail_begins = 8.0;

/// The functions of t that the bounds are made of.
struct Functions {
  explicit Functions(Interval at)
      : t(at), t_squared(squared(at)), one_and_t_squared(exactly(1.0) + t_squared), density(normal(at).density) {
    const Normal<Interval> low = normal(exactly(at.lo));
    const Normal<Interval> high = normal(exactly(at.hi));
    distribution = {low.distribution.lo, high.distribution.hi};
    first = {std::max(first_moment_at(at.lo, low).lo, 0.0), first_moment_at(at.hi, high).hi};
    second = {std::max(second_moment_at(at.lo, low).lo, 0.0), second_moment_at(at.hi, high).hi};
  }

  Interval t;
  Interval t_squared;
  Interval one_and_t_squared;
  Interval density;
  Interval distribution;
  Interval first;   ///< psi
  Interval second;  ///< A
};

/// What the low losses must leave out: points at which 1 + phi mu / s is `limit` or more, that is, the s up to k = phi
/// mu / (limit - 1). Along a ray 2 s B - s^2 A, up to k, has to be less than c.
class Curvature {
 public:
  Curvature(double limit, Geometry geometry, Interval relative_delta)
      : geometry_(geometry),
        delta_(relative_delta),
        delta_squared_(squared(relative_delta)),
        excess_(exactly(limit) - exactly(1.0)) {}

  bool is_possible() const { return excess_.lo > 0.0; }

  /// The margin at and above which no point with such a t and v has both a low loss and a curvature of `limit`.
  double needed_margin(const Functions& at, Interval v) const {
    const double most_k = (at.density * mu(at, v)).hi / excess_.lo;
    const double most_b = (v * at.distribution + delta_ * at.first).hi;
    if (!(most_k > 0.0 && most_b > 0.0)) return (exactly(0.0) - delta_squared_).hi;
    // It grows with b and k and falls with a; with s up to b/a.
    const Interval k = exactly(above(most_k));
    const Interval b = exactly(most_b);
    const Interval a = exactly(at.second.lo);
    const Interval c = (a * k).lo < most_b ? k * (b + b - a * k) : squared(b) / a;
    const double margin = (c - delta_squared_).hi;
    return std::isnan(margin) ? 1.0 : margin;  // of numbers that overflow
  }

  /// The same for all t beyond: 2 k B with phi times a polynomial in t that is larger than phi mu B can be there.
  double needed_margin_of_tail() const {
    const Interval t = exactly(tail_begins);
    const Interval one = exactly(1.0);
    const Interval d = exactly(std::max(std::fabs(delta_.lo), std::fabs(delta_.hi)));
    const Interval mu = (t + d) * (one + squared(t)) + one + t;
    const Interval b = one + (one + t) * d;
    return (exactly(2.0) * normal(t).density * mu * b / excess_ - delta_squared_).hi;
  }

 private:
  /// The greatest eigenvalue of the part of the Hessian that is not the affine unit's, times s/phi; not below zero.
  Interval mu(const Functions& at, Interval v) const {
    const Interval q = at.t * v - delta_;
    if (geometry_ == Geometry::planar) return positive_part(q * at.one_and_t_squared);
    const Interval across = positive_part(exactly(1.0) - squared(v));
    const Interval root =
        square_root(squared(q) * squared(at.t_squared) + exactly(4.0) * at.one_and_t_squared * across);
    return positive_part(exactly(0.5) * (q * (exactly(2.0) + at.t_squared) + root));
  }

  Geometry geometry_;
  Interval delta_;
  Interval delta_squared_;
  Interval excess_;
};

}  // namespace

Interval second_moment(Interval t) {
  const Functions at(t);
  return at.second;
}

Interval edge_of_dead_cone(double epsilon) {
  Interval edge = {-25.0, 0.0};
  while (width(edge) > 0x1p-30) {
    const double middle = middle_of(edge);
    (normal(exactly(middle)).distribution.hi < epsilon ? edge.lo : edge.hi) = middle;
  }
  return edge;
}

Exclusion::Exclusion(double dead)
    : distribution_(normal(exactly(dead)).distribution),
      best_(distribution_ / square_root(second_moment(exactly(dead)))) {}

Interval Exclusion::margins(Geometry geometry, Interval relative_delta) const {
  const Interval d = relative_delta.lo < 0.0 ? Interval{-relative_delta.hi, -relative_delta.lo} : relative_delta;
  if (geometry == Geometry::planar && d.hi == 0.0) return squared(best_);
  return squared(best_ + d * square_root(distribution_)) - squared(d);
}

/// An interval of t, with its middle, and its halves once they are asked for.
struct CurvatureBounds::Cell {
  explicit Cell(Interval t) : all(t), middle(exactly(middle_of(t))) {}

  Cell& low() {
    if (!low_) low_ = std::make_unique<Cell>(Interval{all.t.lo, middle.t.lo});
    return *low_;
  }
  Cell& high() {
    if (!high_) high_ = std::make_unique<Cell>(Interval{middle.t.lo, all.t.hi});
    return *high_;
  }

  Functions all;
  Functions middle;

 private:
  std::unique_ptr<Cell> low_;
  std::unique_ptr<Cell> high_;
};

CurvatureBounds::CurvatureBounds(double dead) : root_(std::make_unique<Cell>(Interval{dead, tail_begins})) {}
CurvatureBounds::~CurvatureBounds() = default;

double CurvatureBounds::margin(double limit, Geometry geometry, Interval relative_delta, double least) {
  constexpr double narrowest = 0x1p-12;
  const Curvature curvature(limit, geometry, relative_delta);
  if (!curvature.is_possible()) return 1.0;
  // The box that needs the largest margin is halved, until its middle needs nearly as much.
  struct Box {
    Cell* t;
    Interval v;
    double margin;
    bool operator<(const Box& other) const { return margin < other.margin; }
  };
  std::priority_queue<Box> boxes;
  double seen = std::max(least, curvature.needed_margin_of_tail());
  const auto add = [&](Cell& t, Interval v) {
    seen = std::max(seen, curvature.needed_margin(t.middle, exactly(middle_of(v))));
    boxes.push({&t, v, curvature.needed_margin(t.all, v)});
  };
  if (geometry == Geometry::planar) {
    add(*root_, exactly(1.0));
    add(*root_, exactly(-1.0));
  } else {
    add(*root_, {-1.0, 1.0});
  }
  while (true) {
    const auto [t, v, margin] = boxes.top();
    const double width_of_t = width(t->all.t);
    if (margin <= seen + accuracy * std::fabs(seen) || (width_of_t < narrowest && width(v) < narrowest))
      return std::max(margin, seen);
    boxes.pop();
    if (width_of_t >= width(v)) {
      add(t->low(), v);
      add(t->high(), v);
    } else {
      add(*t, {v.lo, middle_of(v)});
      add(*t, {middle_of(v), v.hi});
    }
  }
}

}  // namespace deadcone
