#include "cli/config_file.hpp"

#include <filesystem>
#include <set>

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
      if (element.is_array()) return "";
      text += (text.empty() ? "" : ",") + as_typed(element);
    }
    return text;
  }
  return "";
}

toml::table parse(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) throw ConfigError(path + ": no such configuration file");
  try {
    return toml::parse_file(path);
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
