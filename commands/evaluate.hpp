#pragma once

#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct EvaluateOptions {
  std::vector<std::filesystem::path> models;
  std::filesystem::path task;
  std::string split = "evaluation";
  std::string threshold_from, threshold_for = "f1";
  RuntimeOption runtime;
};

void declare(CLI::App& app, EvaluateOptions& options);
ExitCode run(const EvaluateOptions& options, Context& context);
extern const Manual evaluate_manual;

}  // namespace iai
