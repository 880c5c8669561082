#pragma once

// The forward pass of random networks, layer by layer, up to the layer in which they die. One text for all: `Lanes` says what lies
// side by side in a vector, networks or points, and how random numbers get there.
//
// A Lanes has
//   Real, Value, Number, Mask       a number; as many of them as are computed at once; one for each network of a Value; what a
//                                   comparison of Numbers gives
//   Array<T>                        a place in memory where T lie one after the other: a pointer, or one with a stride
//   networks                        how many networks are run at once
//   calls_wanted                    calls for random numbers that are best made together
//   rows_at_once                    rows of a tile of products, which has 3 Values in each and must fit into registers
//   values_of(points)               how many Values hold one number of each of so many points
//   spread(Number)                  the Value that has it for all points of its network
//   greatest(Value), least(Value)   over the points of each network
//   has_positive(Value)             whether one of them is positive, as a Mask
//   valid(Value, i)                 Value number i of all points, with 0 in lanes beyond the last of them
//   sum(Value)                      over the lanes of each network, of whole numbers
//   at_point(values, p)             number p of Values that hold one number of each point, as a Number
//   sum_of_points(of)               the sum over all points, where of(i) is Value number i; one order for all Lanes: point p is
//                                   added to sum p mod 32 of its block of 128; then sums r and r + 16, 8, 4, 2, 1; then blocks
//   draw_inputs, draw_weights, draw_entry   random numbers by their place
//   any(Mask)
//
// Random numbers are functions of their place, every sum has one order, and all scaling is by powers of two: so results have the
// same bits whoever computes them.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "deadcone/network/birth.hpp"
#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::network {

using numeric::both;
using numeric::either;
using numeric::fused;
using numeric::larger;
using numeric::magnitude;
using numeric::negation;
using numeric::select;
using numeric::smaller;
using numeric::square_root;
using numeric::with_sign_of;

/// What all networks of a point have in common, for kernels: plain numbers and pointers.
template <class Real>
struct Plan {
  std::int64_t depth;
  std::int64_t dimension;
  std::int64_t points;
  std::int64_t largest_width;
  std::int64_t largest_inputs;  ///< of a layer
  const std::int64_t* widths;   ///< of the hidden layers
  const Real* scales;           ///< by layer: deviation of its weights, or bound of uniform ones
  const Real* bias_scales;      ///< by layer: the same of its biases
  double largest_bias;          ///< the greatest of those; 0: there are no biases
  const Real* inputs;           ///< where networks share them: [input][point]; null: each draws its own
  Real leak;
  Initialization init;
  InputKind input_kind;
  Skip skip;
  bool has_biases;
  bool has_uniform_weights;
  bool has_uniform_biases;
  bool is_plain;
  bool batch_norm;
  bool sign_flip;
  std::uint64_t seed;

  /// Columns of a layer of n inputs for which numbers are drawn, in pairs.
  DEADCONE_HD std::int64_t pairs(std::int64_t n) const { return (n + (has_biases ? 1 : 0) + 1) / 2; }
};

/// What layers work on. Each is as long as the largest layer asks for.
template <class Lanes>
struct Workspace {
  template <class T>
  using Array = typename Lanes::template Array<T>;

  Array<typename Lanes::Value> vectors;   ///< [input][point]: of the layer that is computed
  Array<typename Lanes::Value> outputs;   ///< [unit][point]
  Array<typename Lanes::Value> alive;     ///< by point: 1, or 0 after a layer that put out zero for it
  Array<typename Lanes::Value> greatest;  ///< by point: over the units
  Array<typename Lanes::Number> weights;  ///< [row][column], of some rows, or all of an orthogonal matrix
  Array<typename Lanes::Number> scratch;  ///< for an orthogonal matrix, or for the rows that come next
};

/// What a layer has done, for each of the networks that are run at once.
template <class Lanes>
struct LayerOutcome {
  using Number = typename Lanes::Number;
  typename Lanes::Mask entered;  ///< was alive
  typename Lanes::Mask dies;
  Number dead_units;
  Number living_points;
  // Squared lengths of the first two points' vectors and their product, in units of 2^(2 exponent).
  Number first_squared;
  Number second_squared;
  Number product;
};

/// Vectors are scaled when their largest component leaves this range.
template <class Real>
inline constexpr Real range_of_vectors = Real(16'777'216);

/// 2^exponent; 0 or infinity beyond the range of double.
DEADCONE_HD inline double power_of_two(std::int32_t exponent) {
  if (exponent < -1022) return 0.0;
  const std::uint64_t bits = static_cast<std::uint64_t>(exponent > 1023 ? 2047 : exponent + 1023) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof power);
  return power;
}

/// The power of two by which a network's vectors, whose largest component is `size`, are multiplied: 1 where neither that nor
/// the scale of the biases in units of 2^exponent is far from 1.
template <class Real>
DEADCONE_HD inline Real change_scale(Real size, double largest_bias, std::int32_t& exponent) {
  constexpr double range = range_of_vectors<Real>;
  const double bias = largest_bias * power_of_two(-exponent);
  double largest = static_cast<double>(size);
  if (bias > largest) largest = bias;
  if (!(largest > 0.0) || (largest <= range && largest >= 1.0 / range)) return Real(1);
  auto change = static_cast<std::int32_t>(numeric::exponent_of<0>(largest));
  constexpr std::int32_t most = 120;
  if (change > most) change = most;
  if (change < -most) change = -most;
  exponent += change;
  return static_cast<Real>(power_of_two(-change));
}

/// How sums over points are made: blocks of so many, and in each so many sums.
inline constexpr std::int64_t points_of_block = 128;
inline constexpr std::int64_t sums_of_block = 32;

/// The sum of the sums of a block, which are used up.
template <class Number>
DEADCONE_HD_INLINE Number sum_of_tree(Number (&sums)[sums_of_block]) {
  for (std::int64_t span = sums_of_block / 2; span > 0; span /= 2) {
    for (std::int64_t r = 0; r < span; ++r) sums[r] = sums[r] + sums[r + span];
  }
  return sums[0];
}

/// The columns of a layer's numbers: n of weights, then that of biases where there are some.
template <class Real>
struct Columns {
  std::int64_t inputs;
  std::int64_t pairs;
  Real weight_scale;
  Real bias_scale;
  bool has_biases;
  bool has_uniform_weights;
  bool has_uniform_biases;

  DEADCONE_HD std::int64_t stride() const { return 2 * pairs; }
  DEADCONE_HD bool is_bias(std::int64_t column) const { return column >= inputs; }
  DEADCONE_HD Real scale_of(std::int64_t column) const { return is_bias(column) ? bias_scale : weight_scale; }
  DEADCONE_HD bool is_uniform(std::int64_t column) const {
    return is_bias(column) ? has_uniform_biases : has_uniform_weights;
  }
};

/// Adds a tile of the product of weights and vectors: `rows` units at `vectors` Values of points. Each sum starts from the bias
/// and takes the inputs in their order, one fma each; `finish` takes the sums.
template <int rows, int vectors, class Lanes, class Weights, class Vectors, class Finish>
DEADCONE_HD_INLINE void multiply_tile(const Lanes& lanes, const Weights& weights, std::int64_t stride,
                                      std::int64_t inputs, const typename Lanes::Number (&biases)[rows],
                                      const Vectors& x, std::int64_t x_stride, const Finish& finish) {
  using Value = typename Lanes::Value;
  Value sums[rows][vectors];
  DEADCONE_UNROLL_FULLY
  for (int r = 0; r < rows; ++r) {
    const Value bias = lanes.spread(biases[r]);
    DEADCONE_UNROLL_FULLY
    for (int v = 0; v < vectors; ++v) sums[r][v] = bias;
  }
  for (std::int64_t k = 0; k < inputs; ++k) {
    Value of_input[vectors];
    DEADCONE_UNROLL_FULLY
    for (int v = 0; v < vectors; ++v) of_input[v] = x[k * x_stride + v];
    DEADCONE_UNROLL_FULLY
    for (int r = 0; r < rows; ++r) {
      const Value weight = lanes.spread(weights[r * stride + k]);
      DEADCONE_UNROLL_FULLY
      for (int v = 0; v < vectors; ++v) sums[r][v] = fused(weight, of_input[v], sums[r][v]);
    }
  }
  finish(sums);
}

/// Makes the rows (of a matrix with no more of them than columns) or columns of a matrix of normal numbers orthonormal: a random
/// matrix of the uniform distribution, by Householder's reflections (Stewart, SIAM J. Numer. Anal. 17, 403, 1980). `scratch` has
/// room for the matrix and twice its shorter side.
template <class Lanes, class Weights>
DEADCONE_HD inline void orthogonalize(const Weights& weights, std::int64_t units, std::int64_t inputs,
                                      std::int64_t stride, const Weights& scratch) {
  using Number = typename Lanes::Number;
  using Real = typename Lanes::Real;
  const bool is_wide = units < inputs;
  const std::int64_t rows = is_wide ? inputs : units;  // of a matrix with orthonormal columns
  const std::int64_t columns = is_wide ? units : inputs;
  const std::int64_t down = is_wide ? 1 : stride;
  const std::int64_t across = is_wide ? stride : 1;
  const Number zero(Real(0));
  const auto q = [&](std::int64_t i, std::int64_t j) { return i * columns + j; };
  const std::int64_t factors = rows * columns;
  const std::int64_t signs = factors + columns;
  for (std::int64_t j = 0; j < columns; ++j) {
    Number squared = zero;
    for (std::int64_t i = j; i < rows; ++i) {
      const Number x = weights[i * down + j * across];
      squared = fused(x, x, squared);
    }
    const Number diagonal = weights[j * down + j * across];
    const Number length = with_sign_of(square_root(squared), diagonal);
    weights[j * down + j * across] = diagonal + length;
    // The reflection is 1 - factor v v^T, v^T v = 2 (squared + |diagonal| |length|).
    scratch[factors + j] = Number(Real(1)) / fused(diagonal, length, squared);
    scratch[signs + j] = with_sign_of(Number(Real(-1)), zero - length);
    for (std::int64_t k = j + 1; k < columns; ++k) {
      Number product = zero;
      for (std::int64_t i = j; i < rows; ++i)
        product = fused(weights[i * down + j * across], weights[i * down + k * across], product);
      const Number along = zero - scratch[factors + j] * product;
      for (std::int64_t i = j; i < rows; ++i) {
        weights[i * down + k * across] = fused(along, weights[i * down + j * across], weights[i * down + k * across]);
      }
    }
  }
  for (std::int64_t k = 0; k < columns; ++k) {
    for (std::int64_t i = 0; i < rows; ++i) scratch[q(i, k)] = i == k ? scratch[signs + k] : zero;
    for (std::int64_t j = k + 1; j-- > 0;) {
      Number product = zero;
      for (std::int64_t i = j; i < rows; ++i)
        product = fused(weights[i * down + j * across], scratch[q(i, k)], product);
      const Number along = zero - scratch[factors + j] * product;
      for (std::int64_t i = j; i < rows; ++i) {
        scratch[q(i, k)] = fused(along, weights[i * down + j * across], scratch[q(i, k)]);
      }
    }
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t k = 0; k < columns; ++k) weights[i * down + k * across] = scratch[q(i, k)];
  }
}

/// Draws the inputs of networks, [input][point].
template <class Lanes, class Vectors>
DEADCONE_HD inline void draw_inputs(const Plan<typename Lanes::Real>& plan, Lanes& lanes, const Vectors& x) {
  using Value = typename Lanes::Value;
  using Real = typename Lanes::Real;
  const std::int64_t values = Lanes::values_of(plan.points);
  lanes.draw_inputs(x, plan.dimension, values);
  if (plan.input_kind != InputKind::sphere) return;
  const Value radius(square_root(static_cast<Real>(plan.dimension)));
  for (std::int64_t i = 0; i < values; ++i) {
    Value squared = Value(Real(0));
    for (std::int64_t k = 0; k < plan.dimension; ++k) squared = fused(x[k * values + i], x[k * values + i], squared);
    const Value factor = radius / square_root(squared);
    for (std::int64_t k = 0; k < plan.dimension; ++k) x[k * values + i] = factor * x[k * values + i];
  }
}

/// The networks of a point, as many as Lanes has at once.
template <class Lanes>
class Forward {
 public:
  using Real = typename Lanes::Real;
  using Value = typename Lanes::Value;
  using Number = typename Lanes::Number;
  using Mask = typename Lanes::Mask;
  template <class T>
  using Array = typename Lanes::template Array<T>;

  DEADCONE_HD Forward(const Plan<Real>& plan, const Workspace<Lanes>& workspace, Lanes& lanes)
      : plan_(plan), work_(workspace), lanes_(lanes), values_(Lanes::values_of(plan.points)) {}

  /// Runs them from the inputs to their death, or through all layers; `record(layer, outcome, exponents)` takes each layer.
  template <class Record>
  DEADCONE_HD void run(const Record& record) {
    take_inputs();
    for (std::int64_t i = 0; i < values_; ++i) work_.alive[i] = Value(Real(1));
    for (std::int32_t& exponent : exponents_) exponent = 0;
    Array<Value> vectors = work_.vectors;
    Array<Value> outputs = work_.outputs;
    Mask alive = lanes_.all();
    std::int64_t inputs = plan_.dimension;
    Number size = number(1);  // of the vectors' largest component, nearly
    rescale(size, vectors, inputs);
    if (plan_.init != Initialization::orthogonal) {
      is_second_ = false;
      draw_ahead(0, inputs, 0);
    }
    for (std::int64_t layer = 0; layer < plan_.depth; ++layer) {
      const std::int64_t units = plan_.widths[layer];
      if (plan_.skip == Skip::dense) outputs = vectors + inputs * values_;
      LayerOutcome<Lanes> outcome;
      const Number size_before = size;
      if (plan_.is_plain && !plan_.sign_flip) {
        multiply<true>(layer, inputs, units, vectors, outputs, outcome);
        size = greatest_of(work_.greatest);
        outcome.dies = negation(size > number(0));
      } else {
        multiply<false>(layer, inputs, units, vectors, outputs, outcome);
        if (plan_.sign_flip) flip(units, outputs);
        if (plan_.batch_norm) normalise(units, outputs);
        activate(inputs, units, vectors, outputs, outcome);
        size = greatest_of(work_.greatest);
        if (plan_.is_plain) outcome.dies = negation(size > number(0));
      }
      outcome.entered = alive;
      outcome.dies = both(alive, outcome.dies);
      count_living(outcome);
      alive = both(alive, negation(outcome.dies));
      if (plan_.skip == Skip::dense) {
        inputs += units;
        size = larger(size, size_before);
      } else {
        inputs = units;
        const Array<Value> free = vectors;
        vectors = outputs;
        outputs = free;
      }
      const std::int64_t first = plan_.skip == Skip::dense ? inputs - units : 0;
      rescale(size, vectors, inputs);
      multiply_first_two(vectors, first, inputs, outcome);
      record(layer, outcome, exponents_);
      if (!lanes_.any(alive)) return;
    }
  }

 private:
  DEADCONE_HD static Number number(int value) { return Number(static_cast<Real>(value)); }
  DEADCONE_HD void take_inputs() {
    const Array<Value>& x = work_.vectors;
    if (plan_.inputs == nullptr) {
      draw_inputs(plan_, lanes_, x);
      return;
    }
    for (std::int64_t k = 0; k < plan_.dimension; ++k) {
      for (std::int64_t i = 0; i < values_; ++i) x[k * values_ + i] = lanes_.shared(plan_.inputs + k * plan_.points, i);
    }
  }

  /// What enters the units of a layer; with `rectifies`, what comes out of them, and what the layer has done with it.
  template <bool rectifies>
  DEADCONE_HD void multiply(std::int64_t layer, std::int64_t inputs, std::int64_t units, const Array<Value>& x,
                            const Array<Value>& out, LayerOutcome<Lanes>& outcome) {
    const Columns<Real> columns = columns_of(layer, inputs);
    const bool is_whole = plan_.init == Initialization::orthogonal;
    if (is_whole) {
      lanes_.draw_weights(layer, 1, 0, units, columns, work_.weights);
      orthogonalize<Lanes>(work_.weights, units, inputs, columns.stride(), work_.scratch);
      for (std::int64_t row = 0; row < units; ++row) {
        for (std::int64_t k = 0; k < inputs; ++k) {
          Number& weight = work_.weights[row * columns.stride() + k];
          weight = Number(plan_.scales[layer]) * weight;
        }
      }
    }
    if (rectifies) {
      outcome.dead_units = number(0);
      for (std::int64_t i = 0; i < values_; ++i) work_.greatest[i] = Value(Real(0));
    }
    const Number unit = lanes_.powers(exponents_, -1);  // of biases
    for (std::int64_t row = 0; row < units;) {
      const std::int64_t rows = rows_from(row, units);
      const Array<Number> weights =
          is_whole ? work_.weights + row * columns.stride() : take_drawn(inputs, units, columns);
      multiply_rows<rectifies, Lanes::rows_at_once>(rows, columns, unit, weights, x, out + row * values_, outcome);
      row += rows;
    }
  }

  DEADCONE_HD Columns<Real> columns_of(std::int64_t layer, std::int64_t inputs) const {
    return {inputs,
            plan_.pairs(inputs),
            plan_.init == Initialization::orthogonal ? Real(1) : plan_.scales[layer],
            plan_.bias_scales[layer],
            plan_.has_biases,
            plan_.has_uniform_weights,
            plan_.has_uniform_biases};
  }
  DEADCONE_HD static std::int64_t rows_from(std::int64_t row, std::int64_t units) {
    return units - row < Lanes::rows_at_once ? units - row : Lanes::rows_at_once;
  }

  /// Draws the weights of the rows that come next: of some rows of a layer, or of some layers that have few.
  DEADCONE_HD void draw_ahead(std::int64_t layer, std::int64_t inputs, std::int64_t row) {
    const std::int64_t rows = rows_from(row, plan_.widths[layer]);
    const Columns<Real> columns = columns_of(layer, inputs);
    const std::int64_t layers = layers_alike(layer, rows, columns);
    ahead_ = {layer, inputs, row, layers, 0};
    const Array<Number> weights = is_second_ ? work_.scratch : work_.weights;
    lanes_.draw_weights(layer, layers, row, rows, columns, weights);
    if (plan_.init != Initialization::rai) return;
    for (std::int64_t l = 0; l < layers; ++l)
      draw_entries(layer + l, row, rows, columns, weights + l * rows * columns.stride());
  }

  /// How many layers from `layer` on have the same rows and columns: as many as fill vectors of random numbers.
  DEADCONE_HD std::int64_t layers_alike(std::int64_t layer, std::int64_t rows, const Columns<Real>& columns) const {
    std::int64_t layers = 1;
    if (plan_.skip == Skip::dense || plan_.widths[layer] != rows || columns.inputs != rows) return layers;
    const std::int64_t most = Lanes::calls_wanted / (rows * columns.pairs);
    while (layers < most && layer + layers < plan_.depth && plan_.widths[layer + layers] == rows) ++layers;
    return layers;
  }

  /// The weights of the next rows, which are there. Those that come then are drawn before they are used: both make long chains of
  /// operations, and a processor does one while it waits for the other.
  DEADCONE_HD Array<Number> take_drawn(std::int64_t inputs, std::int64_t units, const Columns<Real>& columns) {
    const Array<Number> drawn = (is_second_ ? work_.scratch : work_.weights) + ahead_.taken * units * columns.stride();
    ++ahead_.taken;
    if (ahead_.taken < ahead_.layers) return drawn;
    Rows next = {ahead_.layer + ahead_.layers - 1, inputs, ahead_.row + rows_from(ahead_.row, units)};
    if (next.row == units) next = {next.layer + 1, plan_.skip == Skip::dense ? inputs + units : units, 0};
    is_second_ = !is_second_;
    if (next.layer < plan_.depth) draw_ahead(next.layer, next.inputs, next.row);
    return drawn;
  }

  /// In each row one entry, the bias among them, is the root of a uniform number.
  DEADCONE_HD void draw_entries(std::int64_t layer, std::int64_t first, std::int64_t rows, const Columns<Real>& columns,
                                const Array<Number>& weights) {
    for (std::int64_t r = 0; r < rows; ++r) {
      Number index;
      Number share;
      lanes_.draw_entry(layer, first + r, columns.inputs + 1, index, share);
      const Number root = square_root(share);
      for (std::int64_t k = 0; k <= columns.inputs; ++k) {
        Number& weight = weights[r * columns.stride() + k];
        const Number here = Number(static_cast<Real>(k));
        weight = select(either(index < here, here < index), weight, root);
      }
    }
  }

  /// The same as multiply(), of at most `most` rows whose weights are there.
  template <bool rectifies, int most>
  DEADCONE_HD void multiply_rows(std::int64_t rows, const Columns<Real>& columns, const Number& unit,
                                 const Array<Number>& weights, const Array<Value>& x, const Array<Value>& out,
                                 LayerOutcome<Lanes>& outcome) {
    if constexpr (most > 1) {
      if (rows < most) {
        multiply_rows<rectifies, most - 1>(rows, columns, unit, weights, x, out, outcome);
        return;
      }
    }
    Number biases[most];
    Value greatest[most];
    for (int r = 0; r < most; ++r) {
      biases[r] = plan_.has_biases ? unit * weights[r * columns.stride() + columns.inputs] : number(0);
      greatest[r] = Value(Real(0));
    }
    std::int64_t i = 0;
    const auto multiply = [&]<int vectors>(std::integral_constant<int, vectors>) {
      multiply_values<rectifies, most, vectors>(i, columns, biases, weights, x, out, greatest);
      i += vectors;
    };
    // No single Value at the end where two pairs do.
    while (values_ - i > 4 || values_ - i == 3) multiply(std::integral_constant<int, 3>());
    while (values_ - i >= 2) multiply(std::integral_constant<int, 2>());
    if (i < values_) multiply(std::integral_constant<int, 1>());
    if constexpr (rectifies) {
      for (int r = 0; r < most; ++r) {
        outcome.dead_units = outcome.dead_units + select(lanes_.has_positive(greatest[r]), number(0), number(1));
      }
    }
  }

  template <bool rectifies, int rows, int vectors>
  DEADCONE_HD_INLINE void multiply_values(std::int64_t i, const Columns<Real>& columns, const Number (&biases)[rows],
                                          const Array<Number>& weights, const Array<Value>& x, const Array<Value>& out,
                                          Value (&greatest)[rows]) {
    multiply_tile<rows, vectors>(lanes_, weights, columns.stride(), columns.inputs, biases, x + i, values_,
                                 [&](Value(&sums)[rows][vectors]) {
                                   DEADCONE_UNROLL_FULLY
                                   for (int v = 0; v < vectors; ++v) {
                                     Value of_point = rectifies ? Value(work_.greatest[i + v]) : Value(Real(0));
                                     DEADCONE_UNROLL_FULLY
                                     for (int r = 0; r < rows; ++r) {
                                       Value sum = sums[r][v];
                                       if (rectifies) {
                                         sum = larger(sum, Value(Real(0)));
                                         of_point = larger(of_point, sum);
                                         greatest[r] = larger(greatest[r], sum);
                                       }
                                       out[r * values_ + i + v] = sum;
                                     }
                                     if (rectifies) work_.greatest[i + v] = of_point;
                                   }
                                 });
  }

  /// Takes (W, b) or (-W, -b), whichever leaves more of the living points alive.
  DEADCONE_HD void flip(std::int64_t units, const Array<Value>& z) {
    const Value zero(Real(0));
    Value as_it_is = zero;
    Value flipped = zero;
    for (std::int64_t i = 0; i < values_; ++i) {
      Value greatest = zero;
      Value least = zero;
      for (std::int64_t k = 0; k < units; ++k) {
        greatest = larger(greatest, Value(z[k * values_ + i]));
        least = smaller(least, Value(z[k * values_ + i]));
      }
      const Value alive = lanes_.valid(work_.alive[i], i);
      as_it_is = as_it_is + select(greatest > zero, alive, zero);
      flipped = flipped + select(least < zero, alive, zero);
    }
    const Value sign = lanes_.spread(select(lanes_.sum(flipped) > lanes_.sum(as_it_is), number(-1), number(1)));
    for (std::int64_t at = 0; at < units * values_; ++at) z[at] = sign * z[at];
  }

  /// Gives what enters each unit mean 0 and variance 1 over the points, nearly: 1e-5 is added to the variance.
  DEADCONE_HD void normalise(std::int64_t units, const Array<Value>& z) {
    const Number count = Number(static_cast<Real>(plan_.points));
    const Number unit = lanes_.powers(exponents_, -2);
    const Number added = Number(Real(1e-5)) * unit;
    for (std::int64_t k = 0; k < units; ++k) {
      const Array<Value> of_unit = z + k * values_;
      const Value mean = lanes_.spread(lanes_.sum_of_points([&](std::int64_t i) { return Value(of_unit[i]); }) / count);
      for (std::int64_t i = 0; i < values_; ++i) of_unit[i] = of_unit[i] - mean;
      const Number squares = lanes_.sum_of_points([&](std::int64_t i) { return of_unit[i] * of_unit[i]; });
      const Value factor = lanes_.spread(number(1) / square_root(squares / count + added));
      for (std::int64_t i = 0; i < values_; ++i) of_unit[i] = factor * of_unit[i];
    }
  }

  /// What comes out of the units of any layer, where not multiply() has done that already.
  DEADCONE_HD void activate(std::int64_t inputs, std::int64_t units, const Array<Value>& x, const Array<Value>& z,
                            LayerOutcome<Lanes>& outcome) {
    const Value zero(Real(0));
    const Value leak(plan_.leak);
    const bool adds_input = plan_.skip == Skip::residual && inputs == units;
    outcome.dead_units = number(0);
    for (std::int64_t i = 0; i < values_; ++i) work_.greatest[i] = zero;
    Mask has_difference = lanes_.none();
    for (std::int64_t k = 0; k < units; ++k) {
      Value greatest_sum = zero;
      Value greatest = zero;
      Value least = zero;
      for (std::int64_t i = 0; i < values_; ++i) {
        const Value sum = z[k * values_ + i];
        greatest_sum = larger(greatest_sum, sum);
        Value out = select(sum > zero, sum, leak * sum);
        if (adds_input) out = out + x[k * values_ + i];
        z[k * values_ + i] = out;
        greatest = i == 0 ? out : larger(greatest, out);
        least = i == 0 ? out : smaller(least, out);
        work_.greatest[i] = larger(Value(work_.greatest[i]), magnitude(out));
      }
      outcome.dead_units = outcome.dead_units + select(lanes_.has_positive(greatest_sum), number(0), number(1));
      has_difference = either(has_difference, lanes_.greatest(greatest) > lanes_.least(least));
    }
    // A layer with dense connections hands on what it got, too.
    if (plan_.skip == Skip::dense) has_difference = either(has_difference, have_difference(inputs, x));
    outcome.dies = negation(has_difference);
  }

  /// Whether the points have different vectors.
  DEADCONE_HD Mask have_difference(std::int64_t inputs, const Array<Value>& x) {
    Mask found = lanes_.none();
    for (std::int64_t k = 0; k < inputs; ++k) {
      Value greatest = x[k * values_];
      Value least = greatest;
      for (std::int64_t i = 1; i < values_; ++i) {
        greatest = larger(greatest, Value(x[k * values_ + i]));
        least = smaller(least, Value(x[k * values_ + i]));
      }
      found = either(found, lanes_.greatest(greatest) > lanes_.least(least));
    }
    return found;
  }

  /// The greatest component of all points' vectors, from those of each.
  DEADCONE_HD Number greatest_of(const Array<Value>& by_point) {
    Value greatest = by_point[0];
    for (std::int64_t i = 1; i < values_; ++i) greatest = larger(greatest, Value(by_point[i]));
    return lanes_.greatest(greatest);
  }

  DEADCONE_HD void count_living(LayerOutcome<Lanes>& outcome) {
    const Value zero(Real(0));
    Value count = zero;
    for (std::int64_t i = 0; i < values_; ++i) {
      const Value alive = select(work_.greatest[i] > zero, Value(work_.alive[i]), zero);
      work_.alive[i] = alive;
      count = count + lanes_.valid(alive, i);
    }
    outcome.living_points = lanes_.sum(count);
  }

  /// Divides vectors whose largest component is `size` by a power of two where they, or biases, are far from 1.
  DEADCONE_HD void rescale(Number& size, const Array<Value>& x, std::int64_t inputs) {
    const Number factor = lanes_.change_scale(size, plan_.largest_bias, exponents_);
    if (!lanes_.any(either(factor > number(1), factor < number(1)))) return;
    size = size * factor;
    const Value by = lanes_.spread(factor);
    for (std::int64_t at = 0; at < inputs * values_; ++at) x[at] = by * x[at];
  }

  DEADCONE_HD void multiply_first_two(const Array<Value>& x, std::int64_t first, std::int64_t end,
                                      LayerOutcome<Lanes>& outcome) {
    outcome.first_squared = outcome.second_squared = outcome.product = number(0);
    const bool has_two = plan_.points > 1;
    for (std::int64_t k = first; k < end; ++k) {
      const Number one = lanes_.at_point(x + k * values_, 0);
      outcome.first_squared = fused(one, one, outcome.first_squared);
      if (!has_two) continue;
      const Number other = lanes_.at_point(x + k * values_, 1);
      outcome.second_squared = fused(other, other, outcome.second_squared);
      outcome.product = fused(one, other, outcome.product);
    }
  }

  const Plan<Real>& plan_;
  const Workspace<Lanes>& work_;
  Lanes& lanes_;
  const std::int64_t values_;
  std::int32_t exponents_[Lanes::networks];
  /// The rows whose weights are drawn, and whether they lie in the second place for weights.
  struct Rows {
    std::int64_t layer;
    std::int64_t inputs;
    std::int64_t row;
    std::int64_t layers = 1;  ///< that have these rows
    std::int64_t taken = 0;   ///< of these
  } ahead_ = {};
  bool is_second_ = false;
};

}  // namespace deadcone::network
