#include <zlib.h>

#include "deadcone/errors.hpp"
#include "storage/compressor.hpp"

namespace deadcone {

Compressor::Compressor() = default;

std::size_t Compressor::bound(std::size_t size) {
  return compressBound(size);
}

std::size_t Compressor::compress(const std::byte* from, std::size_t size, std::byte* to) {
  constexpr int level = 1;
  uLongf length = bound(size);
  const int status =
      compress2(reinterpret_cast<Bytef*>(to), &length, reinterpret_cast<const Bytef*>(from), size, level);
  if (status != Z_OK) throw Error("zlib cannot compress a chunk: status " + std::to_string(status));
  return length;
}

std::uint32_t Compressor::checksum(std::span<const std::byte> bytes, std::uint32_t before) {
  return static_cast<std::uint32_t>(crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::optional<std::size_t> inflate_stream(const std::byte* from, std::size_t size, std::byte* to, std::size_t most) {
  uLongf length = most;
  const int status = uncompress(reinterpret_cast<Bytef*>(to), &length, reinterpret_cast<const Bytef*>(from), size);
  if (status != Z_OK) return std::nullopt;
  return length;
}

std::string Compressor::library() {
  return std::string("zlib ") + zlibVersion();
}

}  // namespace deadcone
