#pragma once

// Random bits in lanes: the calls of philox() that numeric/random.hpp makes one by one, many at once.

#include <cstdint>

#include "cpu/simd_pack.hpp"
#include "deadcone/numeric/philox.hpp"
#include "deadcone/numeric/random.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

using numeric::PhiloxBlock;
using numeric::TwoBits;

/// One word of a call in each lane.
using WordPack = BitsPack<std::uint64_t>;

HWY_INLINE WordPack product_of_low_halves(WordPack x, std::uint32_t m) {
  const hn::ScalableTag<std::uint32_t> halves;
  return WordPack(hn::MulEven(hn::BitCast(halves, x.vector()), hn::Set(halves, m)));
}
HWY_INLINE WordPack high_half(WordPack x) {
  return WordPack(hn::ShiftRight<32>(x.vector()));
}
HWY_INLINE WordPack exclusive_or(WordPack a, WordPack b, WordPack c) {
  return WordPack(hn::Xor3(a.vector(), b.vector(), c.vector()));
}

/// The lower half of each lane of `low`, and that of `high` as the upper half.
HWY_INLINE WordPack joined(WordPack low, WordPack high) {
  const hn::ScalableTag<std::uint64_t> words;
  const hn::ScalableTag<std::uint32_t> halves;
  const auto shifted = hn::ShiftLeft<32>(high.vector());
  return WordPack(hn::BitCast(words, hn::OddEven(hn::BitCast(halves, shifted), hn::BitCast(halves, low.vector()))));
}

/// How many packs the numbers of the calls of a WordPack fill.
template <class Real>
constexpr int packs_of_calls = sizeof(Real) / sizeof(float);

/// The bits of all numbers of these calls, in order: first and second number of a call in turn.
template <class Real>
struct BitsInOrder {
  typename Pack<Real>::bits packs[packs_of_calls<Real>];
};

/// Which call each lane makes, for the numbers of bits_in_order() to be in order: first, first + 1, ... For double the even
/// lanes make the calls of the first pack.
template <class Real>
HWY_INLINE WordPack calls_from(std::uint64_t first) {
  const hn::ScalableTag<std::uint64_t> words;
  const auto lane = hn::Iota(words, 0);
  if constexpr (packs_of_calls<Real> == 1) {
    return WordPack(hn::Add(lane, hn::Set(words, first)));
  } else {
    const auto half = hn::Set(words, hn::Lanes(words) / 2);
    const auto second_pack = hn::IfThenElseZero(hn::TestBit(lane, hn::Set(words, 1)), half);
    return WordPack(hn::Add(hn::Add(hn::ShiftRight<1>(lane), second_pack), hn::Set(words, first)));
  }
}

/// The calls whose counters the lanes hold.
template <class Real>
HWY_INLINE BitsInOrder<Real> bits_in_order(const PhiloxBlock<WordPack>& counter, std::uint64_t key) {
  const PhiloxBlock<WordPack> block = numeric::philox(counter, key);
  if constexpr (packs_of_calls<Real> == 1) {
    const hn::ScalableTag<std::uint32_t> halves;
    return {{BitsPack<std::uint32_t>(hn::BitCast(halves, joined(block.words[0], block.words[2]).vector()))}};
  } else {
    const hn::ScalableTag<std::uint64_t> words;
    const auto first = joined(block.words[1], block.words[0]).vector();
    const auto second = joined(block.words[3], block.words[2]).vector();
    return {{WordPack(hn::InterleaveLower(words, first, second)), WordPack(hn::InterleaveUpper(words, first, second))}};
  }
}

/// Calls with one counter for each lane of a Pack, in which the two numbers of the call lie.
HWY_INLINE TwoBits<Pack<double>> two_bits(const PhiloxBlock<WordPack>& counter, std::uint64_t key) {
  const PhiloxBlock<WordPack> block = numeric::philox(counter, key);
  return {joined(block.words[1], block.words[0]), joined(block.words[3], block.words[2])};
}
HWY_INLINE TwoBits<Pack<float>> two_bits(const PhiloxBlock<BitsPack<std::uint32_t>>& counter, std::uint64_t key) {
  // Half of the calls have their counters in the even lanes, half in the odd ones; so have their numbers.
  const hn::ScalableTag<std::uint64_t> words;
  const hn::ScalableTag<std::uint32_t> halves;
  PhiloxBlock<WordPack> even;
  PhiloxBlock<WordPack> odd;
  for (int i = 0; i < 4; ++i) {
    even.words[i] = WordPack(hn::BitCast(words, counter.words[i].vector()));
    odd.words[i] = high_half(even.words[i]);
  }
  even = numeric::philox(even, key);
  odd = numeric::philox(odd, key);
  const auto numbers = [&](int word) HWY_ATTR {
    return BitsPack<std::uint32_t>(hn::BitCast(halves, joined(even.words[word], odd.words[word]).vector()));
  };
  return {numbers(0), numbers(2)};
}

}  // namespace deadcone::simd::HWY_NAMESPACE
