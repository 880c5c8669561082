#include "verify/pixel_differences.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "deadcone/fate.hpp"
#include "deadcone/proof/conditions.hpp"
#include "config/parse.hpp"
#include "sweep/region_refinement.hpp"
#include "file/stored_maps.hpp"

namespace deadcone {
namespace {

template <std::size_t count>
std::string one_of(const std::array<const char*, count>& names, std::int8_t value) {
  const auto i = static_cast<std::uint8_t>(value);
  return i < count ? names.at(i) : std::to_string(value);
}

std::string in_words(MapField field, std::int8_t value) {
  if (field == MapField::fate) return one_of(fate_names, value);
  if (field == MapField::proof) return one_of(proof_names, value);
  return one_of(provenance_names, value);
}
std::string in_words(MapField, std::int32_t steps) {
  return std::to_string(steps);
}
template <class Real>
requires std::is_floating_point_v<Real> std::string in_words(MapField, Real value) {
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
  difference.stored = in_words(field, stored);
  difference.computed = in_words(field, expected);
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
  constexpr auto filled = static_cast<std::int8_t>(PixelProvenance::filled);
  const bool was_filled = i < stored.provenance.size() && stored.provenance[i] == filled;
  if (map.field == MapField::provenance) {
    const std::int8_t expected = was_filled ? filled : static_cast<std::int8_t>(PixelProvenance::computed);
    return differ(map.field, stored.provenance[i], expected, difference);
  }
  if (was_filled && map.field == MapField::steps) return differ(map.field, stored.steps[i], -1, difference);
  if (was_filled && map.field == MapField::proof)
    return differ(map.field, stored.proof[i], std::int8_t{-1}, difference);
  bool found = false;
  switch (map.type) {
    case hdf5::Type::int8:
      found = differ<std::int8_t>(map.field, stored, computed, i, difference);
      break;
    case hdf5::Type::float32:
      found = differ<float>(map.field, stored, computed, i, difference);
      break;
    case hdf5::Type::float64:
      found = differ<double>(map.field, stored, computed, i, difference);
      break;
    default:
      found = differ<std::int32_t>(map.field, stored, computed, i, difference);
  }
  // A fate that there is not is no fate that the pixels around could have.
  difference.is_wrong_fill = found && was_filled && stored.fate[i] >= 0 && stored.fate[i] < fate_count;
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
