#include "cli/completion.hpp"

#include <fmt/format.h>

#include "cli/flags.hpp"
#include "cli/parser.hpp"

namespace iai {
namespace {

VerbFlags flags_of(const Command& command) {
  Parser parser(&command);
  VerbFlags verb = verb_flags(parser.app());
  verb.name = std::string(command.name);
  verb.summary = std::string(command.summary);
  return verb;
}

std::string verb_names() {
  std::string names = "help";
  for (const Command& command : command_table()) names += " " + std::string(command.name);
  return names;
}

std::string flag_words(const VerbFlags& verb) {
  std::string words;
  for (const Flag& flag : verb.flags) {
    if (!flag.long_name.empty()) words += (words.empty() ? "--" : " --") + flag.long_name;
  }
  return words;
}

/// The first line of a description without what the shells would read as their own syntax.
std::string plain(std::string_view text, std::string_view removed) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') break;
    if (removed.find(c) == std::string_view::npos) out += c;
  }
  return out;
}

// bash --------------------------------------------------------------------------------------------------------------

std::string bash_value(const Flag& flag) {
  switch (value_kind(flag)) {
    case ValueKind::choice: return fmt::format("_iai_words \"{}\"", fmt::join(flag.choices, " "));
    case ValueKind::folder: return "_iai_folders";
    case ValueKind::file: return fmt::format("_iai_files '{}'", fmt::join(file_endings(flag), "|"));
    case ValueKind::none:
    case ValueKind::word: break;
  }
  return ":";
}

/// Case branches "verb:--flag) ...;;" for the values of flags, and what stands where no flag does.
void bash_cases(const VerbFlags& verb, const std::string& key, std::string& values, std::string& words) {
  for (const Flag& flag : verb.flags) {
    if (flag.value.empty() || flag.global) continue;
    std::string pattern = fmt::format("{}:--{}", key, flag.long_name);
    if (flag.short_name != 0) pattern += fmt::format("|{}:-{}", key, flag.short_name);
    values += fmt::format("    {}) {}; return ;;\n", pattern, bash_value(flag));
  }
  std::string rest = ":";
  std::string actions;
  for (const VerbFlags& action : verb.actions) actions += (actions.empty() ? "" : " ") + action.name;
  if (!actions.empty()) rest = fmt::format("_iai_words \"{}\"", actions);
  else if (!verb.positionals.empty()) rest = bash_value(verb.positionals.back());
  words += fmt::format("    {}) flags=\"{}\"; rest() {{ {}; }} ;;\n", key, flag_words(verb), rest);
  for (const VerbFlags& action : verb.actions) {
    VerbFlags with_globals = action;
    for (const Flag& flag : verb.flags) with_globals.flags.push_back(flag);
    bash_cases(with_globals, key + "/" + action.name, values, words);
  }
}

// zsh ---------------------------------------------------------------------------------------------------------------

std::string zsh_value(const Flag& flag) {
  const std::string message = plain(flag.value.empty() ? flag.long_name : flag.value, ":'[]");
  switch (value_kind(flag)) {
    case ValueKind::none: return "";
    case ValueKind::choice: return fmt::format(":{}:({})", message, fmt::join(flag.choices, " "));
    case ValueKind::folder: return fmt::format(":{}:_files -/", message);
    case ValueKind::word: return fmt::format(":{}: ", message);
    case ValueKind::file: break;
  }
  const auto endings = file_endings(flag);
  if (endings.empty()) return fmt::format(":{}:_files", message);
  return fmt::format(":{}:_files -g \"*.({})\"", message, fmt::join(endings, "|"));
}

std::string zsh_arguments(const VerbFlags& verb, const std::string& indent) {
  std::string text;
  for (const Flag& flag : verb.flags) {
    const std::string star = flag.repeatable ? "*" : "";
    const std::string rest = fmt::format("[{}]{}", plain(flag.description, "'[]\"`$\\:"), zsh_value(flag));
    if (!flag.long_name.empty()) text += fmt::format("{}'{}--{}{}' \\\n", indent, star, flag.long_name, rest);
    if (flag.short_name != 0) text += fmt::format("{}'{}-{}{}' \\\n", indent, star, flag.short_name, rest);
  }
  for (const Flag& flag : verb.positionals) {
    const std::string value = zsh_value(flag);
    text += fmt::format("{}'{}{}' \\\n", indent,
                        flag.repeatable ? "*"
                        : flag.required ? ""
                                        : ":",
                        flag.repeatable ? value
                        : value.empty() ? ":argument: "
                                        : value);
  }
  return text;
}

// fish --------------------------------------------------------------------------------------------------------------

std::string fish_value(const Flag& flag) {
  switch (value_kind(flag)) {
    case ValueKind::none: return "";
    case ValueKind::choice: return fmt::format(" -x -a '{}'", fmt::join(flag.choices, " "));
    case ValueKind::folder: return " -x -a '(__fish_complete_directories)'";
    case ValueKind::word: return " -x";
    case ValueKind::file: break;
  }
  const auto endings = file_endings(flag);
  if (endings.empty()) return " -r -F";
  std::string words;
  for (const std::string& ending : endings) words += fmt::format("(__fish_complete_suffix .{}) ", ending);
  words.pop_back();
  return fmt::format(" -x -a '{}'", words);
}

std::string fish_verb(const VerbFlags& verb, const std::string& condition) {
  std::string text;
  for (const Flag& flag : verb.flags) {
    if (flag.global) continue;
    text += fmt::format("complete -c iai -n '{}'", condition);
    if (!flag.long_name.empty()) text += " -l " + flag.long_name;
    if (flag.short_name != 0) text += fmt::format(" -s {}", flag.short_name);
    text += fmt::format(" -d '{}'{}\n", plain(flag.description, "'\\"), fish_value(flag));
  }
  if (!verb.positionals.empty() && value_kind(verb.positionals.back()) == ValueKind::file) {
    text += fmt::format("complete -c iai -n '{}'{}\n", condition, fish_value(verb.positionals.back()));
  }
  return text;
}

}  // namespace

std::string bash_completion() {
  std::string values, words;
  for (const Command& command : command_table()) bash_cases(flags_of(command), std::string(command.name), values, words);
  return "# bash completion for iai; made by `iai generate bash`\n"
         "_iai_words() { COMPREPLY=($(compgen -W \"$1\" -- \"$cur\")); }\n"
         "_iai_folders() { compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen -d -- \"$cur\")); }\n"
         "# Files with one of the endings \"a|b\" (none: any file), and folders to go into.\n"
         "_iai_files() {\n"
         "  compopt -o filenames 2>/dev/null\n"
         "  local IFS=$'\\n' name\n"
         "  COMPREPLY=()\n"
         "  for name in $(compgen -f -- \"$cur\"); do\n"
         "    if [ -d \"$name\" ] || [ -z \"$1\" ] || [[ $name =~ \\.($1)$ ]]; then COMPREPLY+=(\"$name\"); fi\n"
         "  done\n"
         "}\n"
         "_iai() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb= flags= i\n"
         "  COMPREPLY=()\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "      --registry|--color) i=$((i + 1)) ;;\n"
         "      -*) ;;\n"
         "      *) if [ -z \"$verb\" ]; then verb=${COMP_WORDS[i]}\n"
         "         elif [ \"$verb\" = registry ]; then verb=registry/${COMP_WORDS[i]}; fi ;;\n"
         "    esac\n"
         "  done\n"
         "  case $previous in\n"
         "    --color) _iai_words \"auto always never\"; return ;;\n"
         "    --registry) _iai_files db; return ;;\n"
         "  esac\n"
         "  if [ -z \"$verb\" ]; then _iai_words \"" +
         verb_names() +
         " --version --help\"; return; fi\n"
         "  if [ \"$verb\" = help ]; then _iai_words \"" +
         verb_names() +
         "\"; return; fi\n"
         "  case $verb:$previous in\n" +
         values +
         "  esac\n"
         "  rest() { :; }\n"
         "  case $verb in\n" +
         words +
         "  esac\n"
         "  if [[ $cur == -* ]]; then _iai_words \"$flags\"; else rest; fi\n"
         "}\n"
         "complete -F _iai iai\n";
}

std::string zsh_completion() {
  std::string text =
      "#compdef iai\n# zsh completion for iai; made by `iai generate zsh`\n"
      "_iai() {\n"
      "  local context state line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C '1: :->verb' '*:: :->arguments'\n"
      "  case $state in\n"
      "  verb)\n    local -a verbs\n    verbs=(\n      'help:show help'\n";
  for (const Command& command : command_table()) {
    text += fmt::format("      '{}:{}'\n", command.name, plain(command.summary, "'"));
  }
  text += "    )\n    _describe verb verbs ;;\n  arguments)\n    case $words[1] in\n";
  text += fmt::format("    help) _arguments '1:verb:({})' ;;\n", verb_names());
  for (const Command& command : command_table()) {
    const VerbFlags verb = flags_of(command);
    if (verb.actions.empty()) {
      text += fmt::format("    {})\n      _arguments \\\n{}        && return ;;\n", verb.name, zsh_arguments(verb, "        "));
      continue;
    }
    std::string names;
    for (const VerbFlags& action : verb.actions) names += (names.empty() ? "" : " ") + action.name;
    text += fmt::format("    {})\n      case $words[2] in\n", verb.name);
    for (const VerbFlags& action : verb.actions) {
      VerbFlags all = action;
      all.flags.insert(all.flags.end(), verb.flags.begin(), verb.flags.end());
      text += fmt::format("      {})\n        shift words; (( CURRENT-- ))\n        _arguments \\\n{}          && return ;;\n", action.name,
                          zsh_arguments(all, "          "));
    }
    text += fmt::format("      *) _arguments '1:action:({})' ;;\n      esac ;;\n", names);
  }
  return text + "    esac ;;\n  esac\n}\nif [ \"$funcstack[1]\" = _iai ]; then _iai \"$@\"; else compdef _iai iai; fi\n";
}

std::string fish_completion() {
  std::string text = "# fish completion for iai; made by `iai generate fish`\ncomplete -c iai -f\n";
  text += "complete -c iai -n __fish_use_subcommand -a help -d 'show help'\n";
  text += "complete -c iai -n __fish_use_subcommand -l version -d 'Show the version and end'\n";
  text += fmt::format("complete -c iai -n '__fish_seen_subcommand_from help' -a '{}'\n", verb_names());
  Parser bare(nullptr);
  for (Flag flag : verb_flags(bare.app()).flags) {
    text += fmt::format("complete -c iai -l {}{} -d '{}'{}\n", flag.long_name, flag.short_name == 0 ? "" : fmt::format(" -s {}", flag.short_name),
                        plain(flag.description, "'\\"), fish_value(flag));
  }
  for (const Command& command : command_table()) {
    const VerbFlags verb = flags_of(command);
    text += fmt::format("complete -c iai -n __fish_use_subcommand -a {} -d '{}'\n", verb.name, plain(verb.summary, "'\\"));
    const std::string seen = "__fish_seen_subcommand_from " + verb.name;
    text += fish_verb(verb, seen);
    for (const VerbFlags& action : verb.actions) {
      text += fmt::format("complete -c iai -n '{}' -a {} -d '{}'\n", seen, action.name, plain(action.summary, "'\\"));
      text += fish_verb(action, seen + "; and __fish_seen_subcommand_from " + action.name);
    }
  }
  return text;
}

}  // namespace iai
