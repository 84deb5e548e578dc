#pragma once

#include "commands/commands.hpp"

namespace iai {

struct EvaluateOptions {};

void declare(CLI::App& app, EvaluateOptions& options);
ExitCode run(const EvaluateOptions& options, Context& context);
extern const Manual evaluate_manual;

}  // namespace iai
