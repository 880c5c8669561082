#pragma once

// Lanes of vectors, in the one instruction set that the including file is compiled for: networks side by side, where they have few
// points, or points of one network.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/simd_pack.hpp"
#include "cpu/simd_random.hpp"
#include "deadcone/network/draws.hpp"
#include "deadcone/network/one_network.hpp"
#include "network/network_loop.hpp"
#include "network/run_block.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

using network::Columns;
using network::Plan;
using network::Stream;

template <class Real>
inline constexpr std::int64_t lanes_of = static_cast<std::int64_t>(hn::MaxLanes(hn::ScalableTag<Real>()));

/// Registers for vectors: the tile of a product takes most of them.
inline constexpr bool has_many_registers = HWY_TARGET <= HWY_AVX3 || !HWY_ARCH_X86;

template <class Real>
HWY_INLINE Pack<Real> load(const Real* from) {
  return Pack<Real>(hn::LoadU(hn::ScalableTag<Real>(), from));
}
template <class Real>
HWY_INLINE void store(Pack<Real> pack, Real* to) {
  hn::StoreU(pack.vector(), hn::ScalableTag<Real>(), to);
}

/// Words of calls that differ by lane.
template <class Real>
using CallWords = typename Pack<Real>::bits;

template <class Real>
HWY_INLINE CallWords<Real> counting_from(std::uint64_t first) {
  const typename CallWords<Real>::Tag tag;
  using Unsigned = typename CallWords<Real>::scalar;
  return CallWords<Real>(hn::Iota(tag, static_cast<Unsigned>(first)));
}
template <class Real>
HWY_INLINE CallWords<Real> same_words(std::uint64_t word) {
  return CallWords<Real>(static_cast<typename CallWords<Real>::scalar>(word));
}

/// Both numbers of calls, before they are scaled.
template <class Real>
HWY_INLINE TwoNumbers<Pack<Real>> two_weights(const TwoBits<Pack<Real>>& bits, bool are_uniform) {
  return are_uniform ? two_uniform_numbers<Real>(bits) : two_normal_numbers<Real>(bits);
}

// Networks side by side ----------------------------------------------------------------------------------------------------------

template <class RealNumber>
class NetworkLanes {
 public:
  using Real = RealNumber;
  using Value = Pack<Real>;
  using Number = Pack<Real>;
  using Mask = PackMask<Real>;
  template <class T>
  using Array = T*;
  static constexpr int networks = static_cast<int>(lanes_of<Real>);
  static constexpr int rows_at_once = has_many_registers ? 4 : 2;
  static constexpr std::int64_t calls_wanted = 1;

  NetworkLanes(const Plan<Real>& plan, std::int64_t first)
      : points_(plan.points), keys_(plan.seed), network_(counting_from<Real>(static_cast<std::uint64_t>(first))) {}

  static std::int64_t values_of(std::int64_t points) { return points; }
  static HWY_INLINE Mask all() { return Number(Real(0)) <= Number(Real(0)); }
  static HWY_INLINE Mask none() { return Number(Real(0)) < Number(Real(0)); }
  static HWY_INLINE bool any(Mask mask) { return !holds_everywhere(negation(mask)); }
  static HWY_INLINE Value spread(Number number) { return number; }
  static HWY_INLINE Number greatest(Value value) { return value; }
  static HWY_INLINE Number least(Value value) { return value; }
  static HWY_INLINE Mask has_positive(Value value) { return value > Value(Real(0)); }
  static HWY_INLINE Value valid(Value value, std::int64_t) { return value; }
  static HWY_INLINE Number sum(Value value) { return value; }
  static HWY_INLINE Number at_point(const Value* values, std::int64_t point) { return values[point]; }
  static HWY_INLINE Value shared(const Real* of_points, std::int64_t i) { return Value(of_points[i]); }
  static HWY_INLINE void store(Number number, Real (&to)[networks]) { simd::HWY_NAMESPACE::store(number, to); }
  static HWY_INLINE void store(Mask mask, bool (&to)[networks]) {
    const std::uint32_t bits = bits_of(mask);
    for (int lane = 0; lane < networks; ++lane) to[lane] = (bits >> lane & 1U) != 0;
  }

  template <class Of>
  HWY_INLINE Number sum_of_points(const Of& of) const {
    Number total(Real(0));
    for (std::int64_t first = 0; first < points_; first += network::points_of_block) {
      const std::int64_t end = std::min(points_, first + network::points_of_block);
      Number sums[network::sums_of_block];
      for (Number& sum : sums) sum = Number(Real(0));
      for (std::int64_t p = first; p < end; ++p) {
        Number& sum = sums[p % network::sums_of_block];
        sum = sum + of(p);
      }
      total = total + network::sum_of_tree(sums);
    }
    return total;
  }

  static HWY_INLINE Number powers(const std::int32_t* exponents, int times) {
    Real all[networks];
    bool are_one = true;
    for (int lane = 0; lane < networks; ++lane) are_one = are_one && exponents[lane] == 0;
    if (are_one) return Number(Real(1));
    for (int lane = 0; lane < networks; ++lane)
      all[lane] = static_cast<Real>(network::power_of_two(times * exponents[lane]));
    return load(all);
  }
  static HWY_INLINE Number change_scale(Number size, double largest_bias, std::int32_t* exponents) {
    constexpr Real range = network::range_of_vectors<Real>;
    const Mask is_far = either(size > Number(range), size < Number(1 / range));
    if (largest_bias == 0.0 && !any(is_far)) return Number(Real(1));
    Real sizes[networks];
    store(size, sizes);
    for (int lane = 0; lane < networks; ++lane)
      sizes[lane] = network::change_scale(sizes[lane], largest_bias, exponents[lane]);
    return load(sizes);
  }

  HWY_INLINE void draw_inputs(Value* x, std::int64_t dimension, std::int64_t values) const {
    for (std::int64_t p = 0; p < values; ++p) {
      for (std::int64_t k = 0; k < dimension; k += 2) {
        const auto [first, second] = two_normal_numbers<Real>(bits(network::stream_word(Stream::inputs, 0), p, k / 2));
        x[k * values + p] = first;
        if (k + 1 < dimension) x[(k + 1) * values + p] = second;
      }
    }
  }

  HWY_INLINE void draw_weights(std::int64_t first_layer, std::int64_t layers, std::int64_t first_row, std::int64_t rows,
                               const Columns<Real>& columns, Number* to) const {
    for (std::int64_t row = 0; row < layers * rows; ++row) {
      const std::uint32_t stream = network::stream_word(Stream::weights, first_layer + row / rows);
      for (std::int64_t pair = 0; pair < columns.pairs; ++pair) {
        const TwoBits<Number> drawn = bits(stream, first_row + row % rows, pair);
        const std::int64_t k = 2 * pair;
        Number* const place = to + row * columns.stride() + k;
        const auto [first, second] = two_weights<Real>(drawn, columns.has_uniform_weights);
        place[0] = Number(columns.scale_of(k)) * first;
        place[1] = Number(columns.scale_of(k + 1)) * second;
        if (columns.has_biases && columns.has_uniform_biases != columns.has_uniform_weights &&
            pair == columns.inputs / 2) {
          const auto [even, odd] = two_weights<Real>(drawn, columns.has_uniform_biases);
          place[columns.inputs % 2] = Number(columns.bias_scale) * (columns.inputs % 2 == 0 ? even : odd);
        }
      }
    }
  }

  HWY_INLINE void draw_entry(std::int64_t layer, std::int64_t row, std::int64_t columns, Number& index,
                             Number& share) const {
    // Of the columns every lane asks a scalar: once for each row.
    std::uint64_t first = first_network();
    Real indices[networks];
    Real shares[networks];
    for (int lane = 0; lane < networks; ++lane, ++first) {
      const network::OneNetwork<Real> one(keys_, first);
      one.draw_entry(layer, row, columns, indices[lane], shares[lane]);
    }
    index = load(indices);
    share = load(shares);
  }

 private:
  HWY_INLINE TwoBits<Number> bits(std::uint32_t stream, std::int64_t row, std::int64_t pair) const {
    return two_bits({{network_, same_words<Real>(stream), same_words<Real>(static_cast<std::uint64_t>(row)),
                      same_words<Real>(static_cast<std::uint64_t>(pair))}},
                    keys_);
  }
  HWY_INLINE std::uint64_t first_network() const { return hn::GetLane(network_.vector()); }

  std::int64_t points_;
  numeric::PhiloxKeys keys_;
  CallWords<Real> network_;
};

// Points of one network ----------------------------------------------------------------------------------------------------------

/// Which calls draw the weights of some rows, in the order of the weights, and what they are multiplied by.
template <class Real>
struct WeightCalls {
  using Word = typename CallWords<Real>::scalar;

  Columns<Real> columns = {};
  std::int64_t rows = 0;
  std::int64_t layers = 0;
  std::vector<Word> layer;  ///< by call, in the order of calls_from()
  std::vector<Word> row;    ///< likewise
  std::vector<Word> pair;   ///< likewise
  std::vector<Real> scale;  ///< by weight

  WeightCalls() = default;
  WeightCalls(const Columns<Real>& of, std::int64_t of_rows, std::int64_t of_layers)
      : columns(of), rows(of_rows), layers(of_layers) {
    const std::int64_t calls = layers * rows * columns.pairs;
    Word order[lanes_of<Real>];
    hn::StoreU(calls_from<Real>(0).vector(), typename CallWords<Real>::Tag(), order);
    for (std::int64_t first = 0; first < calls; first += lanes_of<Real>) {
      for (const Word lane : order) {
        const std::int64_t call = std::min(first + static_cast<std::int64_t>(lane), calls - 1);
        layer.push_back(static_cast<Word>(call / columns.pairs / rows));
        row.push_back(static_cast<Word>(call / columns.pairs % rows));
        pair.push_back(static_cast<Word>(call % columns.pairs));
      }
    }
    const std::int64_t weights = 2 * static_cast<std::int64_t>(row.size());
    for (std::int64_t at = 0; at < weights; ++at) scale.push_back(columns.scale_of(at % columns.stride()));
  }

  bool are_of(const Columns<Real>& other, std::int64_t of_rows, std::int64_t of_layers) const {
    return rows == of_rows && layers == of_layers && columns.inputs == other.inputs &&
           columns.weight_scale == other.weight_scale && columns.bias_scale == other.bias_scale;
  }
};

/// The calls that a thread has made last.
template <class Real>
class KnownCalls {
 public:
  const WeightCalls<Real>& of(const Columns<Real>& columns, std::int64_t rows, std::int64_t layers) {
    for (const WeightCalls<Real>& calls : known_) {
      if (calls.are_of(columns, rows, layers)) return calls;
    }
    WeightCalls<Real>& place = known_[next_++ % most];
    place = WeightCalls<Real>(columns, rows, layers);
    return place;
  }

 private:
  static constexpr std::size_t most = 8;
  WeightCalls<Real> known_[most];
  std::size_t next_ = 0;
};

template <class RealNumber>
class PointLanes {
 public:
  using Real = RealNumber;
  using Value = Pack<Real>;
  using Number = Real;
  using Mask = bool;
  template <class T>
  using Array = T*;
  static constexpr int networks = 1;
  static constexpr int rows_at_once = has_many_registers ? 8 : 4;
  static constexpr std::int64_t calls_wanted = 4 * lanes_of<RealNumber>;

  PointLanes(const Plan<Real>& plan, std::int64_t network, KnownCalls<Real>& calls)
      : points_(plan.points), keys_(plan.seed), network_(static_cast<std::uint64_t>(network)), calls_(calls) {}

  static std::int64_t values_of(std::int64_t points) { return (points + lanes - 1) / lanes; }
  static bool all() { return true; }
  static bool none() { return false; }
  static bool any(bool mask) { return mask; }
  static HWY_INLINE Value spread(Real number) { return Value(number); }
  static HWY_INLINE Real greatest(Value value) {
    return hn::GetLane(hn::MaxOfLanes(hn::ScalableTag<Real>(), value.vector()));
  }
  static HWY_INLINE Real least(Value value) {
    return hn::GetLane(hn::MinOfLanes(hn::ScalableTag<Real>(), value.vector()));
  }
  static HWY_INLINE bool has_positive(Value value) { return !holds_everywhere(negation(value > Value(Real(0)))); }
  HWY_INLINE Value valid(Value value, std::int64_t i) const {
    const std::int64_t rest = points_ - i * lanes;
    if (rest >= lanes) return value;
    const hn::ScalableTag<Real> tag;
    return Value(hn::IfThenElseZero(hn::FirstN(tag, static_cast<std::size_t>(rest)), value.vector()));
  }
  static HWY_INLINE Real sum(Value value) {
    return hn::GetLane(hn::SumOfLanes(hn::ScalableTag<Real>(), value.vector()));
  }
  static HWY_INLINE Real at_point(const Value* values, std::int64_t point) {
    return reinterpret_cast<const Real*>(values)[point];
  }
  HWY_INLINE Value shared(const Real* of_points, std::int64_t i) const {
    Real all[lanes];
    for (std::int64_t lane = 0; lane < lanes; ++lane) all[lane] = of_points[std::min(i * lanes + lane, points_ - 1)];
    return load(all);
  }
  template <class T>
  static void store(T value, T (&to)[1]) {
    to[0] = value;
  }

  template <class Of>
  HWY_INLINE Real sum_of_points(const Of& of) const {
    constexpr std::int64_t packs = network::sums_of_block / lanes;
    constexpr std::int64_t values_of_block = network::points_of_block / lanes;
    const std::int64_t values = values_of(points_);
    Real total(0);
    for (std::int64_t first = 0; first < values; first += values_of_block) {
      const std::int64_t end = std::min(values, first + values_of_block);
      Value sums[packs];
      for (Value& sum : sums) sum = Value(Real(0));
      for (std::int64_t i = first; i < end; ++i) sums[i % packs] = sums[i % packs] + valid(of(i), i);
      Real all[network::sums_of_block];
      for (std::int64_t pack = 0; pack < packs; ++pack) simd::HWY_NAMESPACE::store(sums[pack], all + pack * lanes);
      total = total + network::sum_of_tree(all);
    }
    return total;
  }

  static Real powers(const std::int32_t* exponents, int times) {
    return static_cast<Real>(network::power_of_two(times * exponents[0]));
  }
  static Real change_scale(Real size, double largest_bias, std::int32_t* exponents) {
    return network::change_scale(size, largest_bias, exponents[0]);
  }

  /// Lanes beyond the last point have its numbers.
  HWY_INLINE void draw_inputs(Value* x, std::int64_t dimension, std::int64_t values) const {
    const typename CallWords<Real>::Tag tag;
    using Unsigned = typename CallWords<Real>::scalar;
    const auto last = hn::Set(tag, static_cast<Unsigned>(points_ - 1));
    const std::uint32_t stream = network::stream_word(Stream::inputs, 0);
    for (std::int64_t i = 0; i < values; ++i) {
      const CallWords<Real> point(hn::Min(hn::Iota(tag, static_cast<Unsigned>(i * lanes)), last));
      for (std::int64_t k = 0; k < dimension; k += 2) {
        const auto [first, second] =
            two_normal_numbers<Real>(two_bits({{same_words<Real>(network_), same_words<Real>(stream), point,
                                                same_words<Real>(static_cast<std::uint64_t>(k / 2))}},
                                              keys_));
        x[k * values + i] = first;
        if (k + 1 < dimension) x[(k + 1) * values + i] = second;
      }
    }
  }

  HWY_INLINE void draw_weights(std::int64_t first_layer, std::int64_t layers, std::int64_t first_row, std::int64_t rows,
                               const Columns<Real>& columns, Real* to) const {
    const WeightCalls<Real>& calls = calls_.of(columns, rows, layers);
    const CallWords<Real> network = same_words<Real>(network_);
    const auto stream = same_words<Real>(network::stream_word(Stream::weights, first_layer)).vector();
    const auto first = same_words<Real>(static_cast<std::uint64_t>(first_row)).vector();
    const typename CallWords<Real>::Tag tag;
    const std::int64_t weights = layers * rows * columns.stride();
    const auto draw = [&](std::int64_t call, Real* place) HWY_ATTR {
      const CallWords<Real> layer(hn::Add(hn::LoadU(tag, calls.layer.data() + call), stream));
      const CallWords<Real> row(hn::Add(hn::LoadU(tag, calls.row.data() + call), first));
      const CallWords<Real> pair(hn::LoadU(tag, calls.pair.data() + call));
      const auto [one, other] =
          two_weights<Real>(two_bits_in_order({{network, layer, row, pair}}, keys_), columns.has_uniform_weights);
      const Real* const scale = calls.scale.data() + 2 * call;
      simd::HWY_NAMESPACE::store(load(scale) * one, place);
      simd::HWY_NAMESPACE::store(load(scale + lanes) * other, place + lanes);
    };
    std::int64_t call = 0;
    for (; 2 * (call + lanes) <= weights; call += lanes) draw(call, to + 2 * call);
    if (2 * call < weights) {
      Real rest[2 * lanes];
      draw(call, rest);
      std::copy(rest, rest + (weights - 2 * call), to + 2 * call);
    }
    if (columns.has_biases && columns.has_uniform_biases != columns.has_uniform_weights)
      for (std::int64_t l = 0; l < layers; ++l)
        one().draw_biases(first_layer + l, first_row, rows, columns, to + l * rows * columns.stride());
  }

  void draw_entry(std::int64_t layer, std::int64_t row, std::int64_t columns, Real& index, Real& share) const {
    one().draw_entry(layer, row, columns, index, share);
  }

 private:
  static constexpr std::int64_t lanes = lanes_of<Real>;
  network::OneNetwork<Real> one() const { return {keys_, network_}; }

  std::int64_t points_;
  numeric::PhiloxKeys keys_;
  std::uint64_t network_;
  KnownCalls<Real>& calls_;
};

/// From this many points on they fill vectors better than networks do, of which some die before others.
inline constexpr std::int64_t fewest_points_in_lanes = 16;

template <class Real>
network::KnownLoop<Real> network_loop_for(std::int64_t points) {
  if (points < fewest_points_in_lanes) {
    const auto run = [](const Plan<Real>& plan, std::int64_t first, std::int64_t count, const std::atomic<bool>& stop,
                        network::BlockTally& tally) {
      network::run_block<NetworkLanes<Real>>(plan, first, count, stop, tally,
                                             [&](std::int64_t network) { return NetworkLanes<Real>(plan, network); });
    };
    return {run, points, lanes_of<Real>};
  }
  const auto run = [](const Plan<Real>& plan, std::int64_t first, std::int64_t count, const std::atomic<bool>& stop,
                      network::BlockTally& tally) {
    KnownCalls<Real> calls;
    network::run_block<PointLanes<Real>>(plan, first, count, stop, tally,
                                         [&](std::int64_t network) { return PointLanes<Real>(plan, network, calls); });
  };
  return {run, PointLanes<Real>::values_of(points), lanes_of<Real>};
}

}  // namespace deadcone::simd::HWY_NAMESPACE
