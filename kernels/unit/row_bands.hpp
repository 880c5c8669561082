#pragma once

// How a tile that is too large for the memory left is cut: in bands of whole rows, one after the other.

#include <cstdint>

namespace deadcone {

/// The largest number of rows, halved from `rows` on, for which `allocate(rows)` says that there is memory; 0 where
/// there is none for a single row.
template <class Allocate>
std::int64_t rows_that_fit(std::int64_t rows, const Allocate& allocate) {
  while (rows > 0 && !allocate(rows)) rows /= 2;
  return rows;
}

}  // namespace deadcone
