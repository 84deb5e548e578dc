#pragma once

#include "commands/commands.hpp"

namespace iai {

struct GateOptions {};

void declare(CLI::App& app, GateOptions& options);
ExitCode run(const GateOptions& options, Context& context);
extern const Manual gate_manual;

}  // namespace iai
