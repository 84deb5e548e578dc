#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "evaluator/task/task.hpp"

// What tests of metrics share.

namespace iai {

/// A task that nobody wrote down; its first metric is the primary one.
inline Task task_of(TaskKind kind, std::vector<std::string> metrics) {
  Task task;
  task.path = "task.yaml";
  task.kind = kind;
  task.primary = metrics.front();
  task.metrics = std::move(metrics);
  return task;
}

/// To 1e-12, relative to what is expected where that is above 1.
inline bool close(double found, double expected) { return std::abs(found - expected) <= 1e-12 * std::max(1.0, std::abs(expected)); }

}  // namespace iai
