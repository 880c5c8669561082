#pragma once

// Results of mappers and sweeps, compared bit by bit.

#include <gtest/gtest.h>

#include <cstring>
#include <variant>

#include "deadcone/mapper.hpp"
#include "deadcone/memory_sink.hpp"

namespace deadcone::test {

/// Whether both hold the same bits, in the same precision.
inline bool same_bits(const RealBuffer& a, const RealBuffer& b) {
  return std::visit(
      [&]<class Values>(const Values& values) {
        const auto& others = std::get<Values>(b);
        return values.size() == others.size() &&
               (values.empty() || std::memcmp(values.data(), others.data(), values.size() * sizeof(values[0])) == 0);
      },
      a);
}

/// Expects every field of two results of a mapper to be the same.
inline void expect_same(const TileResult& a, const TileResult& b) {
  EXPECT_EQ(a.fate, b.fate);
  EXPECT_EQ(a.updates, b.updates);
  EXPECT_EQ(a.proof, b.proof);
  EXPECT_TRUE(same_bits(a.r_final, b.r_final));
  EXPECT_TRUE(same_bits(a.w_final, b.w_final));
  EXPECT_TRUE(same_bits(a.b_final, b.b_final));
  EXPECT_TRUE(same_bits(a.leak_final, b.leak_final));
  EXPECT_TRUE(same_bits(a.loss_final, b.loss_final));
  EXPECT_EQ(a.minimum, b.minimum);
  EXPECT_EQ(a.period, b.period);
  EXPECT_TRUE(same_bits(a.lyapunov, b.lyapunov));
}

/// Expects every field of all maps of two sweeps to be the same.
inline void expect_same(const Maps& a, const Maps& b) {
  EXPECT_EQ(a.fate, b.fate);
  EXPECT_EQ(a.updates, b.updates);
  EXPECT_EQ(a.proof, b.proof);
  EXPECT_EQ(a.origin, b.origin);
  EXPECT_EQ(a.r_final, b.r_final);
  EXPECT_EQ(a.w_final, b.w_final);
  EXPECT_EQ(a.b_final, b.b_final);
  EXPECT_EQ(a.leak_final, b.leak_final);
  EXPECT_EQ(a.loss_final, b.loss_final);
  EXPECT_EQ(a.minimum, b.minimum);
  EXPECT_EQ(a.period, b.period);
  EXPECT_TRUE(same_bits(a.lyapunov, b.lyapunov));
  EXPECT_EQ(a.counts, b.counts);
  EXPECT_EQ(a.done, b.done);
}

}  // namespace deadcone::test
