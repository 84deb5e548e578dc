#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands/evaluate_lists.hpp"
#include "commands/evaluate_threshold.hpp"
#include "commands/recording.hpp"
#include "commands/result.hpp"
#include "evaluator/metrics/metrics.hpp"

namespace iai {

/// One of the models of a command line.
struct JudgedModel {
  std::filesystem::path model;
  Evaluation evaluation;
  Recording recording;
  Report report;
  std::vector<PendingFile> files;
};

/// What one model's record says, and what is printed for a single model.
Report model_report(const std::filesystem::path& model, const Task& task, const std::string& split, const Evaluation& evaluation,
                    const std::optional<UsedThreshold>& threshold);

/// Several models side by side: the tables of their reports, and the difference of each to the first.
Report joint_report(const Task& task, const std::string& split, const std::vector<JudgedModel>& all, int threads);

}  // namespace iai
