#include "cli/config_file.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "config/parse.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// A value as a user types it on the command line; empty where that is impossible.
std::string as_typed(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return shortest(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* list = node.as_array()) {
    std::string text;
    for (const toml::node& element : *list) {
      const std::string part = element.is_array() ? "" : as_typed(element);
      if (part.empty()) return "";
      text += (text.empty() ? "" : ",") + part;
    }
    return text;
  }
  return "";
}

/// Where a TOML text goes on behind the string that begins at `start`. A string in single quotes ends with its line at
/// the latest.
std::size_t behind_string(const std::string& text, std::size_t start) {
  const char quote = text[start];
  const std::string three(3, quote);
  const std::string end = text.compare(start, 3, three) == 0 ? three : three.substr(0, 1);
  std::size_t i = start + end.size();
  while (i < text.size() && text.compare(i, end.size(), end) != 0) {
    if (end.size() == 1 && text[i] == '\n') return i;
    i += text[i] == '\\' && quote == '"' ? 2 : 1;
  }
  return std::min(i + end.size(), text.size());
}

/// Whether the bracket at `start`, the first of its line, can begin a table: the parser takes for granted that a name
/// follows.
bool names_table(const std::string& text, std::size_t start) {
  const std::size_t brackets = text.compare(start, 2, "[[") == 0 ? 2 : 1;
  const std::size_t name = text.find_first_not_of(" \t", start + brackets);
  if (name == std::string::npos) return true;
  const char c = text[name];
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("_-\"']").find(c) != std::string_view::npos;
}

/// Throws where the parser would fail by more than an exception. It makes a table of each part of a key, a.b.c, and takes
/// them down by recursion: a long key would overflow the stack. No option has a key of several parts.
void check_keys(const std::string& text, const std::string& path) {
  constexpr int most_parts = 100;
  int parts = 1;
  bool begins_line = true;
  std::size_t i = 0;
  const auto fail = [&](const std::string& fault) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n') + 1;
    throw ConfigError(path + ":" + std::to_string(line) + ": " + fault);
  };
  while (i < text.size()) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = behind_string(text, i);
      begins_line = false;
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '[' && begins_line && !names_table(text, i)) fail("not TOML: a table without a name");
    if (c == '.') ++parts;
    if (parts > most_parts) fail("a key has more than " + std::to_string(most_parts) + " parts");
    if (std::string_view(",=[]{}\n").find(c) != std::string_view::npos) parts = 1;
    begins_line = c == '\n' || (begins_line && (c == ' ' || c == '\t' || c == '\r'));
    ++i;
  }
}

toml::table parse(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) throw ConfigError(path + ": no such configuration file");
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) throw ConfigError(path + ": cannot be read");
  check_keys(text, path);
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& failure) {
    throw ConfigError(path + ":" + std::to_string(failure.source().begin.line) +
                      ": not TOML: " + std::string(failure.description()));
  }
}

}  // namespace

void apply_config_file(CLI::App& app, const std::string& path) {
  if (path.empty()) return;
  std::set<const CLI::Option*> set_here;
  for (const auto& [key, node] : parse(path)) {
    const std::string name(key.str());
    const std::string where = path + ":" + std::to_string(node.source().begin.line) + ": ";
    CLI::Option* option = name == "config" || name == "help" ? nullptr : app.get_option_no_throw("--" + name);
    if (option == nullptr) {
      throw ConfigError(where + "'" + name + "' is not an option of deadcone " + app.get_name());
    }
    if (!set_here.insert(option).second) {
      throw ConfigError(where + "'" + name + "' sets " + option->get_name() + " for the second time");
    }
    if (option->count() > 0) continue;
    const bool may_stand_alone = option->get_expected_min() == 0;
    const bool takes_text = option->get_expected_max() > 0;
    const std::string text = as_typed(node);
    if (text.empty() || !(node.is_boolean() ? may_stand_alone : takes_text)) {
      throw ConfigError(where + name +
                        (takes_text ? " must be a number, a string or a list of these" : " must be true or false"));
    }
    try {
      option->add_result(text);
      option->run_callback();
    } catch (const CLI::Error& failure) {
      throw ConfigError(where + failure.what());
    } catch (const ConfigError& failure) {
      throw ConfigError(where + failure.what());
    }
  }
}

void check_not_config_file(const std::string& out, const std::string& config) {
  std::error_code error;
  if (!config.empty() && std::filesystem::equivalent(out, config, error))
    throw ConfigError(out + ": is the configuration file");
}

}  // namespace deadcone
