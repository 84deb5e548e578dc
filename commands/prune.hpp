#pragma once

#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct PruneOptions {
  std::filesystem::path model, task;
  OutputOption output;
  double sparsity = 0, channels = 0;  ///< shares, 0: not asked for
  std::string scope = "layer", max_drop;
  std::vector<std::string> exclude;
  std::vector<std::filesystem::path> calibration;
  bool no_compare = false;
  RuntimeOption runtime;
};

void declare(CLI::App& app, PruneOptions& options);
ExitCode run(const PruneOptions& options, Context& context);
extern const Manual prune_manual;

}  // namespace iai
