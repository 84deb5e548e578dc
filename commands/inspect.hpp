#pragma once

#include "commands/commands.hpp"

namespace iai {

struct InspectOptions {
  std::filesystem::path path;
  std::filesystem::path dialect;  ///< --dialect
};

void declare(CLI::App& app, InspectOptions& options);
ExitCode run(const InspectOptions& options, Context& context);
extern const Manual inspect_manual;

}  // namespace iai
