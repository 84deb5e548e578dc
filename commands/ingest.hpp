#pragma once

#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct IngestCommandOptions {
  std::vector<std::filesystem::path> paths;
  OutputOption output;
  std::vector<std::string> names;   ///< --names
  std::filesystem::path tensors;    ///< --tensors: the task
  std::vector<std::string> splits;  ///< --split
  std::string fit;                  ///< --fit: a split
  int threads = 0;                  ///< 0: all cores
  std::filesystem::path dialect;    ///< --dialect
  std::filesystem::path html;       ///< --html: the profile as a page
  std::filesystem::path store;      ///< --copy
  bool mergeable = false;           ///< --mergeable: keep profile.state
  bool merge = false;               ///< --merge: `paths` are data sets
  std::filesystem::path follow;     ///< --follow: a folder that grows
  bool once = false;                ///< --once
  double interval_s = 10;           ///< --interval
  double settle_s = 5;              ///< --settle
};

void declare(CLI::App& app, IngestCommandOptions& options);
ExitCode run(const IngestCommandOptions& options, Context& context);
extern const Manual ingest_manual;

}  // namespace iai
