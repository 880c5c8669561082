#include "cli/error_text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.hpp"

namespace deadcone {

std::string option_of(const std::string& parameter) {
  constexpr std::pair<const char*, const char*> renamed[] = {{"tolerance", "--tol"}, {"box_side", "--box"}};
  for (const auto& [name, option] : renamed) {
    if (parameter == name) return option;
  }
  std::string option = "--" + parameter;
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
}

std::string text_for_user(const Error& error) {
  std::string text = error.what();
  if (dynamic_cast<const FileExists*>(&error) != nullptr) return text + "; --overwrite replaces it";
  if (const auto* config = dynamic_cast<const ConfigError*>(&error);
      config != nullptr && !config->parameter().empty()) {
    return option_of(config->parameter()) + " " + config->fault();
  }
  if (error.kind() == ErrorKind::device) return text + "; use --device cpu";
  if (error.kind() == ErrorKind::memory) return text + "; use fewer pixels";
  return text;
}

std::string in_one_line(std::string message) {
  constexpr std::size_t longest = 500;
  const std::string dots = "...";
  std::replace(message.begin(), message.end(), '\n', ' ');
  message = printable(message);
  if (message.size() <= longest) return message;
  // The end says what is wrong, the beginning with what.
  const auto is_inside = [&](std::size_t i) { return (static_cast<unsigned char>(message[i]) & 0xc0) == 0x80; };
  std::size_t head = (longest - dots.size()) / 2;
  std::size_t tail = message.size() - (longest - dots.size() - head);
  while (is_inside(head)) --head;
  while (is_inside(tail)) ++tail;
  return message.substr(0, head) + dots + message.substr(tail);
}

}  // namespace deadcone
