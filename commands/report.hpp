#pragma once

#include "commands/commands.hpp"

namespace iai {

struct ReportOptions {};

void declare(CLI::App& app, ReportOptions& options);
ExitCode run(const ReportOptions& options, Context& context);
extern const Manual report_manual;

}  // namespace iai
