#include <algorithm>
#include <cmath>

#include "deadcone/network/birth.hpp"

namespace deadcone {
namespace {

/// 2^-exponent.
double half_to(std::int64_t exponent) {
  constexpr std::int64_t below_all = 2000;
  return std::ldexp(1.0, -static_cast<int>(std::min(exponent, below_all)));
}

/// x^exponent, by multiplications alone: the same bits everywhere.
double power(double x, std::int64_t exponent) {
  double product = 1.0;
  for (; exponent > 0; exponent /= 2, x *= x) {
    if (exponent % 2 == 1) product *= x;
  }
  return product;
}

/// The probability that one of some independent events happens.
class AnyOf {
 public:
  void add(double probability) { happened_ += (1.0 - happened_) * probability; }
  double probability() const { return happened_; }

 private:
  double happened_ = 0.0;
};

/// That the layers from `first` on, from 0, put out zero for one point that is not zero: each unit with probability 1/2.
double dies_at_one_point(const std::vector<std::int64_t>& widths, std::size_t first) {
  AnyOf layers;
  for (std::size_t l = first; l < widths.size(); ++l) layers.add(half_to(widths[l]));
  return layers.probability();
}

/// That all weights, and biases where there are some, of a layer from the second on are negative: its inputs are not.
double has_negative_layer(const std::vector<std::int64_t>& widths, bool has_biases) {
  AnyOf layers;
  for (std::size_t l = 1; l < widths.size(); ++l)
    layers.add(half_to(widths[l] * (widths[l - 1] + (has_biases ? 1 : 0))));
  return layers.probability();
}

/// Points x and -x in layers of N units: the bound of Lu et al. for depth H.
double dies_in_chain(std::int64_t width, std::int64_t depth) {
  const double t = half_to(width);
  const double rest = static_cast<double>(width - 1);
  const double first = 1.0 - t;
  const double second = 1.0 - 2.0 * t - rest * t * t;
  const double factor = (1.0 - 2.0 * t) * (1.0 - t) / (1.0 + rest * t);
  const double one = power(first, depth - 1);
  return 1.0 - one - factor * (one - power(second, depth - 1));
}

}  // namespace

BirthTheory birth_theory(const NetworkKind& kind, const BirthPoint& point) {
  BirthTheory theory;
  const auto is_exactly = [&theory](double value, BirthTheorem theorem) {
    theory.lower = theory.upper = theory.exact = value;
    theory.lower_theorem = theory.upper_theorem = theory.exact_theorem = theorem;
  };
  const auto is_at_least = [&theory](double value, BirthTheorem theorem) {
    if (theory.lower >= value) return;
    theory.lower = value;
    theory.lower_theorem = theorem;
  };
  const auto is_at_most = [&theory](double value, BirthTheorem theorem) {
    if (theory.upper <= value) return;
    theory.upper = value;
    theory.upper_theorem = theorem;
  };

  if (!kind.is_plain()) {
    // On a sphere of dimension 1 there are but two points, which may all be the same one.
    const bool are_distinct = kind.inputs != InputKind::sphere || point.dimension > 1;
    const bool is_injective = kind.leak > 0.0 || kind.batch_norm || kind.skip == Skip::dense;
    if (are_distinct && is_injective) is_exactly(0.0, BirthTheorem::injective);
    return theory;
  }
  if (kind.sign_flip) {
    is_exactly(0.0, BirthTheorem::flipped);
    return theory;
  }
  if (kind.init == Initialization::rai) return theory;

  const std::vector<std::int64_t>& widths = point.widths;
  const std::int64_t depth = point.depth();
  const bool has_biases = kind.bias != BiasKind::zero;
  const bool are_independent = kind.init != Initialization::orthogonal;
  const bool has_opposites = kind.inputs == InputKind::signs && !has_biases;
  if (point.points == 1) {
    is_exactly(dies_at_one_point(widths, 0), BirthTheorem::one_point);
    return theory;
  }
  if (has_opposites) {
    const bool is_one_unit = std::ranges::all_of(widths, [](std::int64_t width) { return width == 1; });
    if (depth == 1) {
      is_exactly(0.0, BirthTheorem::signs_one_layer);
      return theory;
    }
    if (is_one_unit) {
      is_exactly(1.0 - half_to(depth - 1), BirthTheorem::signs_one_unit);
      return theory;
    }
    if (depth == 2 && point.points == 2 && are_independent) {
      const double first = half_to(widths[0]);
      const double second = half_to(widths[1]);
      is_exactly(second * (2.0 * first + (1.0 - 2.0 * first) * second), BirthTheorem::signs_two_layers);
      return theory;
    }
  }
  is_at_most(dies_at_one_point(widths, 0), BirthTheorem::one_point);
  if (has_opposites) is_at_most(dies_at_one_point(widths, 1), BirthTheorem::signs_from_second);
  if (!are_independent) return theory;
  is_at_least(has_negative_layer(widths, has_biases), BirthTheorem::negative_weights);
  const bool are_equal = std::ranges::adjacent_find(widths, std::ranges::not_equal_to()) == widths.end();
  if (has_opposites && point.points == 2 && are_equal)
    is_at_least(dies_in_chain(widths.front(), depth), BirthTheorem::signs_chain);
  return theory;
}

}  // namespace deadcone
