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

ColorChoice GlobalOptions::color_choice() const {
  return color == "always" ? ColorChoice::always : color == "never" ? ColorChoice::never : ColorChoice::automatic;
}

Parser::Parser(const Command* command) : app_(command == nullptr ? "iai" : std::string(command->summary)) {
  app_.name(command == nullptr ? "iai" : "iai " + std::string(command->name));
  app_.set_help_flag();  // help is answered before parsing
  app_.fallthrough();
  if (command != nullptr) runner_ = command->bind(app_);
  app_.add_flag("--json", globals_.json, "One JSON document on standard output; errors as JSON too")->group("Global");
  app_.add_flag("-q,--quiet", globals_.quiet, "No notes on standard error")->group("Global");
  app_.add_flag("-v,--verbose", globals_.verbose, "More on standard error")->group("Global");
  app_.add_option("--color", globals_.color, "auto, always or never; NO_COLOR and CLICOLOR_FORCE are honoured")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->group("Global");
  app_.add_option("--registry", globals_.registry, "Registry file instead of the nearest .iai/registry.db")
      ->type_name("PATH")
      ->group("Global");
  app_.add_flag("--no-record", globals_.no_record, "Leave no record of this run")->group("Global");
  app_.add_flag("--allow-network-fs", globals_.allow_network_fs, "Write the registry also on a network file system")
      ->group("Global");
  app_.add_flag("-h,--help", globals_.help, "Show this help and end")->group("Global");
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
