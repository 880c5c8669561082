#pragma once

#include <cstddef>
#include <vector>

#include "storage/chunk_encoder.hpp"
#include "deadcone/config.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/sweep_file.hpp"
#include "file/stored_maps.hpp"

namespace deadcone {

/// The shape of a chunk of a map: that of a tile, or of the window where it is smaller.
struct ChunkShape {
  std::int64_t count_b;
  std::int64_t count_w;
};
ChunkShape chunk_shape(const Window& window);

/// What the elements of a map are until they are computed, as bytes of one element.
std::vector<std::byte> fill_of(hdf5::Type type);

/// Encodes the tiles of Tiling(sweep.window) for the file. Any thread may call it.
class TileEncoder {
 public:
  explicit TileEncoder(const Sweep& sweep);
  EncodedTile encode(const Tile& tile, const TileResult& result) const;

 private:
  std::vector<StoredMap> maps_;
  ChunkShape shape_;
};

}  // namespace deadcone
