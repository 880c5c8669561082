#include "proof/block_proof.hpp"

#include <algorithm>

namespace deadcone {
namespace {

using namespace numeric;

/// normal() is good to its accuracy up to here; a start with a larger |b|/s is left to be computed.
constexpr double largest_t = 25.0;

/// The loss at all points of a block; everything where some of them have no direction.
Interval loss_of_block(const Point& point, Interval w, Interval b) {
  constexpr Interval anything = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  const Interval s = square_root(squared(w) + squared(exactly(point.r)));
  if (!(s.lo > 0.0)) return anything;
  const Interval t = b / s;
  if (t.lo < -largest_t || t.hi > largest_t) return anything;
  const Normal<Interval> norm = normal(t);
  const Interval gamma = exactly(point.gamma);
  const Interval delta = exactly(point.delta);
  const Interval half = exactly(0.5);
  const Interval output = half * ((squared(s) + squared(b)) * norm.distribution + s * b * norm.density);
  const Interval agreement = norm.distribution * (w * gamma + b * delta) + delta * s * norm.density;
  return output - agreement + half * (squared(gamma) + squared(delta));
}

/// Whether all starts of the block are in the trap.
bool is_trapped(const ProofConditions<double>& conditions, Interval w, Interval b) {
  if (!(w.hi < 0.0)) return false;
  const double least_c = -b.hi * conditions.trap_shrink;
  const double most_s = above(-w.lo);
  for (int i = 0; i < trap_thresholds; ++i) {
    if (conditions.trap_bias[i] <= least_c && conditions.trap_slope[i] * most_s <= least_c) return true;
  }
  return false;
}

}  // namespace

std::optional<Fate> fate_of_block(const ProofConditions<double>& conditions, const Point& point, Interval w,
                                  Interval b) {
  if (point.geometry() == Geometry::planar && is_trapped(conditions, w, b)) return Fate::dead;
  const double highest = loss_of_block(point, w, b).hi;
  // At rest nothing is still to go: the corridor and the toll ask for a weight only.
  const bool in_corridor = highest < conditions.corridor_energy && w.lo >= conditions.corridor_weight;
  const bool cannot_pay = highest < conditions.toll_energy && w.lo >= conditions.toll_weight;
  if (highest < conditions.energy || in_corridor || cannot_pay) return Fate::converged;
  return std::nullopt;
}

}  // namespace deadcone
