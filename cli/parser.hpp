#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/terminal.hpp"
#include "commands/commands.hpp"

namespace iai {

/// Flags that every verb takes.
struct GlobalOptions {
  bool json = false, quiet = false, verbose = false, help = false;
  bool no_record = false, allow_network_fs = false;
  std::string color = "auto";
  std::filesystem::path registry;
  ColorChoice color_choice() const;
};

/// The parser of one verb (or of the bare program, `command` null): its own flags and the global ones.
class Parser {
 public:
  explicit Parser(const Command* command);
  /// @throws Error(usage) that suggests the nearest flag.
  void parse(const std::vector<std::string>& arguments);
  ExitCode run(Context& context) { return runner_(context); }
  const GlobalOptions& globals() const { return globals_; }
  CLI::App& app() { return app_; }

 private:
  CLI::App app_;
  GlobalOptions globals_;
  Runner runner_;
};

}  // namespace iai
