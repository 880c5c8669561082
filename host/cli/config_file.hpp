#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace deadcone {

/// Sets the options of `app` that the TOML file names and the command line did not give: numbers, strings, true/false for
/// flags, and arrays for lists. An empty path does nothing. Throws ConfigError for a file that is missing or not TOML, for
/// an unknown key, for an option that the file sets twice (by its name and an alias), and for a wrong value.
void apply_config_file(CLI::App& app, const std::string& path);

/// Throws ConfigError where an output file is the configuration file.
void check_not_config_file(const std::string& out, const std::string& config);

}  // namespace deadcone
