#pragma once

// What HDF5's filters make of a chunk, undone here with every length checked: HDF5 itself believes a chunk that says how
// long it becomes, and crashes, or fills the memory.

#include <cstddef>
#include <optional>
#include <vector>

namespace deadcone {

/// Undoes HDF5's shuffle of elements of `size` bytes each; bytes beyond the last whole element stay where they are.
std::vector<std::byte> unshuffled(const std::vector<std::byte>& chunk, std::size_t size);

/// Decodes a zlib stream. Nothing where it is damaged, or holds more than `most` bytes.
std::optional<std::vector<std::byte>> inflated(const std::vector<std::byte>& chunk, std::size_t most);

/// Takes HDF5's Fletcher checksum from the end of a chunk. Nothing where the chunk does not pass it.
std::optional<std::vector<std::byte>> without_checksum(std::vector<std::byte> chunk);

}  // namespace deadcone
