#pragma once

#include "commands/commands.hpp"

namespace iai {

struct InitOptions {
  bool with_templates = false;  ///< --template
};

void declare(CLI::App& app, InitOptions& options);
ExitCode run(const InitOptions& options, Context& context);
extern const Manual init_manual;

}  // namespace iai
