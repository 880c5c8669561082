#pragma once

// What the experiment `birth` asks: of K networks of rectifiers with random weights, how many are dead from the start, because
// some hidden layer puts out zero for every input. Plain structs, and the one place where their defaults live.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/kinds.hpp"
#include "deadcone/names.hpp"

namespace deadcone {

/// How weights are drawn: what fan-in n and fan-out N of a layer make of their deviation.
enum class Initialization { he, glorot, lecun, orthogonal, uniform_he, uniform_glorot, rai };

template <>
struct NameTable<Initialization> {
  static constexpr const char* what = "an initialization";
  static constexpr std::array<Named<Initialization>, 7> values = {{
      {Initialization::he, "he", "normal, variance 2/n"},
      {Initialization::glorot, "glorot", "normal, variance 2/(n + N)"},
      {Initialization::lecun, "lecun", "normal, variance 1/n"},
      {Initialization::orthogonal, "orthogonal", "sqrt(2) times a random matrix with orthonormal rows or columns"},
      {Initialization::uniform_he, "uniform-he", "uniform, variance 2/n"},
      {Initialization::uniform_glorot, "uniform-glorot", "uniform, variance 2/(n + N)"},
      {Initialization::rai, "rai",
       "normal, variance .36/n, and one entry of each unit, its bias among them, is a Beta(2, 1) number"},
  }};
};

/// How biases are drawn.
enum class BiasKind { zero, normal, init };

template <>
struct NameTable<BiasKind> {
  static constexpr const char* what = "a kind of bias";
  static constexpr std::array<Named<BiasKind>, 3> values = {{
      {BiasKind::zero, "zero", "none"},
      {BiasKind::normal, "normal", "normal, of the deviation sigma_b"},
      {BiasKind::init, "init", "as a weight of the layer"},
  }};
};

/// What points a network is asked at.
enum class InputKind { normal, sphere, signs, grid };

template <>
struct NameTable<InputKind> {
  static constexpr const char* what = "a kind of inputs";
  static constexpr std::array<Named<InputKind>, 4> values = {{
      {InputKind::normal, "normal", "independent normal numbers"},
      {InputKind::sphere, "sphere", "uniform on the sphere of radius sqrt(dimension)"},
      {InputKind::signs, "signs", "vectors of +1 and -1, each with its negative"},
      {InputKind::grid, "grid", "the centres of the cells of a grid on [-sqrt(3), sqrt(3)] in each dimension"},
  }};
};

/// What a layer gets beside the output of the one before.
enum class Skip { none, residual, dense };

template <>
struct NameTable<Skip> {
  static constexpr const char* what = "a kind of skip connections";
  static constexpr std::array<Named<Skip>, 3> values = {{
      {Skip::none, "none", "nothing"},
      {Skip::residual, "residual", "its input is added to its output where both have the same width"},
      {Skip::dense, "dense", "the outputs of all layers before, and the inputs"},
  }};
};

/// What a sweep of births may vary, in the order of the file.
enum class BirthAxis { width, depth, dimension, points, sigma_w, sigma_b };

/// What an axis is.
struct BirthAxisTraits {
  Bounds bounds;
  double default_value;
};

inline constexpr std::int64_t largest_width = std::int64_t{1} << 16;
inline constexpr std::int64_t largest_depth = std::int64_t{1} << 14;
inline constexpr std::int64_t largest_birth_points = std::int64_t{1} << 20;
/// Networks are numbered in 32 bits.
inline constexpr std::int64_t largest_networks = std::int64_t{1} << 32;

constexpr Bounds whole_up_to(std::int64_t largest) {
  return {.lo = 1.0, .hi = static_cast<double>(largest), .has_lo = true, .has_hi = true, .are_whole = true};
}

/// Deviations beyond these would leave the range of float on the way through one layer.
inline constexpr Bounds deviation_bounds = {.lo = 1e-6, .hi = 1e6, .has_lo = true, .has_hi = true};

template <>
struct NameTable<BirthAxis> {
  static constexpr const char* what = "an axis";
  static constexpr std::array<Named<BirthAxis>, 6> values = {{
      {BirthAxis::width, "width", "units of each hidden layer"},
      {BirthAxis::depth, "depth", "hidden layers"},
      {BirthAxis::dimension, "dimension", "inputs of a network"},
      {BirthAxis::points, "points", "points that a network is asked at"},
      {BirthAxis::sigma_w, "sigma_w", "factor of the deviation of weights"},
      {BirthAxis::sigma_b, "sigma_b", "deviation of normal biases"},
  }};
  static constexpr std::array<BirthAxisTraits, 6> traits = {{
      {whole_up_to(largest_width), 4.0},
      {whole_up_to(largest_depth), 9.0},
      {whole_up_to(largest_width), 2.0},
      {whole_up_to(largest_birth_points), 64.0},
      {deviation_bounds, 1.0},
      {deviation_bounds, 1.0},
  }};
};

constexpr const BirthAxisTraits& traits_of(BirthAxis axis) {
  return NameTable<BirthAxis>::traits[static_cast<std::size_t>(axis)];
}

/// Networks of one shape.
struct BirthPoint {
  std::vector<std::int64_t> widths;  ///< of the hidden layers
  std::int64_t dimension = 2;
  std::int64_t points = 64;
  double sigma_w = 1.0;
  double sigma_b = 1.0;

  std::int64_t depth() const { return static_cast<std::int64_t>(widths.size()); }
};

/// What all networks of a sweep have in common.
struct NetworkKind {
  Initialization init = Initialization::he;
  BiasKind bias = BiasKind::zero;
  InputKind inputs = InputKind::normal;
  bool redraw = true;  ///< each network has inputs of its own, where they are random
  double leak = 0.0;   ///< slope of the units below 0
  Skip skip = Skip::none;
  bool batch_norm = false;  ///< normalise what enters a unit over the points
  bool sign_flip = false;   ///< take (W, b) or (-W, -b) of each layer, whichever leaves more points alive
  std::uint64_t seed = 0;
  Precision precision = Precision::float32;

  /// Whether a layer that puts out zero ends all that comes after. Where not, a network is born dead if some layer puts out the
  /// same for all points.
  bool is_plain() const { return leak == 0.0 && skip == Skip::none && !batch_norm; }
  bool has_biases() const { return bias != BiasKind::zero || init == Initialization::rai; }
  bool draws_inputs() const { return redraw && (inputs == InputKind::normal || inputs == InputKind::sphere); }

  bool operator==(const NetworkKind& other) const = default;
};

/// A family of networks: the product of its axes.
struct BirthSweep {
  NetworkKind kind;
  std::vector<std::int64_t> widths = {};  ///< of the hidden layers; empty: width and depth are axes
  std::int64_t networks = 10'000;         ///< at each point, at most
  /// Stop at a point once the 95% interval of the probability is no wider than this, looked at after 2^k networks; 0: never.
  double precision_goal = 0.0;
  std::array<std::vector<double>, count_of<BirthAxis>> axes = default_axes();

  static std::array<std::vector<double>, count_of<BirthAxis>> default_axes();

  const std::vector<double>& values(BirthAxis axis) const { return axes[static_cast<std::size_t>(axis)]; }
  std::vector<double>& values(BirthAxis axis) { return axes[static_cast<std::size_t>(axis)]; }
  /// Whether its networks depend on an axis.
  bool uses(BirthAxis axis) const;
  /// The axes that they depend on, in their order.
  std::vector<BirthAxis> used_axes() const;
  /// The number of points: products of values.
  std::int64_t points() const;
  /// The values of point number `index`, one for each used axis, the last running fastest.
  std::vector<double> values_at(std::int64_t index) const;
  BirthPoint point(std::int64_t index) const;
  /// The depth of the deepest networks.
  std::int64_t largest_depth() const;
};

/// The bounds of numbers of a BirthSweep.
inline constexpr Bounds goal_bounds = share_below_one;
/// A slope that lets every unit pass its input on, at least in part.
inline constexpr Bounds birth_leak_bounds = {.lo = 1e-6, .hi = 1.0, .has_lo = true, .has_hi = true};

/// Throws ConfigError with one line that says what is wrong.
void validate(const BirthSweep& sweep);

/// Throws ConfigError where a caller has given an axis that the networks of a sweep do not depend on; or sigma_b, and a bias that
/// has its values.
void check_given(const BirthSweep& sweep, const std::vector<BirthAxis>& given, bool bias_has_deviation);

/// The bits of the results: another number, other bits. 1: the first.
inline constexpr int birth_numerics = 1;

/// What some networks of a point have come to. Those of more networks are sums.
struct BirthCounts {
  std::int64_t networks = 0;
  std::int64_t born_dead = 0;
  // By layer, over the networks that are alive when they enter it:
  std::vector<std::int64_t> died;           ///< that die in it
  std::vector<std::int64_t> dead_units;     ///< units that are active at no point
  std::vector<std::int64_t> living_points;  ///< points that no layer up to it has put out zero for
  std::vector<std::int64_t> correlated;     ///< networks of which the first two points have a vector that is not zero
  std::vector<double> squared_length;       ///< sum of the squared length of the first point's vector
  std::vector<double> correlation;          ///< sum of the cosines of the first two points' vectors

  BirthCounts() = default;
  explicit BirthCounts(std::int64_t depth);
  BirthCounts& operator+=(const BirthCounts& more);
  bool operator==(const BirthCounts& other) const = default;

  /// The networks that are alive when they enter a layer, from 0.
  std::int64_t entering(std::size_t layer) const;
};

/// Networks are run in blocks of so many, whose sums are added up in their order: so they do not depend on who runs which.
inline constexpr std::int64_t networks_of_block = 256;

/// What theory says of P(born dead): bounds, and the exact value where one is known. Not a number: nothing is known.
enum class BirthTheorem {
  none,
  one_point,
  signs_from_second,
  negative_weights,
  signs_chain,
  signs_one_layer,
  signs_two_layers,
  signs_one_unit,
  injective,
  flipped,
};

template <>
struct NameTable<BirthTheorem> {
  static constexpr const char* what = "a theorem";
  static constexpr std::array<Named<BirthTheorem>, 10> values = {{
      {BirthTheorem::none, "none", "nothing is known"},
      {BirthTheorem::one_point, "one_point", "a single point dies with 1 - prod_l (1 - 2^-N_l)"},
      {BirthTheorem::signs_from_second, "signs_from_second", "x and -x: layer 1 never dies, then as one point"},
      {BirthTheorem::negative_weights, "negative_weights", "a layer dies whose weights and biases all are negative"},
      {BirthTheorem::signs_chain, "signs_chain", "a Markov chain of how many of x and -x live"},
      {BirthTheorem::signs_one_layer, "signs_one_layer", "x and -x: one of them lives in layer 1"},
      {BirthTheorem::signs_two_layers, "signs_two_layers", "2 t_1 t_2 + (1 - 2 t_1) t_2^2, t_l = 2^-N_l"},
      {BirthTheorem::signs_one_unit, "signs_one_unit", "1 - 2^(1 - H)"},
      {BirthTheorem::injective, "injective", "no layer maps all points to the same"},
      {BirthTheorem::flipped, "flipped", "the better of two signs leaves half of the points alive"},
  }};
};

struct BirthTheory {
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  double exact = std::numeric_limits<double>::quiet_NaN();
  BirthTheorem lower_theorem = BirthTheorem::none;
  BirthTheorem upper_theorem = BirthTheorem::none;
  BirthTheorem exact_theorem = BirthTheorem::none;
};

/// The best bounds that are known for the networks of a point: Lu, Shin, Su, Karniadakis, arXiv 1903.06733; Rister, Rubin,
/// arXiv 2007.06192. For real numbers: rounding may break them where it decides.
BirthTheory birth_theory(const NetworkKind& kind, const BirthPoint& point);

}  // namespace deadcone
