#pragma once

// Where the fields of a tile lie in one block of bytes, the same on the device and in pinned memory, so that one copy
// brings back all that is kept.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "deadcone/detail/tile_arrays.hpp"
#include "deadcone/kinds.hpp"
#include "deadcone/trajectory/pixels.hpp"

namespace deadcone {

/// Offsets in bytes; a field that is not wanted has the offset of the next and takes no room. Updates come last: the
/// device always has them, for the counts, and they are copied back only where they are wanted.
struct TileLayout {
  std::size_t fate = 0;
  std::size_t proof = 0;
  std::size_t r_final = 0;
  std::size_t w_final = 0;
  std::size_t b_final = 0;
  std::size_t leak_final = 0;
  std::size_t loss_final = 0;
  std::size_t minimum = 0;
  std::size_t period = 0;
  std::size_t lyapunov = 0;
  std::size_t updates = 0;
  std::size_t kept = 0;   ///< bytes from the first that are copied back
  std::size_t total = 0;  ///< bytes of all
};

/// Alignment of every field: what cudaMalloc gives, and enough for whole transactions.
inline constexpr std::size_t field_alignment = 256;

/// The same size, or as much more as the next field needs to be aligned.
constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + field_alignment - 1) / field_alignment * field_alignment;
}

/// The layout of the wanted fields of so many pixels of a map in `precision`.
inline TileLayout layout_of(std::int64_t pixels, const WantedFields& wanted, Precision precision) {
  return with_precision(precision, [&]<class Real>() {
    TileLayout layout;
    PixelArrays<Real> types = {};
    WantedFields on_device = wanted;
    on_device.updates = true;
    for_each_field(
        [&](bool is_wanted, std::size_t& offset, const auto* type) {
          offset = layout.total;
          if (is_wanted) layout.total += aligned(static_cast<std::size_t>(pixels) * sizeof(*type));
        },
        on_device, layout, types);
    layout.kept = wanted.updates ? layout.total : layout.updates;
    return layout;
  });
}

/// The fields at `base`, where a layout puts them; null where they are not wanted.
template <class Real>
PixelArrays<Real> arrays_at(std::byte* base, const TileLayout& layout, const WantedFields& wanted) {
  PixelArrays<Real> arrays = {};
  for_each_field(
      [base](bool is_wanted, std::size_t offset, auto*& array) {
        array = is_wanted ? reinterpret_cast<std::remove_reference_t<decltype(array)>>(base + offset) : nullptr;
      },
      wanted, layout, arrays);
  return arrays;
}

/// Copies `count` values of each field from the start of `from` to those from `first` on of `to`, where it is wanted.
template <class Real>
void copy_fields(const PixelArrays<Real>& from, const PixelArrays<Real>& to, std::int64_t first, std::int64_t count) {
  for_each_field(
      [=](const auto* source, auto* target) {
        if (target != nullptr) std::memcpy(target + first, source, static_cast<std::size_t>(count) * sizeof(*target));
      },
      from, to);
}

}  // namespace deadcone
