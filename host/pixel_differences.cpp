#include "pixel_differences.hpp"

#include <cstring>
#include <type_traits>

#include "deadcone/fate.hpp"
#include "names.hpp"
#include "region_refinement.hpp"
#include "stored_maps.hpp"

namespace deadcone {
namespace {

std::string in_words(std::int8_t fate) {
  return fate >= 0 && fate < fate_count ? fate_names[static_cast<std::size_t>(fate)] : std::to_string(fate);
}
std::string in_words(std::int32_t steps) {
  return std::to_string(steps);
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

/// Compares bits, so that a NaN equals itself and 0 is not -0. Fills in both values where they differ.
template <class T>
bool differ(const PixelValues& stored, const PixelValues& computed, std::size_t i, PixelDifference& difference) {
  const T a = element<T>(stored, i);
  const T b = element<T>(computed, i);
  if (std::memcmp(&a, &b, sizeof(T)) == 0) return false;
  difference.stored = in_words(a);
  difference.computed = in_words(b);
  return true;
}

bool is_filled(const TileResult& stored, std::size_t i) {
  return i < stored.provenance.size() && stored.provenance[i] == static_cast<std::int8_t>(PixelProvenance::filled);
}

using Compare = bool (*)(const PixelValues&, const PixelValues&, std::size_t, PixelDifference&);

Compare compare_of(hdf5::Type type) {
  switch (type) {
    case hdf5::Type::int8:
      return differ<std::int8_t>;
    case hdf5::Type::float32:
      return differ<float>;
    case hdf5::Type::float64:
      return differ<double>;
    default:
      return differ<std::int32_t>;
  }
}

}  // namespace

std::vector<PixelDifference> pixel_differences(const Sweep& sweep, const Tile& tile, const TileResult& stored,
                                               const TileResult& computed) {
  const std::vector<StoredMap> maps = stored_maps(sweep);
  std::vector<PixelDifference> found;
  for (std::int64_t i = 0; i < tile.pixels(); ++i) {
    PixelDifference difference = {tile.first_b + i / tile.count_w, tile.first_w + i % tile.count_w, "", "", "", false};
    difference.was_filled = is_filled(stored, static_cast<std::size_t>(i));
    for (const StoredMap& map : maps) {
      if (map.field == MapField::provenance || (difference.was_filled && map.field != MapField::fate)) continue;
      if (!compare_of(map.type)(values_of(stored, map.field), values_of(computed, map.field),
                                static_cast<std::size_t>(i), difference)) {
        continue;
      }
      difference.field = name_of(map.field);
      found.push_back(difference);
      break;
    }
  }
  return found;
}

}  // namespace deadcone
