#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace deadcone {

/// A text that comes from outside (an attribute or a key of a file, a path, an argument) as it may be printed: UTF-8, with
/// everything in it that would move the cursor of a terminal or turn its text around (C0, DEL, C1, line separators, marks
/// of direction), and every byte that is not UTF-8, written as \x1b or \u202e.
std::string printable(std::string_view text);

/// The bytes of the character that begins at `position` of such a text; 0 where printable() would not leave it as it is.
std::size_t printable_length(std::string_view text, std::size_t position);

/// A text of at most `most` bytes: of a longer UTF-8 text the beginning and the end, with " ... " between them.
std::string shortened(const std::string& text, std::size_t most);

}  // namespace deadcone
