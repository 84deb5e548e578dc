#pragma once

#include <optional>

#include "commands/compare.hpp"
#include "commands/compare_layers.hpp"
#include "commands/compare_task.hpp"
#include "commands/compare_tensors.hpp"
#include "commands/recording.hpp"
#include "commands/result.hpp"

namespace iai {

/// All that was found out about two models.
struct CompareResult {
  bool same_file = false;
  std::optional<Task> task;
  std::optional<TaskComparison> judged;  ///< with a task
  std::optional<EquivalenceVerdict> equivalence;
  std::string inputs;  ///< "task", "files", "random": what outputs were compared on
  TensorComparison outputs;
  std::optional<LayerComparison> layers;  ///< with --layers
};

Report compare_report(const CompareOptions& options, const CompareResult& result);
/// Figures and options for the record; inputs are the caller's.
void record_comparison(Recording& recording, const CompareOptions& options, const CompareResult& result);

}  // namespace iai
