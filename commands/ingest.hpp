#pragma once

#include "commands/commands.hpp"

namespace iai {

struct IngestOptions {};

void declare(CLI::App& app, IngestOptions& options);
ExitCode run(const IngestOptions& options, Context& context);
extern const Manual ingest_manual;

}  // namespace iai
