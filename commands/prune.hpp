#pragma once

#include "commands/commands.hpp"

namespace iai {

struct PruneOptions {};

void declare(CLI::App& app, PruneOptions& options);
ExitCode run(const PruneOptions& options, Context& context);
extern const Manual prune_manual;

}  // namespace iai
