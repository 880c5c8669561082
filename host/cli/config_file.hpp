#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace deadcone {

/// Gives every option of `app` that is named in the TOML file and was not given on the command line its value there:
/// numbers, strings, true/false for flags, and arrays for lists. An empty path does nothing. Throws ConfigError for a
/// file that is missing or no TOML, for an unknown key, and for a value that the option does not take.
void apply_config_file(CLI::App& app, const std::string& path);

}  // namespace deadcone
