#pragma once

#include "commands/commands.hpp"

namespace iai {

struct QuantizeOptions {};

void declare(CLI::App& app, QuantizeOptions& options);
ExitCode run(const QuantizeOptions& options, Context& context);
extern const Manual quantize_manual;

}  // namespace iai
