#pragma once

// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11): random bits as a
// function of a counter and a key. There is no state, so whoever knows the counter computes the same bits, in any order and
// on any backend.
//
// A word type has lanes of 64 bits, which hold 32 bits in their lower half; the upper one may be anything. So a product is
// one instruction of vectors: its lower half is a word as it is, its upper half is one after a shift.

#include <cstdint>

#include "deadcone/numeric/annotations.hpp"

namespace deadcone::numeric {

/// The lower half of x times m.
DEADCONE_HD inline std::uint64_t product_of_low_halves(std::uint64_t x, std::uint32_t m) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(x)) * m;
}
DEADCONE_HD inline std::uint64_t high_half(std::uint64_t x) {
  return x >> 32;
}
DEADCONE_HD inline std::uint64_t exclusive_or(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return a ^ b ^ c;
}

/// Four words: a counter, or the random bits of a call.
template <class Word>
struct PhiloxBlock {
  Word words[4];
};

/// The keys of the rounds. In memory, from where a vector takes a word for nothing.
struct PhiloxKeys {
  static constexpr int rounds = 10;
  std::uint64_t words[rounds][2];

  PhiloxKeys() = default;
  /// The lower half of the key is its first word.
  DEADCONE_HD PhiloxKeys(std::uint64_t key) {
    auto first = static_cast<std::uint32_t>(key);
    auto second = static_cast<std::uint32_t>(key >> 32);
    for (auto& round : words) {
      round[0] = first;
      round[1] = second;
      first += 0x9E3779B9U;
      second += 0xBB67AE85U;
    }
  }
};

template <int round, class Word>
DEADCONE_HD_INLINE PhiloxBlock<Word> philox_rounds(const PhiloxBlock<Word>& x, const PhiloxKeys& keys) {
  if constexpr (round == PhiloxKeys::rounds) {
    return x;
  } else {
    const Word product_0 = product_of_low_halves(x.words[0], 0xD2511F53U);
    const Word product_1 = product_of_low_halves(x.words[2], 0xCD9E8D57U);
    const auto& key = keys.words[round];
    return philox_rounds<round + 1>(
        PhiloxBlock<Word>{{exclusive_or(high_half(product_1), x.words[1], Word(key[0])), product_1,
                           exclusive_or(high_half(product_0), x.words[3], Word(key[1])), product_0}},
        keys);
  }
}

/// The random bits of a counter, in the lower halves of the words.
template <class Word>
DEADCONE_HD_INLINE PhiloxBlock<Word> philox(const PhiloxBlock<Word>& counter, const PhiloxKeys& keys) {
  return philox_rounds<0>(counter, keys);
}

}  // namespace deadcone::numeric
