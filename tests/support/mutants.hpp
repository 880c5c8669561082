#pragma once

// Wrong translations of kernels, one changed instruction each: what a test of tests is made of. translate_ptx.py --mutants
// makes them.

#include <bit>
#include <cstddef>
#include <vector>

#include "support/ptx.hpp"

namespace ptx {

/// One instruction, changed in one way.
struct Mutant {
  int kernel;          ///< its number in kernels()
  int line;            ///< of the PTX
  const char* change;  ///< the kind of change
  const char* text;    ///< the instruction as it was
  bool was_run = false;
};

/// All of the program.
inline std::vector<Mutant>& mutants() {
  static std::vector<Mutant> all;
  return all;
}
/// The one that runs in place of the right statement; none where negative.
inline int mutant = -1;

/// Called by each statement that has mutants, the first of which has the number `first`.
inline int mutant_at(int first) {
  mutants()[static_cast<std::size_t>(first)].was_run = true;
  return mutant;
}

/// The real beside, in its last bit.
template <class T>
T next(T a) {
  return std::bit_cast<T>(std::bit_cast<Bits<sizeof(T)>>(a) ^ 1);
}
template <class T>
T mul_then_add(T a, T b, T c) {
  return add_rn(mul_rn(a, b), c);
}

}  // namespace ptx
