// Philox against its known answers, and in lanes against one call after the other.

#include "deadcone/numeric/philox.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "deadcone/numeric/random.hpp"
#include "numeric/random_lanes.hpp"

namespace deadcone {
namespace {

using namespace numeric;
using test::counter_of;
using test::Layout;
using test::RandomLanes;

struct Answer {
  std::uint64_t counter[4];
  std::uint64_t key;
  std::uint32_t words[4];
};

// From the authors' file kat_vectors.
constexpr Answer answers[] = {
    {{0, 0, 0, 0}, 0, {0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}},
    {{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
     0xFFFFFFFFFFFFFFFF,
     {0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}},
    {{0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344},
     0x299F31D0A4093822,
     {0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}},
};

PhiloxBlock<std::uint64_t> counter(const Answer& answer) {
  return {{answer.counter[0], answer.counter[1], answer.counter[2], answer.counter[3]}};
}

TEST(Philox, GivesTheKnownAnswers) {
  for (const Answer& answer : answers) {
    const auto block = philox(counter(answer), answer.key);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(static_cast<std::uint32_t>(block.words[i]), answer.words[i]) << i;
  }
}

TEST(Philox, DoesNotLookAtUpperHalves) {
  for (const Answer& answer : answers) {
    auto other = counter(answer);
    for (auto& word : other.words) word |= 0xABCD0123'00000000U;
    const auto block = philox(other, answer.key);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(static_cast<std::uint32_t>(block.words[i]), answer.words[i]) << i;
  }
}

TEST(Philox, GivesTwoNumbersOfSixtyFourBits) {
  for (const Answer& answer : answers) {
    const auto wide = two_bits<double>(counter(answer), answer.key);
    EXPECT_EQ(wide.first, std::uint64_t{answer.words[0]} << 32 | answer.words[1]);
    EXPECT_EQ(wide.second, std::uint64_t{answer.words[2]} << 32 | answer.words[3]);
    const auto narrow = two_bits<float>(counter(answer), answer.key);
    EXPECT_EQ(narrow.first, answer.words[0]);
    EXPECT_EQ(narrow.second, answer.words[2]);
  }
}

template <class Real>
class PhiloxLanes : public ::testing::Test {};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(PhiloxLanes, Reals);

TYPED_TEST(PhiloxLanes, GiveTheScalarBitsInBothLayouts) {
  constexpr std::int64_t calls = 2048;
  std::vector<bits_t<TypeParam>> bits(2 * calls);
  const auto all = test::random_lanes<TypeParam>();
  if (all.empty()) GTEST_SKIP() << "this machine has no vectors";
  for (const RandomLanes<TypeParam>& set : all) {
    SCOPED_TRACE(set.lanes);
    set.bits(Layout::in_order, bits.data(), calls);
    for (std::uint32_t call = 0; call < calls; ++call) {
      const auto expected = two_bits<TypeParam>(counter_of(call), test::sample_key);
      ASSERT_EQ(bits[2 * call], expected.first) << call;
      ASSERT_EQ(bits[2 * call + 1], expected.second) << call;
    }
    set.bits(Layout::by_lane, bits.data(), calls);
    const auto lanes = static_cast<std::uint32_t>(set.lanes);
    for (std::uint32_t call = 0; call < calls; ++call) {
      const auto expected = two_bits<TypeParam>(counter_of(call), test::sample_key);
      const std::uint32_t at = call / lanes * 2 * lanes + call % lanes;
      ASSERT_EQ(bits[at], expected.first) << call;
      ASSERT_EQ(bits[at + lanes], expected.second) << call;
    }
  }
}

TEST(PhiloxHalfPacks, GiveTheScalarBitsInOrder) {
  constexpr std::int64_t calls = 2048;
  std::vector<std::uint32_t> bits(2 * calls);
  for (const auto& set : test::random_lanes<float>()) {
    set.half_packs(bits.data(), calls);
    for (std::uint32_t call = 0; call < calls; ++call) {
      const auto expected = two_bits<float>(counter_of(call), test::sample_key);
      ASSERT_EQ(bits[2 * call], expected.first) << call;
      ASSERT_EQ(bits[2 * call + 1], expected.second) << call;
    }
  }
}

}  // namespace
}  // namespace deadcone
