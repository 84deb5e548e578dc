#pragma once

#include "commands/commands.hpp"

namespace iai {

struct ConvertOptions {};

void declare(CLI::App& app, ConvertOptions& options);
ExitCode run(const ConvertOptions& options, Context& context);
extern const Manual convert_manual;

}  // namespace iai
