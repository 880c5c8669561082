#pragma once

// What random_lanes.hpp declares, for the instruction set that the including file is compiled for. Only templates over
// vectors are instantiated here: what another file may call, too, would be compiled for a processor that may not be there.

#include "cpu/simd_random.hpp"
#include "deadcone/numeric/normal.hpp"
#include "numeric/random_lanes.hpp"

namespace deadcone::simd::HWY_NAMESPACE {
namespace {

using test::Kind;
using test::Layout;

/// test::counter_of() the calls in the lanes.
template <class Bits>
HWY_INLINE PhiloxBlock<Bits> counters_of(Bits call) {
  const typename Bits::Tag tag;
  const auto of = [&](std::uint32_t number) HWY_ATTR { return hn::Set(tag, number); };
  return {{call, Bits(hn::Add(of(7), hn::ShiftLeft<3>(call.vector()))),
           Bits(hn::Xor(of(5), hn::ShiftLeft<11>(call.vector()))), Bits(hn::Not(hn::ShiftLeft<29>(call.vector())))}};
}

template <class Real>
void draw_bits(Layout layout, numeric::bits_t<Real>* to, std::int64_t calls) {
  using Bits = typename Pack<Real>::bits;
  using Unsigned = typename Bits::scalar;
  const typename Bits::Tag tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  for (std::int64_t i = 0; i < calls; i += lanes) {
    const auto first = static_cast<Unsigned>(i);
    const TwoBits<Pack<Real>> bits = layout == Layout::in_order
                                         ? two_bits_in_order(counters_of(calls_from<Real>(first)), test::sample_key)
                                         : two_bits(counters_of(Bits(hn::Iota(tag, first))), test::sample_key);
    hn::StoreU(bits.first.vector(), tag, to + 2 * i);
    hn::StoreU(bits.second.vector(), tag, to + 2 * i + lanes);
  }
}

void draw_half_packs(std::uint32_t* to, std::int64_t calls) {
  const hn::ScalableTag<std::uint64_t> words;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(words));
  for (std::int64_t i = 0; i < calls; i += lanes) {
    const WordPack call(hn::Iota(words, static_cast<std::uint64_t>(i)));
    hn::StoreU(bits_in_order(counters_of(call), test::sample_key).vector(), hn::ScalableTag<std::uint32_t>(),
               to + 2 * i);
  }
}

template <class Real>
HWY_INLINE Pack<Real> number(Kind kind, typename Pack<Real>::bits bits) {
  if (kind == Kind::fraction) return numeric::fraction<Pack<Real>>(bits);
  if (kind == Kind::uniform) return numeric::uniform_number<Pack<Real>>(bits);
  return numeric::normal_number<Pack<Real>>(bits);
}

template <class Real>
void make_numbers(Kind kind, bool two, const numeric::bits_t<Real>* bits, Real* to, std::int64_t count) {
  using Bits = typename Pack<Real>::bits;
  const hn::ScalableTag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  for (std::int64_t i = 0; i < count; i += 2 * lanes) {
    const TwoBits<Pack<Real>> both = {Bits(hn::LoadU(typename Bits::Tag(), bits + i)),
                                      Bits(hn::LoadU(typename Bits::Tag(), bits + i + lanes))};
    TwoNumbers<Pack<Real>> numbers = {number<Real>(kind, both.first), number<Real>(kind, both.second)};
    if (two && kind == Kind::uniform) numbers = two_uniform_numbers(both);
    if (two && kind == Kind::normal) numbers = two_normal_numbers(both);
    hn::StoreU(numbers.first.vector(), tag, to + i);
    hn::StoreU(numbers.second.vector(), tag, to + i + lanes);
  }
}

template <class Real>
void make_quantiles(const Real* c, Real* to, std::int64_t count) {
  const hn::ScalableTag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  for (std::int64_t i = 0; i < count; i += lanes)
    hn::StoreU(numeric::half_normal_quantile(Pack<Real>(hn::LoadU(tag, c + i))).vector(), tag, to + i);
}

/// A number's bin is given by its sign, and by the probability that another one is larger without it, in 512 equal parts.
template <class Real>
void count_normals(std::int64_t calls, std::uint64_t (&bins)[1024]) {
  const hn::ScalableTag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  HWY_ALIGN Real places[HWY_MAX_BYTES / sizeof(Real)];
  const auto count = [&](Pack<Real> z) HWY_ATTR {
    const Pack<Real> lower = numeric::lower_tail(numeric::limited_argument(z)).distribution;
    hn::Store(times_sign_of(Pack<Real>(Real(1024)) * lower, z).vector(), tag, places);
    for (int lane = 0; lane < static_cast<int>(lanes); ++lane) {
      const Real place = places[lane];
      const auto part = static_cast<int>(place < 0 ? -place : place);
      ++bins[(place < 0 ? 512 : 0) + (part < 512 ? part : 511)];
    }
  };
  for (std::int64_t i = 0; i < calls; i += lanes) {
    const auto call = calls_from<Real>(static_cast<numeric::bits_t<Real>>(i));
    const auto numbers = two_normal_numbers(two_bits_in_order(counters_of(call), test::sample_key));
    count(numbers.first);
    count(numbers.second);
  }
}

template <class Real>
test::RandomLanes<Real> random_lanes_of_set() {
  return {static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<Real>())),
          draw_bits<Real>,
          draw_half_packs,
          make_numbers<Real>,
          make_quantiles<Real>,
          count_normals<Real>};
}

}  // namespace
}  // namespace deadcone::simd::HWY_NAMESPACE

/// The functions of a file that is compiled for an instruction set.
#define DEADCONE_DEFINE_RANDOM_LANES(set)                      \
  namespace deadcone::test {                                   \
  RandomLanes<float> set##_random_lanes(float) {               \
    return simd::HWY_NAMESPACE::random_lanes_of_set<float>();  \
  }                                                            \
  RandomLanes<double> set##_random_lanes(double) {             \
    return simd::HWY_NAMESPACE::random_lanes_of_set<double>(); \
  }                                                            \
  }
