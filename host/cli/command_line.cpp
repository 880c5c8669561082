#include "cli/command_line.hpp"

#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "base/build_info.hpp"
#include "cli/commands.hpp"
#include "cli/error_text.hpp"
#include "cli/exit_status.hpp"
#include "cli/shell_quote.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// What the user typed, so that a shell reads the same arguments from it.
std::string command_line_of(int argc, const char* const* argv) {
  std::string text;
  for (int i = 0; i < argc; ++i) text += (i == 0 ? "" : " ") + quoted_for_shell(argv[i]);
  return text;
}

/// Prints an error in one line to stderr, and gives the status back.
int report(const std::string& message, ExitStatus status) {
  std::cerr << in_one_line("deadcone: " + message) << std::endl;
  return status;
}

constexpr const char* stdout_failure = "stdout: cannot write the result";

void run_parsed(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    if (command.app->parsed()) command.run();
  }
  if (!std::cout.flush()) throw StorageError(stdout_failure);
}

int parse_and_run(int argc, const char* const* argv, const Experiment& experiment) {
  CLI::App main("Basins of attraction of a rectified unit under gradient descent with momentum", "deadcone");
  main.require_subcommand(1);
  // Given twice, an option takes its last value: a script's options can be overridden by appending others.
  main.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  main.set_version_flag("--version", std::string("deadcone ") + version() + " (commit " + git_commit() + ")");
  main.footer(
      "`deadcone COMMAND --help` prints the options of a command.\n"
      "Exit status: 0 success, 1 failure, 2 wrong command line or configuration, 3 disk or file error, 4 device error, "
      "130 interrupted by Ctrl-C, 128 + n ended by signal n (143 SIGTERM, 129 SIGHUP, 138 SIGUSR1, 140 SIGUSR2, "
      "152 SIGXCPU).");
  const std::string command_line = command_line_of(argc, argv);
  const std::vector<Command> commands = {add_sweep_command(main, command_line, experiment),
                                         add_birth_command(main, command_line),
                                         add_field_command(main, command_line),
                                         add_trace_command(main),
                                         add_spectrum_command(main),
                                         add_info_command(main, experiment),
                                         add_verify_command(main, experiment),
                                         add_merge_command(main, command_line, experiment),
                                         add_analyze_command(main, command_line, experiment),
                                         add_completion_command(main)};
  try {
    main.parse(argc, argv);
    run_parsed(commands);
    return exit_done;
  } catch (const CLI::Success& asked) {  // --help and --version
    main.exit(asked);
    return std::cout.flush() ? static_cast<int>(exit_done) : report(stdout_failure, exit_storage);
  } catch (const CLI::Error& error) {
    return report(std::string(error.what()) + " (see --help)", exit_usage);
  }
}

}  // namespace

int run_command_line(int argc, const char* const* argv, const Experiment& experiment) {
  try {
    return parse_and_run(argc, argv, experiment);
  } catch (const Error& error) {
    return report(text_for_user(error), status_of(error.kind()));
  } catch (const EndWithStatus& end) {
    return report(end.what(), end.status);
  } catch (const std::bad_alloc&) {
    return report("out of memory; use fewer pixels", exit_failed);
  } catch (const std::exception& error) {
    return report(error.what(), exit_failed);
  }
}

}  // namespace deadcone
