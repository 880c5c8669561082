#include "storage/chunk_decoder.hpp"

#include <algorithm>
#include <cstdint>

#include "storage/compressor.hpp"

namespace deadcone {
namespace {

template <std::size_t size>
void unshuffle_elements(const std::byte* from, std::size_t count, std::byte* to) {
  // In pieces that stay in the nearest cache while each of their bytes is put in.
  constexpr std::size_t piece = 1024;
  for (std::size_t first = 0; first < count; first += piece) {
    const std::size_t last = std::min(first + piece, count);
    for (std::size_t j = 0; j < size; ++j) {
      for (std::size_t i = first; i < last; ++i) to[i * size + j] = from[j * count + i];
    }
  }
}

/// The checksum of HDF5: Fletcher's, of 16-bit words whose first byte is the upper one (HDF5's H5checksum.c).
std::uint32_t fletcher32(const std::byte* bytes, std::size_t size) {
  std::uint64_t sum = 0;
  std::uint64_t sum_of_sums = 0;
  const auto at = [bytes](std::size_t i) { return std::to_integer<std::uint64_t>(bytes[i]); };
  constexpr std::size_t piece = 8192;  // bytes whose sums fit in 64 bits by far
  for (std::size_t first = 0; first < size; first += piece) {
    const std::size_t last = std::min(first + piece, size);
    for (std::size_t i = first; i < last; i += 2) {
      sum += at(i) << 8 | (i + 1 < last ? at(i + 1) : 0U);
      sum_of_sums += sum;
    }
    constexpr std::uint64_t modulus = 65535;
    sum %= modulus;
    sum_of_sums %= modulus;
  }
  return static_cast<std::uint32_t>(sum_of_sums << 16 | sum);
}

/// HDF5 leaves 65535 where the sum is a multiple of it, and a modulus gives 0.
std::uint32_t normal(std::uint32_t checksum) {
  const std::uint32_t low = checksum & 0xffffU;
  const std::uint32_t high = checksum >> 16;
  return (high == 0xffffU ? 0U : high) << 16 | (low == 0xffffU ? 0U : low);
}

}  // namespace

std::vector<std::byte> unshuffled(const std::vector<std::byte>& chunk, std::size_t size) {
  std::vector<std::byte> values(chunk.size());
  const std::size_t count = chunk.size() / size;
  switch (size) {
    case 2:
      unshuffle_elements<2>(chunk.data(), count, values.data());
      break;
    case 4:
      unshuffle_elements<4>(chunk.data(), count, values.data());
      break;
    case 8:
      unshuffle_elements<8>(chunk.data(), count, values.data());
      break;
    default:
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < size; ++j) values[i * size + j] = chunk[j * count + i];
      }
  }
  std::copy(chunk.begin() + static_cast<std::ptrdiff_t>(count * size), chunk.end(),
            values.begin() + static_cast<std::ptrdiff_t>(count * size));
  return values;
}

std::optional<std::vector<std::byte>> inflated(const std::vector<std::byte>& chunk, std::size_t most) {
  std::vector<std::byte> values(most);
  const std::optional<std::size_t> size = inflate_stream(chunk.data(), chunk.size(), values.data(), most);
  if (!size) return std::nullopt;
  values.resize(*size);
  return values;
}

std::optional<std::vector<std::byte>> without_checksum(std::vector<std::byte> chunk) {
  constexpr std::size_t length = 4;
  if (chunk.size() < length) return std::nullopt;
  std::uint32_t stored = 0;
  for (std::size_t i = 0; i < length; ++i)
    stored |= std::to_integer<std::uint32_t>(chunk[chunk.size() - length + i]) << (8 * i);
  chunk.resize(chunk.size() - length);
  if (normal(stored) != normal(fletcher32(chunk.data(), chunk.size()))) return std::nullopt;
  return chunk;
}

}  // namespace deadcone
