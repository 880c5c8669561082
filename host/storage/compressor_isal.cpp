#include <isa-l.h>

#include <cstdint>

#include "deadcone/errors.hpp"
#include "storage/compressor.hpp"

namespace deadcone {

Compressor::Compressor() : tables_(ISAL_DEF_LVL1_DEFAULT) {}

std::size_t Compressor::bound(std::size_t size) {
  // What does not compress is stored, in blocks of 65535 bytes with 5 bytes each, between a header and a checksum.
  constexpr std::size_t block = 65535;
  return size + 5 * (size / block + 1) + 64;
}

std::size_t Compressor::compress(const std::byte* from, std::size_t size, std::byte* to) {
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  // The library's interface is older than const; it does not write there.
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(from));
  stream.avail_in = static_cast<std::uint32_t>(size);
  stream.next_out = reinterpret_cast<std::uint8_t*>(to);
  stream.avail_out = static_cast<std::uint32_t>(bound(size));
  stream.end_of_stream = 1;
  stream.flush = NO_FLUSH;
  stream.gzip_flag = IGZIP_ZLIB;
  stream.level = 1;
  stream.level_buf = tables_.data();
  stream.level_buf_size = static_cast<std::uint32_t>(tables_.size());
  if (const int status = isal_deflate_stateless(&stream); status != COMP_OK) {
    throw Error("ISA-L cannot compress a chunk: status " + std::to_string(status));
  }
  return stream.total_out;
}

std::uint32_t Compressor::checksum(std::span<const std::byte> bytes, std::uint32_t before) {
  return crc32_gzip_refl(before, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::optional<std::size_t> inflate_stream(const std::byte* from, std::size_t size, std::byte* to, std::size_t most) {
  inflate_state stream;
  isal_inflate_init(&stream);
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(from));
  stream.avail_in = static_cast<std::uint32_t>(size);
  stream.next_out = reinterpret_cast<std::uint8_t*>(to);
  stream.avail_out = static_cast<std::uint32_t>(most);
  stream.crc_flag = ISAL_ZLIB;
  if (isal_inflate_stateless(&stream) != ISAL_DECOMP_OK) return std::nullopt;
  return stream.total_out;
}

std::string Compressor::library() {
  return "ISA-L " + std::to_string(ISAL_MAJOR_VERSION) + "." + std::to_string(ISAL_MINOR_VERSION) + "." +
         std::to_string(ISAL_PATCH_VERSION);
}

}  // namespace deadcone
