#include "verify/pixel_differences.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "deadcone/fate.hpp"
#include "config/parse.hpp"
#include "file/stored_maps.hpp"

namespace deadcone {
namespace {

template <class Kind>
requires std::is_enum_v<Kind> std::string in_words(Kind value) {
  const std::string name = name_of(value);
  return name.empty() ? std::to_string(static_cast<int>(value)) : name;
}
std::string in_words(std::int32_t updates) {
  return std::to_string(updates);
}
template <class Real>
requires std::is_floating_point_v<Real> std::string in_words(Real value) {
  return shortest(value);
}

/// Element `i` of an array of which no element is there when all are zero.
template <class T>
T element(const PixelValues& values, std::size_t i) {
  return values.count == 0 ? T{} : static_cast<const T*>(values.data)[i];
}

/// Compares bits, so that a NaN equals itself and 0 is not -0. Fills in the field and both values where they differ.
template <class T>
bool differ(MapField field, T stored, T expected, PixelDifference& difference) {
  using Bytes = std::array<std::byte, sizeof(T)>;
  if (std::bit_cast<Bytes>(stored) == std::bit_cast<Bytes>(expected)) return false;
  difference.field = name_of(field);
  difference.stored = in_words(stored);
  difference.computed = in_words(expected);
  return true;
}

template <class T>
bool differ(MapField field, const TileResult& stored, const TileResult& computed, std::size_t i,
            PixelDifference& difference) {
  return differ(field, element<T>(values_of(stored, field), i), element<T>(values_of(computed, field), i), difference);
}

/// Compares a pixel in one map.
bool differ(const StoredMap& map, const TileResult& stored, const TileResult& computed, std::size_t i,
            PixelDifference& difference) {
  const bool was_filled = i < stored.origin.size() && stored.origin[i] == PixelOrigin::filled;
  if (map.field == MapField::origin) {
    const PixelOrigin expected = was_filled ? PixelOrigin::filled : PixelOrigin::computed;
    return differ(map.field, stored.origin[i], expected, difference);
  }
  if (was_filled && map.field == MapField::updates) return differ(map.field, stored.updates[i], -1, difference);
  if (was_filled && map.field == MapField::proof)
    return differ(map.field, stored.proof[i], Proof::pending, difference);
  bool found = false;
  if (map.field == MapField::fate) {
    found = differ<Fate>(map.field, stored, computed, i, difference);
  } else if (map.field == MapField::proof) {
    found = differ<Proof>(map.field, stored, computed, i, difference);
  } else if (map.type == hdf5::Type::float32) {
    found = differ<float>(map.field, stored, computed, i, difference);
  } else if (map.type == hdf5::Type::float64) {
    found = differ<double>(map.field, stored, computed, i, difference);
  } else {
    found = differ<std::int32_t>(map.field, stored, computed, i, difference);
  }
  // A fate that there is not is no fate that the pixels around could have.
  difference.is_wrong_fill = found && was_filled && *name_of(stored.fate[i]) != 0;
  return found;
}

}  // namespace

std::vector<PixelDifference> pixel_differences(const Sweep& sweep, const Tile& tile, const TileResult& stored,
                                               const TileResult& computed) {
  const std::vector<StoredMap> maps = stored_maps(sweep);
  std::vector<PixelDifference> found;
  for (std::int64_t i = 0; i < tile.pixels(); ++i) {
    PixelDifference difference;
    difference.b = tile.first_b + i / tile.count_w;
    difference.w = tile.first_w + i % tile.count_w;
    for (const StoredMap& map : maps) {
      if (!differ(map, stored, computed, static_cast<std::size_t>(i), difference)) continue;
      found.push_back(difference);
      break;
    }
  }
  return found;
}

}  // namespace deadcone
