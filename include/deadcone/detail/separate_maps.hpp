#pragma once

// A batch of maps, one map after the other: for a mapper that computes one at a time.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "deadcone/detail/tile_arrays.hpp"
#include "deadcone/mapper.hpp"

namespace deadcone {

/// Calls compute(map, listed, part) for each map that has pixels in the list, with their numbers in a map of its own, and
/// puts the parts together in `result`.
template <class Compute>
void compute_separately(const MapBatch& maps, const Tile& tile, const PixelList& listed, TileResult& result,
                        const Compute& compute) {
  const auto of_map = [pixels = tile.pixels()](std::int32_t number) {
    return std::pair(number / pixels, number % pixels);
  };
  std::vector<PixelList> own(static_cast<std::size_t>(maps.count()));
  std::vector<std::vector<std::size_t>> places(own.size());  ///< in the result
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const auto [map, pixel] = of_map(listed[i]);
    own[static_cast<std::size_t>(map)].push_back(static_cast<std::int32_t>(pixel));
    places[static_cast<std::size_t>(map)].push_back(i);
  }
  const std::size_t total = listed.empty() ? own.size() * static_cast<std::size_t>(tile.pixels()) : listed.size();
  result = {};
  result.counts.resize(own.size());
  TileResult part;
  for (std::size_t map = 0; map < own.size(); ++map) {
    if (!listed.empty() && own[map].empty()) continue;
    compute(maps.map(static_cast<std::int64_t>(map)), own[map], part);
    result.counts[map] = part.counts.front();
    const auto put = [&]<class T>(const std::vector<T>& from, std::vector<T>& to) {
      if (from.empty()) return;
      to.resize(total);
      for (std::size_t i = 0; i < from.size(); ++i)
        to[listed.empty() ? map * from.size() + i : places[map][i]] = from[i];
    };
    for_each_field(
        [&]<class Field>(const Field& from, Field& to) {
          if constexpr (std::is_same_v<Field, RealBuffer>) {
            std::visit([&]<class T>(const std::vector<T>& values) { put(values, vector_in<T>(to)); }, from);
          } else {
            put(from, to);
          }
        },
        std::as_const(part), result);
  }
}

}  // namespace deadcone
