#pragma once

#include "commands/commands.hpp"

namespace iai {

struct ReproduceOptions {};

void declare(CLI::App& app, ReproduceOptions& options);
ExitCode run(const ReproduceOptions& options, Context& context);
extern const Manual reproduce_manual;

}  // namespace iai
