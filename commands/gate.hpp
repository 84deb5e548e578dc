#pragma once

#include <filesystem>
#include <string>

#include "commands/commands.hpp"

namespace iai {

struct GateOptions {
  std::filesystem::path model, policy, reference, task;  ///< what is named here wins over the policy
  std::filesystem::path junit, markdown, sarif;
  bool overwrite = false;
  std::string explain;  ///< id of the check whose records are shown; empty: judge all
  std::string promote;  ///< name that the model becomes the baseline of when it passes; empty: none
  std::string date;     ///< the day that waivers are judged by; empty: today, UTC
};

void declare(CLI::App& app, GateOptions& options);
ExitCode run(const GateOptions& options, Context& context);
extern const Manual gate_manual;

}  // namespace iai
