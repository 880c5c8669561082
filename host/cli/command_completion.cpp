#include <algorithm>
#include <array>
#include <cctype>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

/// What may follow an option: one of some words, a file, anything, or nothing.
struct Argument {
  std::string words;  ///< blank-separated; empty if not a choice
  bool is_file = false;
  bool is_optional = false;
  bool is_nothing = false;
};

Argument argument_of(const CLI::Option& option) {
  Argument argument;
  argument.is_optional = option.get_expected_min() == 0;
  argument.is_nothing = option.get_expected_max() == 0;
  const std::string type = option.get_type_name();
  if (type.find("FILE") != std::string::npos) {
    argument.is_file = true;
  } else if (type.find('|') != std::string::npos) {
    std::string word;
    for (const char c : type + '|') {
      if (c != '|' && c != '[' && c != ']') word += c;
      if (c != '|') continue;
      const bool is_placeholder =
          std::any_of(word.begin(), word.end(), [](unsigned char l) { return std::isupper(l) != 0; });
      if (!is_placeholder) argument.words += (argument.words.empty() ? "" : " ") + word;
      word.clear();
    }
  }
  return argument;
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

/// The first positional argument of a command; none where it has none.
std::optional<Argument> positional_of(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) return argument_of(*option);
  }
  return std::nullopt;
}

/// What the bash script does to offer an argument.
std::string bash_action(const Argument& argument) {
  if (argument.is_file) return "files=yes";
  return argument.words.empty() ? "return" : "words=\"" + argument.words + "\"";
}

constexpr const char* bash_head = R"(# bash completion for deadcone; made by `deadcone completion bash`
_deadcone() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" prefix="" words="" files=""
  COMPREPLY=()
  # --option=value: three words where COMP_WORDBREAKS has the equals sign, as it has by default; else one.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous="${COMP_WORDS[COMP_CWORD-2]}"
  elif [[ $current == --*=* ]]; then
    previous="${current%%=*}" prefix="${current%%=*}=" current="${current#*=}"
  fi
)";

constexpr const char* bash_tail = R"(  if [[ -z $files ]]; then
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "$current")
  elif [[ -n $prefix ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -f -- "$current")
  else
    compopt -o bashdefault -o default  # bash completes the names of files itself, those with blanks, too
  fi
}
complete -F _deadcone deadcone
)";

void print_bash(const CLI::App& main, const std::vector<const CLI::App*>& commands) {
  std::cout << bash_head
            << "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
               "    words=\""
            << names_of(commands) << ' ' << long_names(main)
            << "\"\n"
               "  else\n"
               "    case \"${COMP_WORDS[1]} $previous\" in\n";
  for (const CLI::App* command : commands) {
    for (const CLI::Option* option : command->get_options()) {
      const Argument argument = argument_of(*option);
      if (long_name(*option).empty() || argument.is_nothing) continue;
      std::cout << "      \"" << command->get_name() << ' ' << long_name(*option) << "\") "
                << (argument.is_optional ? "[[ $current == -* ]] || " : "") << bash_action(argument) << " ;;\n";
    }
  }
  std::cout << "    esac\n"
               "  fi\n"
               "  if [[ -z $words$files ]]; then\n"
               "    case \"${COMP_WORDS[1]}\" in\n";
  for (const CLI::App* command : commands) {
    std::cout << "      " << command->get_name() << ") words=\"" << long_names(*command) << "\"";
    if (const std::optional<Argument> positional = positional_of(*command)) {
      std::cout << "; [[ $current == -* ]] || " << bash_action(*positional);
    }
    std::cout << " ;;\n";
  }
  std::cout << "    esac\n"
               "  fi\n"
            << bash_tail;
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
    const bool takes_rest = option.get_expected_max() > 1;
    std::cout << "        '" << (takes_rest ? "*:" : ":") << zsh_text(option.get_description()) << ':' << action
              << "' \\\n";
    return;
  }
  std::cout << "        '" << long_name(option) << (argument.is_nothing ? "" : "=") << '['
            << zsh_text(option.get_description()) << ']';
  if (!argument.is_nothing) {
    std::cout << (argument.is_optional ? "::" : ":") << zsh_text(option.get_lnames().front()) << ':' << action;
  }
  std::cout << "' \\\n";
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
