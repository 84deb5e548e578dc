#include "commands/global_options.hpp"

namespace iai {

void declare_globals(CLI::App& app, GlobalOptions& options) {
  app.add_flag("--json", options.json, "One JSON document on standard output; errors as JSON too")->group("Global");
  app.add_flag("-q,--quiet", options.quiet, "No notes on standard error")->group("Global");
  app.add_flag("-v,--verbose", options.verbose, "More on standard error")->group("Global");
  app.add_option("--color", options.color, "auto, always or never; NO_COLOR and CLICOLOR_FORCE are honoured")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->group("Global");
  app.add_option("--registry", options.registry, "Registry file instead of the nearest .iai/registry.db")->type_name("PATH")->group("Global");
  app.add_flag("--no-record", options.no_record, "Leave no record of this run")->group("Global");
  app.add_flag("--allow-network-fs", options.allow_network_fs, "Write the registry also on a network file system")->group("Global");
  app.add_flag("-h,--help", options.help, "Show this help and end")->group("Global");
}

std::size_t verb_position(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].empty() || arguments[i][0] != '-') return i;
    if (arguments[i] == "--registry" || arguments[i] == "--color") ++i;
  }
  return arguments.size();
}

}  // namespace iai
