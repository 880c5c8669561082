#pragma once

// zlib streams, as HDF5's deflate filter reads them: made by ISA-L where the build has it (compressor_isal.cpp), which
// is several times as fast, else by zlib (compressor_zlib.cpp).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace deadcone {

/// One for each thread: it keeps its tables.
class Compressor {
 public:
  Compressor();

  /// The most bytes that the stream of `size` bytes can take.
  static std::size_t bound(std::size_t size);
  /// Writes the stream of `size` bytes, at most 2^32 - 1, to `to`, where there is room for bound(size); gives its
  /// length.
  std::size_t compress(const std::byte* from, std::size_t size, std::byte* to);

  /// The CRC-32 of gzip (ISO 3309).
  static std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t before = 0);

  /// The library in use, for people: "ISA-L 2.30.0".
  static std::string library();

 private:
  std::vector<unsigned char> tables_;
};

/// Decodes a zlib stream of `size` bytes to `to`, where there is room for `most`; gives the number of bytes that it
/// holds. Nothing where they are more, or do not pass their checksum.
std::optional<std::size_t> inflate_stream(const std::byte* from, std::size_t size, std::byte* to, std::size_t most);

}  // namespace deadcone
