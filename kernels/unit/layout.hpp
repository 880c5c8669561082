#pragma once

// Where the fields of a tile lie in one block of bytes, the same on the device and in pinned memory, so that one copy
// brings back all that is kept.

#include <cstddef>
#include <cstdint>

#include "deadcone/config.hpp"
#include "deadcone/trajectory/variant.hpp"

namespace deadcone {

/// Offsets in bytes; a field that is not wanted has the offset of the next and takes no room. Updates come last:
/// they are computed always, for the counts, and copied where they are wanted.
struct TileLayout {
  std::size_t fate = 0;
  std::size_t proof = 0;
  std::size_t r_final = 0;
  std::size_t w_final = 0;
  std::size_t b_final = 0;
  std::size_t loss_final = 0;
  std::size_t updates = 0;
  std::size_t kept = 0;   ///< bytes from the first that are copied back
  std::size_t total = 0;  ///< bytes of all
};

/// Alignment of every field: what cudaMalloc gives, and enough for whole transactions.
inline constexpr std::size_t field_alignment = 256;

/// The same size, or as much more as the next field needs to be aligned.
inline std::size_t aligned(std::size_t bytes) {
  return (bytes + field_alignment - 1) / field_alignment * field_alignment;
}

inline TileLayout layout_of(std::int64_t pixels, const Fields& fields, const Variant& variant, std::size_t real_size) {
  TileLayout layout;
  std::size_t end = 0;
  const auto place = [&](std::size_t size, bool wanted) {
    const std::size_t begin = end;
    if (wanted) end += aligned(static_cast<std::size_t>(pixels) * size);
    return begin;
  };
  layout.fate = place(sizeof(Fate), true);
  layout.proof = place(sizeof(Proof), variant.certify);
  layout.r_final = place(real_size, fields.final && variant.geometry == Geometry::general);
  layout.w_final = place(real_size, fields.final);
  layout.b_final = place(real_size, fields.final);
  layout.loss_final = place(real_size, fields.loss);
  layout.kept = end;
  layout.updates = place(sizeof(std::int32_t), true);
  layout.total = end;
  if (fields.updates) layout.kept = end;
  return layout;
}

}  // namespace deadcone
