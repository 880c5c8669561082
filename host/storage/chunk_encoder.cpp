#include "storage/chunk_encoder.hpp"

#include <algorithm>

namespace deadcone {
namespace {

template <std::size_t size>
void shuffle_elements(const std::byte* values, std::size_t count, std::byte* to) {
  // In pieces that stay in the nearest cache while each of their bytes is taken out.
  constexpr std::size_t piece = 1024;
  for (std::size_t first = 0; first < count; first += piece) {
    const std::size_t last = std::min(first + piece, count);
    for (std::size_t j = 0; j < size; ++j) {
      for (std::size_t i = first; i < last; ++i) to[j * count + i] = values[i * size + j];
    }
  }
}

}  // namespace

void shuffle(const std::byte* values, std::size_t count, std::size_t size, std::byte* to) {
  switch (size) {
    case 4:
      return shuffle_elements<4>(values, count, to);
    case 8:
      return shuffle_elements<8>(values, count, to);
    default:
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < size; ++j) to[j * count + i] = values[i * size + j];
      }
  }
}

ChunkBytes ChunkEncoder::encode(const void* values, std::size_t count, std::size_t size) {
  const std::size_t bytes = count * size;
  const auto* from = static_cast<const std::byte*>(values);
  if (size > 1) {
    shuffled_.resize(bytes);
    shuffle(from, count, size, shuffled_.data());
    from = shuffled_.data();
  }
  compressed_.resize(Compressor::bound(bytes));
  const std::size_t length = compressor_.compress(from, bytes, compressed_.data());
  return {compressed_.begin(), compressed_.begin() + static_cast<std::ptrdiff_t>(length)};
}

}  // namespace deadcone
