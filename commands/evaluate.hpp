#pragma once

#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct EvaluateOptions {
  std::vector<std::filesystem::path> models;
  std::filesystem::path task;
  std::string split = "evaluation";
  std::string threshold_from, threshold_for = "f1";
  std::filesystem::path errors, label_errors, html;  ///< lists and page to write; empty: none
  std::vector<std::string> stress;
  std::vector<double> strengths;
  bool overwrite = false;
  std::filesystem::path session;  ///< says how the models are run; empty: each sample alone, on one thread
  RuntimeOption runtime;
};

void declare(CLI::App& app, EvaluateOptions& options);
ExitCode run(const EvaluateOptions& options, Context& context);
extern const Manual evaluate_manual;

}  // namespace iai
