#pragma once

#include "commands/commands.hpp"

namespace iai {

struct RegistryOptions {};

void declare(CLI::App& app, RegistryOptions& options);
ExitCode run(const RegistryOptions& options, Context& context);
extern const Manual registry_manual;

}  // namespace iai
