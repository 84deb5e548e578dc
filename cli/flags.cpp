#include "cli/flags.hpp"

#include <algorithm>

namespace iai {
namespace {

/// CLI11 describes IsMember as "{a,b}"; there is no other way to ask it for the members.
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{'), close = type.rfind('}');
  std::vector<std::string> choices;
  if (open == std::string::npos || close == std::string::npos) return choices;
  std::string word;
  for (const char c : type.substr(open + 1, close - open - 1) + ",") {
    if (c != ',') word += c;
    else if (!word.empty()) choices.push_back(std::move(word)), word.clear();
  }
  return choices;
}

Flag flag_of(const CLI::Option& option) {
  Flag flag;
  flag.description = option.get_description();
  flag.required = option.get_required();
  flag.repeatable = option.get_items_expected_max() > 1;
  flag.global = option.get_group() == "Global";
  flag.choices = choices_of(option);
  flag.fallback = option.get_default_str();
  if (option.get_positional()) flag.long_name = option.get_single_name();
  else if (!option.get_lnames().empty()) flag.long_name = option.get_lnames().front();
  if (!option.get_snames().empty()) flag.short_name = option.get_snames().front().front();
  if (option.get_type_size() != 0 && option.get_items_expected_max() != 0) {
    flag.value = option.get_type_name();
    flag.value.erase(std::min(flag.value.size(), flag.value.find_first_of(":{[ ")));  // validators write behind a ':'
    if (flag.value.empty()) flag.value = "VALUE";
  }
  return flag;
}

}  // namespace

ValueKind value_kind(const Flag& flag) {
  if (flag.value.empty()) return ValueKind::none;
  if (!flag.choices.empty()) return ValueKind::choice;
  if (flag.value == "DIR" || flag.value == "FOLDER") return ValueKind::folder;
  const bool path = flag.value.find('.') != std::string::npos || flag.value.find("PATH") != std::string::npos || flag.value.find("FILE") != std::string::npos ||
                    flag.value.find("DATASET") != std::string::npos;
  return path ? ValueKind::file : ValueKind::word;
}

std::vector<std::string> file_endings(const Flag& flag) {
  const std::size_t dot = flag.value.rfind('.');
  if (dot == std::string::npos || value_kind(flag) != ValueKind::file) return {};
  const std::string ending = flag.value.substr(dot + 1);
  if (ending == "yaml") return {"yaml", "yml"};
  return {ending};
}

VerbFlags verb_flags(const CLI::App& app) {
  VerbFlags verb{app.get_name(), app.get_description(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    (option->get_positional() ? verb.positionals : verb.flags).push_back(flag_of(*option));
  }
  for (const CLI::App* action : app.get_subcommands([](const CLI::App*) { return true; })) verb.actions.push_back(verb_flags(*action));
  return verb;
}

}  // namespace iai
