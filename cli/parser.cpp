#include "cli/parser.hpp"

#include <algorithm>

#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

void flag_names(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) flag_names(*child, names);
}

}  // namespace

ColorChoice Parser::color_choice() const {
  if (globals_.color == "always") return ColorChoice::always;
  return globals_.color == "never" ? ColorChoice::never : ColorChoice::automatic;
}

Parser::Parser(const Command* command) : app_(command == nullptr ? "iai" : std::string(command->summary)) {
  app_.name(command == nullptr ? "iai" : "iai " + std::string(command->name));
  app_.set_help_flag();  // help is answered before parsing
  app_.fallthrough();
  if (command != nullptr) runner_ = command->bind(app_);
  declare_globals(app_, globals_);
}

void Parser::parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11 takes them last first
  const std::string see = "see " + app_.get_name() + " --help";
  try {
    app_.parse(reversed);
  } catch (const CLI::ExtrasError& error) {
    const std::vector<std::string> extras = app_.remaining(true);
    const std::string word = extras.empty() ? std::string(error.what()) : extras.front();
    const bool is_flag = !word.empty() && word[0] == '-';
    if (!is_flag) throw Error(ErrorKind::usage, "unexpected argument '" + word + "'", see);
    std::vector<std::string> names;
    flag_names(app_, names);
    const std::string flag = word.substr(0, word.find('='));
    throw Error(ErrorKind::usage, "there is no flag '" + flag + "'", did_you_mean(flag, names, see));
  } catch (const CLI::RequiredError& error) {
    throw Error(ErrorKind::usage, std::string("missing: ") + error.what(), see);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::usage, error.what(), see);
  }
}

}  // namespace iai
