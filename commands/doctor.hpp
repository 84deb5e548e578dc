#pragma once

#include <filesystem>

#include "commands/commands.hpp"

namespace iai {

struct DoctorOptions {
  std::filesystem::path runtime;  ///< --runtime
};

void declare(CLI::App& app, DoctorOptions& options);
ExitCode run(const DoctorOptions& options, Context& context);
extern const Manual doctor_manual;

}  // namespace iai
