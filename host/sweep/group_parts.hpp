#pragma once

// A group of points as a mapper takes it: maps of one geometry at once.

#include <cstdint>
#include <vector>

#include "deadcone/mapper.hpp"
#include "deadcone/sweep_maps.hpp"

namespace deadcone {

/// The maps of a group that have one geometry.
struct GroupPart {
  MapBatch maps;
  std::vector<std::int64_t> places;  ///< of the maps in the group; none where these are all of its maps

  /// The place of one of the maps in the group.
  std::int64_t place_of(std::int64_t map) const { return places.empty() ? map : places[static_cast<std::size_t>(map)]; }
};

/// One part, or two where some points are planar and some are not.
std::vector<GroupPart> parts_of(SweepMaps& maps, const PointRun& points);

/// Puts the whole tiles of a part's maps into the result of the same tile, of `pixels`, of all `maps` of the group.
void put_part(const TileResult& part, const std::vector<std::int64_t>& places, std::int64_t pixels, std::int64_t maps,
              TileResult& whole);

}  // namespace deadcone
