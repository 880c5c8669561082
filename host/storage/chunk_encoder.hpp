#pragma once

// Chunks of a dataset as they stand in the file: what HDF5's shuffle and deflate filters would make of them, and read
// back. Done here, a chunk can be encoded in any thread, while HDF5 itself may be called from one at a time.

#include <cstddef>
#include <vector>

#include "storage/compressor.hpp"

namespace deadcone {

/// An encoded chunk.
using ChunkBytes = std::vector<std::byte>;

/// HDF5's shuffle: byte j of element i goes to j * count + i, so that bytes that are alike lie together.
void shuffle(const std::byte* values, std::size_t count, std::size_t size, std::byte* to);

/// One for each thread: it keeps its buffers.
class ChunkEncoder {
 public:
  /// Encodes `count` elements of `size` bytes each: shuffled where they have more than one byte, then one zlib stream.
  ChunkBytes encode(const void* values, std::size_t count, std::size_t size);

 private:
  Compressor compressor_;
  std::vector<std::byte> shuffled_;
  std::vector<std::byte> compressed_;
};

}  // namespace deadcone
