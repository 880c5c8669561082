#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace deadcone {
namespace {

/// A character of a text: how many bytes it has, and its code; no code where these bytes are not UTF-8.
struct Character {
  std::size_t length = 1;
  std::uint32_t code = 0;
  bool is_valid = false;
};

Character first_character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead, true};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest[length] || code > 0x10ffff || is_surrogate) return {};
  return {length, code, true};
}

/// Whether a terminal shows the character, instead of doing something.
bool is_shown(std::uint32_t code) {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  constexpr std::array<Range, 7> hidden = {{{0x00, 0x1f},
                                            {0x7f, 0x9f},
                                            {0x061c, 0x061c},
                                            {0x200e, 0x200f},
                                            {0x2028, 0x202e},
                                            {0x2066, 0x2069},
                                            {0xfeff, 0xfeff}}};
  return std::ranges::none_of(hidden, [code](const Range& range) { return range.first <= code && code <= range.last; });
}

std::string escaped(std::uint32_t code, bool is_byte) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text = is_byte ? "\\x" : "\\u";
  for (int shift = is_byte ? 4 : 12; shift >= 0; shift -= 4) text += digits[code >> shift & 0xfU];
  return text;
}

}  // namespace

std::size_t printable_length(std::string_view text, std::size_t position) {
  const auto [length, code, is_valid] = first_character(text.substr(position));
  return is_valid && is_shown(code) ? length : 0;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto [length, code, is_valid] = first_character(text);
    if (!is_valid) {
      shown += escaped(static_cast<unsigned char>(text[0]), true);
    } else if (is_shown(code)) {
      shown += text.substr(0, length);
    } else {
      shown += escaped(code, code < 0x80);
    }
    text.remove_prefix(length);
  }
  return shown;
}

std::string shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::string gap = " ... ";
  const auto is_inside_character = [&text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
  };
  std::size_t head = (most - gap.size()) / 2;
  std::size_t tail = text.size() - (most - gap.size() - head);
  while (head > 0 && is_inside_character(head)) --head;
  while (tail < text.size() && is_inside_character(tail)) ++tail;
  return text.substr(0, head) + gap + text.substr(tail);
}

}  // namespace deadcone
