#pragma once

// Text of unknown origin (arguments, names of files), for terminals and for attributes.

#include <cstddef>
#include <string>
#include <string_view>

namespace deadcone {

/// The bytes of the character that begins at `position` of a UTF-8 text, 1 to 4; 0 where it is a control character
/// (which a terminal would obey), or no UTF-8.
std::size_t printable_length(std::string_view text, std::size_t position);

/// The text with '?' for each byte that is not part of a printable character.
std::string printable(std::string_view text);

}  // namespace deadcone
