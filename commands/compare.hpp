#pragma once

#include <cstdint>
#include <string>

#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct CompareOptions {
  std::filesystem::path reference, model, task;
  std::string split = "evaluation";
  std::string margin;                         ///< "0.5%" or "0.01"; empty: no verdict
  std::vector<std::filesystem::path> inputs;  ///< arrays to compare outputs on, without a task
  bool random_inputs = false;
  std::int64_t samples = 0;         ///< on which outputs and layers are compared, at most; 0: all
  std::string tolerance = "0.01%";  ///< of the largest value of a tensor, or in its unit
  bool layers = false;
  std::int64_t list = 10;         ///< flips that are shown
  std::filesystem::path flips;    ///< CSV file of all; empty: none
  bool overwrite = false;         ///< of `flips`
  std::filesystem::path session;  ///< says how the models are run; empty: each sample alone, on one thread
  RuntimeOption runtime;
};

void declare(CLI::App& app, CompareOptions& options);
ExitCode run(const CompareOptions& options, Context& context);
extern const Manual compare_manual;

}  // namespace iai
