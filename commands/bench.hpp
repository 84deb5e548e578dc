#pragma once

#include "commands/commands.hpp"

namespace iai {

struct BenchOptions {};

void declare(CLI::App& app, BenchOptions& options);
ExitCode run(const BenchOptions& options, Context& context);
extern const Manual bench_manual;

}  // namespace iai
