#pragma once

// The commands of the command line. Each is a CLI11 subcommand and the function that does its work.

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace deadcone {

struct Command {
  CLI::App* app;
  /// Does the work: results to stdout, messages to stderr; throws Error.
  std::function<void()> run;
};

struct Experiment;

/// `command_line` is the text that the user typed, for the file's history; `experiment` must outlive the command.
Command add_sweep_command(CLI::App& main, const std::string& command_line, const Experiment& experiment);
Command add_birth_command(CLI::App& main, const std::string& command_line);
Command add_field_command(CLI::App& main, const std::string& command_line);
Command add_trace_command(CLI::App& main);
Command add_spectrum_command(CLI::App& main);
Command add_info_command(CLI::App& main, const Experiment& experiment);
Command add_verify_command(CLI::App& main, const Experiment& experiment);
Command add_merge_command(CLI::App& main, const std::string& command_line, const Experiment& experiment);
Command add_analyze_command(CLI::App& main, const std::string& command_line, const Experiment& experiment);
Command add_completion_command(CLI::App& main);

}  // namespace deadcone
