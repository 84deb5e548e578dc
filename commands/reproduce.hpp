#pragma once

#include <string>

#include "commands/commands.hpp"

namespace iai {

struct ReproduceOptions {
  std::string record;  ///< number, id or start of the id
};

void declare(CLI::App& app, ReproduceOptions& options);
ExitCode run(const ReproduceOptions& options, Context& context);
extern const Manual reproduce_manual;

}  // namespace iai
