#pragma once

#include "commands/evaluate.hpp"
#include "commands/result.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/task/stressed_samples.hpp"

namespace iai {

/// A point of a curve: the primary metric under a stress, and its difference to that of the samples as they are.
struct StressPoint {
  Stress stress;
  Metric metric, difference;
};

/// @throws Error(usage) when a kind or a strength of the options is none.
void check_stress(const EvaluateOptions& options);

/// The points that the options ask for, kind by kind. @param clean  of the same samples
std::vector<StressPoint> stress_curves(const Session& session, const Task& task, const LabelledSamples& samples, const Evaluation& clean,
                                       const EvaluateOptions& options, Output& output);

ReportRows stress_rows(const std::vector<StressPoint>& points);

}  // namespace iai
