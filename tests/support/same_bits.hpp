#pragma once

// Results of mappers, compared bit by bit.

#include <cstring>
#include <variant>

#include "deadcone/mapper.hpp"

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

}  // namespace deadcone::test
