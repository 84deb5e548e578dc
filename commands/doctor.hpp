#pragma once

#include "commands/commands.hpp"

namespace iai {

struct DoctorOptions {};

void declare(CLI::App& app, DoctorOptions& options);
ExitCode run(const DoctorOptions& options, Context& context);
extern const Manual doctor_manual;

}  // namespace iai
