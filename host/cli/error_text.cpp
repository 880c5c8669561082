#include "cli/error_text.hpp"

#include <algorithm>
#include <cstddef>

#include "base/printable.hpp"
#include "config/parse.hpp"
#include "deadcone/network/birth_sweep.hpp"

namespace deadcone {

std::string option_of(const std::string& parameter) {
  std::string option = "--" + given_name(parameter);
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
}

std::string text_for_user(const Error& error) {
  std::string text = error.what();
  if (dynamic_cast<const FileExists*>(&error) != nullptr) return text + "; --overwrite replaces it";
  if (dynamic_cast<const CannotLock*>(&error) != nullptr) return text + "; --no-lock writes it all the same";
  if (dynamic_cast<const ResultsInJournal*>(&error) != nullptr) return text + ", and --resume takes them in";
  if (const auto* config = dynamic_cast<const ConfigError*>(&error);
      config != nullptr && !config->parameter().empty()) {
    return option_of(config->parameter()) + " " + config->fault();
  }
  if (const auto* value = dynamic_cast<const UnusableValue*>(&error))
    return option_of(value->given_for()) + ": " + value->reason();
  if (error.kind() == ErrorKind::device) return text + "; use --device cpu";
  if (dynamic_cast<const NetworksDoNotFit*>(&error) != nullptr)
    return text + "; use narrower networks, fewer points or fewer threads";
  if (error.kind() == ErrorKind::memory) return text + "; use fewer pixels";
  return text;
}

std::string in_one_line(std::string message) {
  constexpr std::size_t longest = 500;
  std::replace(message.begin(), message.end(), '\n', ' ');
  return shortened(printable(message), longest);
}

}  // namespace deadcone
