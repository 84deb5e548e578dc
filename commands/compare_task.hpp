#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/options.hpp"
#include "evaluator/metrics/equivalence.hpp"
#include "evaluator/runtime/session.hpp"
#include "evaluator/task/task.hpp"

namespace iai {

/// One metric of both models over the same samples; intervals of the two are not made within slices.
struct MetricComparison {
  Metric reference, candidate, difference;
};

/// The samples that share a value of a slice.
struct SliceComparison {
  std::string slice, group;
  std::int64_t n = 0;  ///< predictions
  std::vector<MetricComparison> metrics;
  PairedTest test;    ///< of the primary metric
  double p_holm = 0;  ///< the same, corrected for all slices together; NaN where undefined
  double loss = 0;    ///< of the primary metric, positive when the candidate is worse; NaN where undefined
};

/// What the task says about two models.
struct TaskComparison {
  LabelledSamples samples;
  PairedAnswers answers;
  std::vector<MetricComparison> metrics;  ///< in the order of the task
  PairedTest test;                        ///< of the primary metric
  std::vector<SliceComparison> slices;
  std::optional<std::size_t> worst_slice;  ///< the loss that chance explains least; absent where no slice lost
  const MetricComparison& metric(const std::string& name) const;
};

/// Two models and where they come from.
struct ModelPair {
  const std::filesystem::path &reference_path, &candidate_path;
  const Session &reference, &candidate;
  bool same_file = false;
};

/// Runs both over the split and compares their answers.
/// @throws Error(input) naming the model or file when an answer is NaN, labels do not fit, or the two answer different questions.
TaskComparison compare_by_task(const ModelPair& models, const Task& task, const std::string& split, const RuntimeOption& runtime);

}  // namespace iai
