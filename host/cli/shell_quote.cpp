#include "cli/shell_quote.hpp"

#include <cctype>
#include <cstddef>

#include "base/printable.hpp"

namespace deadcone {
namespace {

/// Whether no shell reads this byte as anything but itself; the first byte of an argument is special in more cases.
bool is_plain(char c, bool is_first) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80 || std::isalnum(byte) != 0) return true;
  return std::string_view(is_first ? "%+:,./-_@" : "%+:,./-_@=").find(c) != std::string_view::npos;
}

bool is_plain(std::string_view argument) {
  for (std::size_t i = 0; i < argument.size(); ++i) {
    if (!is_plain(argument[i], i == 0)) return false;
  }
  return !argument.empty();
}

std::string octal(char c) {
  const auto byte = static_cast<unsigned char>(c);
  std::string text = "\\";
  for (const int shift : {6, 3, 0}) text += static_cast<char>('0' + (byte >> shift & 7));
  return text;
}

std::string in_single_quotes(std::string_view argument) {
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// $'...', which bash, ksh, zsh and POSIX 2024 read.
std::string in_escapes(std::string_view argument) {
  std::string text = "$'";
  for (std::size_t i = 0; i < argument.size();) {
    const std::size_t length = printable_length(argument, i);
    if (length == 0) {
      text += octal(argument[i]);
    } else {
      if (argument[i] == '\'' || argument[i] == '\\') text += '\\';
      text += argument.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return text + "'";
}

}  // namespace

std::string quoted_for_shell(std::string_view argument) {
  for (std::size_t i = 0; i < argument.size();) {
    const std::size_t length = printable_length(argument, i);
    if (length == 0) return in_escapes(argument);
    i += length;
  }
  return is_plain(argument) ? std::string(argument) : in_single_quotes(argument);
}

}  // namespace deadcone
