#pragma once

// Lanes of one network, in scalars: the reference for all others, and what a thread of a GPU runs.

#include <cstddef>
#include <cstdint>

#include "deadcone/network/draws.hpp"
#include "deadcone/network/forward.hpp"
#include "deadcone/numeric/annotations.hpp"

namespace deadcone::network {

template <class T>
using Pointer = T*;

template <class RealNumber, template <class> class Place = Pointer>
class OneNetwork {
 public:
  using Real = RealNumber;
  using Value = Real;
  using Number = Real;
  using Mask = bool;
  template <class T>
  using Array = Place<T>;
  static constexpr int networks = 1;
  static constexpr int rows_at_once = 4;
  static constexpr std::int64_t calls_wanted = 1;

  DEADCONE_HD OneNetwork(const Plan<Real>& plan, std::int64_t network)
      : points_(plan.points), keys_(plan.seed), network_(static_cast<std::uint64_t>(network)) {}
  /// For draws of weights alone.
  DEADCONE_HD OneNetwork(const numeric::PhiloxKeys& keys, std::uint64_t network)
      : points_(0), keys_(keys), network_(network) {}

  DEADCONE_HD static std::int64_t values_of(std::int64_t points) { return points; }
  DEADCONE_HD static bool all() { return true; }
  DEADCONE_HD static bool none() { return false; }
  DEADCONE_HD static bool any(bool mask) { return mask; }
  DEADCONE_HD static Real spread(Real number) { return number; }
  DEADCONE_HD static Real greatest(Real value) { return value; }
  DEADCONE_HD static Real least(Real value) { return value; }
  DEADCONE_HD static bool has_positive(Real value) { return value > Real(0); }
  DEADCONE_HD static Real valid(Real value, std::int64_t) { return value; }
  DEADCONE_HD static Real sum(Real value) { return value; }
  template <class Values>
  DEADCONE_HD static Real at_point(const Values& values, std::int64_t point) {
    return values[point];
  }
  DEADCONE_HD static Real shared(const Real* of_points, std::int64_t i) { return of_points[i]; }
  template <class T>
  static void store(T value, T (&to)[1]) {
    to[0] = value;
  }

  template <class Of>
  DEADCONE_HD Real sum_of_points(const Of& of) const {
    Real total(0);
    for (std::int64_t first = 0; first < points_; first += points_of_block) {
      const std::int64_t end = points_ - first < points_of_block ? points_ : first + points_of_block;
      Real sums[sums_of_block] = {};
      for (std::int64_t p = first; p < end; ++p) sums[p % sums_of_block] = sums[p % sums_of_block] + of(p);
      total = total + sum_of_tree(sums);
    }
    return total;
  }

  /// 2^(times exponent).
  DEADCONE_HD static Real powers(const std::int32_t* exponents, int times) {
    return static_cast<Real>(power_of_two(times * exponents[0]));
  }
  DEADCONE_HD static Real change_scale(Real size, double largest_bias, std::int32_t* exponents) {
    return network::change_scale(size, largest_bias, exponents[0]);
  }

  template <class Vectors>
  DEADCONE_HD void draw_inputs(const Vectors& x, std::int64_t dimension, std::int64_t values) const {
    for (std::int64_t p = 0; p < values; ++p) {
      for (std::int64_t k = 0; k < dimension; k += 2) {
        const auto [first, second] = bits(stream_word(Stream::inputs, 0), p, k / 2);
        x[k * values + p] = numeric::normal_number<Real>(first);
        if (k + 1 < dimension) x[(k + 1) * values + p] = numeric::normal_number<Real>(second);
      }
    }
  }

  template <class Weights>
  DEADCONE_HD void draw_weights(std::int64_t first_layer, std::int64_t layers, std::int64_t first_row,
                                std::int64_t rows, const Columns<Real>& columns, const Weights& to) const {
    for (std::int64_t row = 0; row < layers * rows; ++row) {
      const std::uint32_t stream = stream_word(Stream::weights, first_layer + row / rows);
      for (std::int64_t pair = 0; pair < columns.pairs; ++pair) {
        const auto [first, second] = bits(stream, first_row + row % rows, pair);
        const std::int64_t k = 2 * pair;
        to[row * columns.stride() + k] = weight_from<Real>(first, columns.is_uniform(k), columns.scale_of(k));
        to[row * columns.stride() + k + 1] =
            weight_from<Real>(second, columns.is_uniform(k + 1), columns.scale_of(k + 1));
      }
    }
  }

  /// Draws the biases among them, again.
  template <class Weights>
  DEADCONE_HD void draw_biases(std::int64_t layer, std::int64_t first_row, std::int64_t rows,
                               const Columns<Real>& columns, const Weights& to) const {
    const std::int64_t k = columns.inputs;
    for (std::int64_t r = 0; r < rows; ++r) {
      const auto [first, second] = bits(stream_word(Stream::weights, layer), first_row + r, k / 2);
      to[r * columns.stride() + k] =
          weight_from<Real>(k % 2 == 0 ? first : second, columns.is_uniform(k), columns.scale_of(k));
    }
  }

  /// The column of a row that gets a number of its own, of so many, and a uniform number.
  DEADCONE_HD void draw_entry(std::int64_t layer, std::int64_t row, std::int64_t columns, Real& index,
                              Real& share) const {
    const numeric::PhiloxBlock<std::uint64_t> counter = {
        {network_, stream_word(Stream::entries, layer), static_cast<std::uint64_t>(row), 0}};
    const numeric::PhiloxBlock<std::uint64_t> block = numeric::philox(counter, keys_);
    index = static_cast<Real>(
        numeric::high_half(numeric::product_of_low_halves(block.words[0], static_cast<std::uint32_t>(columns))));
    share = numeric::fraction<Real>(numeric::two_bits<Real>(counter, keys_).second);
  }

 private:
  DEADCONE_HD numeric::TwoBits<Real> bits(std::uint32_t stream, std::int64_t row, std::int64_t pair) const {
    return numeric::two_bits<Real>(
        {{network_, stream, static_cast<std::uint64_t>(row), static_cast<std::uint64_t>(pair)}}, keys_);
  }

  std::int64_t points_;
  numeric::PhiloxKeys keys_;
  std::uint64_t network_;
};

}  // namespace deadcone::network
