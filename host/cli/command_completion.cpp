#include <array>
#include <iostream>
#include <memory>
#include <sstream>

#include "cli/commands.hpp"
#include "config/parse.hpp"
#include "deadcone/names.hpp"

namespace deadcone {

enum class Shell { bash, zsh };

template <>
struct NameTable<Shell> {
  static constexpr const char* what = "a shell with a completion script";
  static constexpr std::array<Named<Shell>, 2> values = {{{Shell::bash, "bash", ""}, {Shell::zsh, "zsh", ""}}};
};

namespace {

/// What may follow an option: one of some words, a file, or anything.
struct Argument {
  std::string words;  ///< blank-separated; empty if not a choice
  bool is_file = false;
  bool is_optional = false;
};

Argument argument_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (type.find("FILE") != std::string::npos) return {.words = "", .is_file = true};
  if (type.find('|') == std::string::npos) return {};
  std::string words;
  for (const char c : type) {
    if (c != '[' && c != ']') words += c == '|' ? ' ' : c;
  }
  return {.words = words, .is_optional = option.get_expected_min() == 0};
}

std::string long_name(const CLI::Option& option) {
  return option.get_lnames().empty() ? "" : "--" + option.get_lnames().front();
}

std::string long_names(const CLI::App& app) {
  std::string names;
  for (const CLI::Option* option : app.get_options()) {
    if (!long_name(*option).empty()) names += (names.empty() ? "" : " ") + long_name(*option);
  }
  return names;
}

std::string names_of(const std::vector<const CLI::App*>& commands) {
  std::string names;
  for (const CLI::App* command : commands) names += (names.empty() ? "" : " ") + command->get_name();
  return names;
}

/// The positional argument of a command.
Argument positional_of(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) return argument_of(*option);
  }
  return {};
}

void print_bash(const CLI::App& main, const std::vector<const CLI::App*>& commands) {
  std::cout << "# bash completion for deadcone; made by `deadcone completion bash`\n"
               "_deadcone() {\n"
               "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" words=\"\"\n"
               "  COMPREPLY=()\n"
               "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
               "    COMPREPLY=($(compgen -W \""
            << names_of(commands) << ' ' << long_names(main)
            << "\" -- \"$current\"))\n"
               "    return\n"
               "  fi\n"
               "  case \"${COMP_WORDS[1]} $previous\" in\n";
  for (const CLI::App* command : commands) {
    for (const CLI::Option* option : command->get_options()) {
      const Argument argument = argument_of(*option);
      if (long_name(*option).empty() || (argument.words.empty() && !argument.is_file)) continue;
      std::cout << "    \"" << command->get_name() << ' ' << long_name(*option) << "\") "
                << (argument.is_optional ? "case \"$current\" in -*) ;; *) " : "") << "COMPREPLY=($(compgen "
                << (argument.is_file ? "-f" : "-W \"" + argument.words + "\"") << " -- \"$current\")); return ;;"
                << (argument.is_optional ? " esac ;;" : "") << '\n';
    }
  }
  std::cout << "  esac\n"
               "  case \"${COMP_WORDS[1]}\" in\n";
  for (const CLI::App* command : commands) {
    std::cout << "    " << command->get_name() << ") words=\"" << long_names(*command) << "\"";
    const std::string choice = positional_of(*command).words;
    if (!choice.empty()) std::cout << "; case \"$current\" in -*) ;; *) words=\"" << choice << "\" ;; esac";
    std::cout << " ;;\n";
  }
  std::cout << "  esac\n"
               "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n";
  for (const CLI::App* command : commands) {
    if (!positional_of(*command).is_file) continue;
    std::cout << "  [ \"${COMP_WORDS[1]}\" = " << command->get_name()
              << " ] && COMPREPLY+=($(compgen -f -- \"$current\"))\n";
  }
  std::cout << "  return 0\n"
               "}\n"
               "complete -o filenames -F _deadcone deadcone\n";
}

/// Text inside a zsh specification, in single quotes.
std::string zsh_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

void print_zsh_option(const CLI::Option& option) {
  const Argument argument = argument_of(option);
  const std::string action = argument.is_file ? "_files" : argument.words.empty() ? "" : "(" + argument.words + ")";
  if (option.get_positional()) {
    std::cout << "        '1:" << zsh_text(option.get_description()) << ':' << action << "' \\\n";
    return;
  }
  const bool is_flag = option.get_expected_max() == 0;
  std::cout << "        '" << long_name(option) << '[' << zsh_text(option.get_description()) << ']'
            << (is_flag ? ""
                        : (argument.is_optional ? "::" : ":") + zsh_text(option.get_lnames().front()) + ":" + action)
            << "' \\\n";
}

void print_zsh(const std::vector<const CLI::App*>& commands) {
  std::cout << "#compdef deadcone\n"
               "# zsh completion for deadcone; made by `deadcone completion zsh`\n"
               "_deadcone() {\n"
               "  local -a commands=(\n";
  for (const CLI::App* command : commands) {
    std::cout << "    '" << command->get_name() << ':' << zsh_text(command->get_description()) << "'\n";
  }
  std::cout << "  )\n"
               "  if (( CURRENT == 2 )); then\n"
               "    _describe command commands\n"
               "    return\n"
               "  fi\n"
               "  local command=\"$words[2]\"\n"
               "  shift words\n"
               "  (( CURRENT-- ))\n"
               "  case \"$command\" in\n";
  for (const CLI::App* command : commands) {
    std::cout << "    " << command->get_name() << ")\n      _arguments \\\n";
    for (const CLI::Option* option : command->get_options()) print_zsh_option(*option);
    std::cout << "        && return ;;\n";
  }
  std::cout << "  esac\n"
               "}\n"
               "_deadcone \"$@\"\n";
}

}  // namespace

Command add_completion_command(CLI::App& main) {
  auto shell = std::make_shared<std::string>();
  CLI::App* app = main.add_subcommand("completion", "Print a completion script for a shell");
  app->add_option("shell", *shell, "the shell")->type_name(join_names<Shell>("|"))->required();
  app->footer(
      "bash: deadcone completion bash > ~/.local/share/bash-completion/completions/deadcone\n"
      "zsh:  deadcone completion zsh > a folder of $fpath, as _deadcone");
  return {app, [&main, shell] {
            const CLI::App& tree = main;
            const std::vector<const CLI::App*> commands = tree.get_subcommands([](const CLI::App*) { return true; });
            if (parse_name<Shell>(*shell) == Shell::bash) {
              print_bash(main, commands);
            } else {
              print_zsh(commands);
            }
          }};
}

}  // namespace deadcone
