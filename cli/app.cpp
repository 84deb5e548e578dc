#include "cli/app.hpp"

#include <algorithm>
#include <filesystem>
#include <new>
#include <ostream>

#include "cli/generate.hpp"
#include "cli/help.hpp"
#include "cli/parser.hpp"
#include "cli/terminal.hpp"
#include "commands/commands.hpp"
#include "formats/error.hpp"
#include "formats/interrupt.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

int exit_code_of(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::usage: return static_cast<int>(ExitCode::usage);
    case ErrorKind::input: return static_cast<int>(ExitCode::input);
    case ErrorKind::environment: return static_cast<int>(ExitCode::environment);
    case ErrorKind::interrupted: return static_cast<int>(ExitCode::interrupted);
    case ErrorKind::internal: break;
  }
  return static_cast<int>(ExitCode::internal);
}

const Command& command_named(const std::string& verb) {
  if (const Command* command = find_command(verb)) return *command;
  std::vector<std::string> names{"help"};
  for (const Command& command : command_table()) names.emplace_back(command.name);
  throw Error(ErrorKind::usage, "there is no verb '" + verb + "'", did_you_mean(verb, names, "iai help lists the verbs"));
}

int run_verb(const std::vector<std::string>& arguments, std::ostream& out, Terminal::Style& style, std::ostream& err, bool on_terminal) {
  const std::size_t at = verb_position(arguments);
  std::vector<std::string> rest(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(at));
  const bool has_verb = at < arguments.size();
  if (has_verb) rest.insert(rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
  const bool wants_help = std::any_of(rest.begin(), rest.end(), [](const auto& a) { return a == "-h" || a == "--help"; });

  if (!has_verb) {
    if (std::find(rest.begin(), rest.end(), "--version") != rest.end()) {
      out << "iai " IAI_VERSION "\n";
      return 0;
    }
    if (!rest.empty() && !wants_help) Parser(nullptr).parse(rest);  // complains about unknown flags
    out << help_overview();
    return 0;
  }
  const std::string& verb = arguments[at];
  if (verb == "help") {
    out << (rest.empty() || rest[0][0] == '-' ? help_overview() : help_page(command_named(rest[0])));
    return 0;
  }
  if (verb == "generate") {
    for (const std::string& name : generate(rest)) out << name << "\n";
    return 0;
  }
  const Command& command = command_named(verb);
  if (wants_help) {
    out << help_page(command);
    return 0;
  }
  Parser parser(&command);
  parser.parse(rest);
  style.json = parser.globals().json;
  style.verbosity = parser.globals().quiet ? Verbosity::quiet : parser.globals().verbose ? Verbosity::verbose : Verbosity::normal;
  style.color = color_wanted(parser.color_choice(), on_terminal);
  style.progress = on_terminal && style.verbosity != Verbosity::quiet;
  Terminal terminal(out, err, style);
  Context context{terminal, arguments, parser.globals().registry, style.json, !parser.globals().no_record, parser.globals().allow_network_fs, {}};
  return static_cast<int>(parser.run(context));
}

}  // namespace

int run_app(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err, bool on_terminal) {
  // Errors of the parser itself must already be JSON when --json stands anywhere.
  Terminal::Style style;
  style.json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  style.color = color_wanted(ColorChoice::automatic, on_terminal);
  const auto report = [&](const Error& error) {
    const int code = exit_code_of(error);
    discard_outputs();
    Terminal(out, err, style).error(error, code);
    return code;
  };
  try {
    const int code = run_verb(arguments, out, style, err, on_terminal);
    settle_outputs();
    return code;
  } catch (const Error& error) {
    return report(error);
  } catch (const std::bad_alloc&) {
    return report(Error(ErrorKind::environment, "out of memory", "free memory, or lower --batch and --threads"));
  } catch (const std::filesystem::filesystem_error& error) {
    const bool denied = error.code() == std::errc::permission_denied || error.code() == std::errc::read_only_file_system;
    return report(Error(denied ? ErrorKind::environment : ErrorKind::input, error.path1().string() + ": " + error.code().message(),
                        "check the path and its permissions"));
  } catch (const std::exception& error) {
    return report(Error(ErrorKind::internal, std::string("unexpected: ") + error.what(), "this is a bug in iai: please report it with the command line"));
  }
}

}  // namespace iai
