#pragma once

// Random bits and numbers in lanes: the calls that numeric/random.hpp makes one by one, many at once. As many calls as a
// pack has lanes give two packs. They lie there in one of two ways:
//
//   two_bits()            lane i of the first and of the second pack has the first and the second number of lane i's call
//   two_bits_in_order()   the first pack, then the second, have both numbers of each call in turn

#include <cstdint>

#include "cpu/simd_pack.hpp"
#include "cpu/simd_twin.hpp"
#include "deadcone/numeric/philox.hpp"
#include "deadcone/numeric/random.hpp"

namespace deadcone::simd::HWY_NAMESPACE {

using numeric::PhiloxBlock;
using numeric::PhiloxKeys;
using numeric::TwoBits;
using numeric::TwoNumbers;

/// One word of a call in each lane.
using WordPack = BitsPack<std::uint64_t>;

HWY_INLINE WordPack product_of_low_halves(WordPack x, std::uint32_t m) {
  const hn::ScalableTag<std::uint32_t> halves;
  return WordPack(hn::MulEven(hn::BitCast(halves, x.vector()), hn::Set(halves, m)));
}
HWY_INLINE WordPack high_half(WordPack x) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86  // one unit shifts, and multiplies, too; another one shuffles
  const hn::ScalableTag<std::uint32_t> halves;
  return WordPack(hn::BitCast(hn::ScalableTag<std::uint64_t>(), hn::Shuffle2301(hn::BitCast(halves, x.vector()))));
#else
  return WordPack(hn::ShiftRight<32>(x.vector()));
#endif
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

using WordTwin = TwinBits<WordPack>;

HWY_INLINE WordTwin product_of_low_halves(WordTwin x, std::uint32_t m) {
  return {product_of_low_halves(x.a, m), product_of_low_halves(x.b, m)};
}
HWY_INLINE WordTwin high_half(WordTwin x) {
  return {high_half(x.a), high_half(x.b)};
}
HWY_INLINE WordTwin exclusive_or(WordTwin x, WordTwin y, WordTwin z) {
  return {exclusive_or(x.a, y.a, z.a), exclusive_or(x.b, y.b, z.b)};
}

/// Words of calls in lanes of the same width.
template <class Real>
using Calls = PhiloxBlock<typename Pack<Real>::bits>;

/// The bits of calls whose counters lie in the lanes of float: a has the calls of the even lanes, b those of the odd ones.
HWY_INLINE PhiloxBlock<WordTwin> philox_of_halves(const Calls<float>& counter, const PhiloxKeys& keys) {
  const hn::ScalableTag<std::uint64_t> words;
  PhiloxBlock<WordTwin> calls;
  for (int i = 0; i < 4; ++i) {
    const WordPack even(hn::BitCast(words, counter.words[i].vector()));
    calls.words[i] = {even, WordPack(hn::ShiftRight<32>(even.vector()))};
  }
  return numeric::philox(calls, keys);
}

HWY_INLINE BitsPack<std::uint32_t> joined_halves(WordPack low, WordPack high) {
  return BitsPack<std::uint32_t>(hn::BitCast(hn::ScalableTag<std::uint32_t>(), joined(low, high).vector()));
}

/// The calls whose counters lie in the lanes.
HWY_INLINE TwoBits<Pack<float>> two_bits(const Calls<float>& counter, const PhiloxKeys& keys) {
  const PhiloxBlock<WordTwin> block = philox_of_halves(counter, keys);
  return {joined_halves(block.words[0].a, block.words[0].b), joined_halves(block.words[2].a, block.words[2].b)};
}
HWY_INLINE TwoBits<Pack<double>> two_bits(const Calls<double>& counter, const PhiloxKeys& keys) {
  const PhiloxBlock<WordPack> block = numeric::philox(counter, keys);
  return {joined(block.words[1], block.words[0]), joined(block.words[3], block.words[2])};
}

/// Which call each lane has to make for two_bits_in_order(): first, first + 1, ..., of which the even lanes make the first
/// half.
template <class Real>
HWY_INLINE typename Pack<Real>::bits calls_from(typename Pack<Real>::bits::scalar first) {
  using Tag = typename Pack<Real>::bits::Tag;
  const Tag tag;
  const auto lane = hn::Iota(tag, 0);
  const auto half = hn::Set(tag, static_cast<hn::TFromD<Tag>>(hn::Lanes(tag) / 2));
  const auto of_odd = hn::IfThenElseZero(hn::TestBit(lane, hn::Set(tag, 1)), half);
  return typename Pack<Real>::bits(hn::Add(hn::Add(hn::ShiftRight<1>(lane), of_odd), hn::Set(tag, first)));
}

/// The calls whose counters lie in the lanes, in the order of calls_from().
HWY_INLINE TwoBits<Pack<float>> two_bits_in_order(const Calls<float>& counter, const PhiloxKeys& keys) {
  const PhiloxBlock<WordTwin> block = philox_of_halves(counter, keys);
  return {joined_halves(block.words[0].a, block.words[2].a), joined_halves(block.words[0].b, block.words[2].b)};
}
HWY_INLINE TwoBits<Pack<double>> two_bits_in_order(const Calls<double>& counter, const PhiloxKeys& keys) {
  const hn::ScalableTag<std::uint64_t> words;
  const TwoBits<Pack<double>> bits = two_bits(counter, keys);
  return {WordPack(hn::InterleaveLower(words, bits.first.vector(), bits.second.vector())),
          WordPack(hn::InterleaveUpper(words, bits.first.vector(), bits.second.vector()))};
}

/// One pack from half as many calls, whose counters lie in the lanes: both numbers of each call in turn.
HWY_INLINE BitsPack<std::uint32_t> bits_in_order(const PhiloxBlock<WordPack>& counter, const PhiloxKeys& keys) {
  const PhiloxBlock<WordPack> block = numeric::philox(counter, keys);
  return joined_halves(block.words[0], block.words[2]);
}

/// As those of numeric/random.hpp, in less time than for one pack after the other.
template <class Real>
HWY_INLINE TwoNumbers<Pack<Real>> two_uniform_numbers(const TwoBits<Pack<Real>>& bits) {
  return {numeric::uniform_number<Pack<Real>>(bits.first), numeric::uniform_number<Pack<Real>>(bits.second)};
}
template <class Real>
HWY_INLINE TwoNumbers<Pack<Real>> two_normal_numbers(const TwoBits<Pack<Real>>& bits) {
  using Both = Twin<Pack<Real>>;
  const auto numbers = numeric::normal_number<Both>(typename Both::bits(bits.first, bits.second));
  return {numbers.a, numbers.b};
}

}  // namespace deadcone::simd::HWY_NAMESPACE
