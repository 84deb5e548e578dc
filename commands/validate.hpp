#pragma once

#include "commands/commands.hpp"

namespace iai {

struct ValidateCommandOptions {
  std::vector<std::filesystem::path> paths;        ///< one data set, or files, folders and archives
  std::filesystem::path contract, draft;           ///< --contract, or --draft
  std::filesystem::path dialect;                   ///< --dialect
  std::filesystem::path junit;                     ///< --junit
  std::filesystem::path sarif, html;               ///< --sarif, --html
  std::filesystem::path baseline, write_baseline;  ///< --baseline, --write-baseline
  bool overwrite = false;                          ///< --overwrite
  int threads = 0;                                 ///< --threads
  std::size_t limit = 100;                         ///< --limit
};

void declare(CLI::App& app, ValidateCommandOptions& options);
ExitCode run(const ValidateCommandOptions& options, Context& context);
extern const Manual validate_manual;

}  // namespace iai
