#pragma once

#include "commands/commands.hpp"

namespace iai {

struct ValidateOptions {};

void declare(CLI::App& app, ValidateOptions& options);
ExitCode run(const ValidateOptions& options, Context& context);
extern const Manual validate_manual;

}  // namespace iai
