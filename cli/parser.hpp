#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/terminal.hpp"
#include "commands/commands.hpp"
#include "commands/global_options.hpp"

namespace iai {

/// The parser of one verb (or of the bare program, `command` null): its own flags and the global ones.
class Parser {
 public:
  explicit Parser(const Command* command);
  /// @throws Error(usage) that suggests the nearest flag.
  void parse(const std::vector<std::string>& arguments);
  ExitCode run(Context& context) { return runner_(context); }
  const GlobalOptions& globals() const { return globals_; }
  ColorChoice color_choice() const;
  CLI::App& app() { return app_; }

 private:
  CLI::App app_;
  GlobalOptions globals_;
  Runner runner_;
};

}  // namespace iai
