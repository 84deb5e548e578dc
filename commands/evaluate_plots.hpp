#pragma once

#include <span>
#include <string>

#include "commands/evaluate_stress.hpp"
#include "evaluator/metrics/metrics.hpp"

namespace iai {

// Plots of a page about an evaluation: inline SVG, each empty where the evaluation has nothing to show in it.

/// Share that came true against the probability, the diagonal beside it.
std::string reliability_plot(const Evaluation& evaluation, const Reliability& reliability);
/// Recall against false alarms, and precision against recall, of every threshold.
std::string roc_plot(const Evaluation& evaluation);
std::string precision_recall_plot(const Evaluation& evaluation);
/// The primary metric of each group of a slice with its interval, and of all samples.
std::string slices_plot(const Evaluation& evaluation, const std::string& primary);
/// Answers against labels, at most 1,500 of them.
std::string answers_plot(const Evaluation& evaluation);
/// The primary metric by how many moments ahead.
std::string horizons_plot(const Evaluation& evaluation);
/// The primary metric against the strength of one kind of stress, and without it.
std::string stress_plot(std::span<const StressPoint> points, StressKind kind, const Metric& clean);

}  // namespace iai
