#pragma once

// The maps that a sweep keeps for every point, in the order of the file, and what each is.

#include <cstddef>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "storage/hdf5.hpp"

namespace deadcone {

enum class MapField { fate, updates, proof, origin, r_final, w_final, b_final, loss_final };

struct StoredMap {
  MapField field;
  hdf5::Type type;
};

/// The maps of a sweep: `fate` first, the others as its fields and its precision say.
std::vector<StoredMap> stored_maps(const Sweep& sweep);

/// The name of its dataset.
const char* name_of(MapField field);
/// What it is, in words.
const char* meaning_of(MapField field);

/// The pixels of a tile that belong to a map; none where the map is planar and the field is r.
struct PixelValues {
  const void* data;
  std::size_t count;
};
PixelValues values_of(const TileResult& result, MapField field);
/// Makes room for `count` pixels and gives the place.
void* room_for(TileResult& result, const StoredMap& map, std::size_t count);

}  // namespace deadcone
