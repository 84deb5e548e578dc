#pragma once

#include <optional>
#include <string>

#include "commands/evaluate.hpp"
#include "evaluator/metrics/threshold.hpp"
#include "evaluator/runtime/session.hpp"

namespace iai {

/// A decision threshold, and what it was chosen on.
struct UsedThreshold {
  ThresholdGoal goal;
  std::string split;
  std::int64_t samples = 0;
  ChosenThreshold chosen;
};

/// @throws Error(usage) when the options about thresholds do not go together, or with the task.
void check_threshold(const Task& task, const EvaluateOptions& options);

/// The threshold that the options ask for, from this model's answers to their split.
std::optional<UsedThreshold> threshold_of(const Session& session, const Task& task, const EvaluateOptions& options);

}  // namespace iai
