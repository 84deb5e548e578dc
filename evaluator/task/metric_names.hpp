#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evaluator/task/task.hpp"

namespace iai {

/// The metrics that a kind of task can have.
std::vector<std::string> metrics_of(TaskKind kind);
/// What `kind` is judged by when the task file names no metrics; the first is the primary one.
std::vector<std::string> usual_metrics(TaskKind kind);
Direction metric_direction(const std::string& metric);

}  // namespace iai
