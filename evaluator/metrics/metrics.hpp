#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluator/metrics/answers.hpp"
#include "evaluator/metrics/calibration.hpp"
#include "evaluator/metrics/slice_test.hpp"
#include "evaluator/runtime/session.hpp"
#include "evaluator/task/task.hpp"

namespace iai {

/// A figure with its uncertainty. `low` and `high` bound a 95 % interval; NaN when there is none.
struct Metric {
  std::string name;
  double value = 0, low = 0, high = 0;
  std::int64_t n = 0;     ///< what the figure rests on: predictions; for precision and recall of one class the cases counted
  std::string interval;   ///< "wilson", "bootstrap-bca", "bootstrap-bca-clustered"; empty without one
  std::string undefined;  ///< why `value` is NaN, or why the interval is
};

/// Metrics of the samples that share a value of a slice.
struct SliceMetrics {
  std::string slice, value;
  std::vector<Metric> metrics;
};

/// How probabilities and what came true lie to each other.
struct Reliability {
  ReliabilityBins kind = ReliabilityBins::equal_width;
  std::vector<ReliabilityBin> bins;
};

/// A class of kind detection: its own figures (NaN without objects), and how many objects and detections there are.
struct DetectedClass {
  std::string name;
  Metric ap, ap50, ap75, ar100;
  std::int64_t objects = 0, found = 0;
};

/// Inference over one split of a task and the metrics of the answers.
struct Evaluation {
  std::vector<Metric> metrics;  ///< in the order of the task file
  std::vector<SliceMetrics> slices;
  std::vector<SliceTest> slice_tests;                ///< of the primary metric, in the order of `slices`
  std::optional<std::size_t> worst_slice;            ///< of `slice_tests`
  std::vector<std::vector<std::int64_t>> confusion;  ///< [actual][predicted]; empty for regression and over 100 classes
  std::vector<Metric> horizons;                      ///< forecasting: the primary metric of each moment ahead, the next one first
  std::vector<DetectedClass> detected;               ///< detection: those of the labels
  std::vector<Reliability> reliability;              ///< of the bins that the task's metrics use; empty when no metric is about probabilities
  Answers answers;                                   ///< what the metrics rest on
  std::int64_t samples = 0;
  std::vector<std::pair<std::string, std::int64_t>> left_out;  ///< reason, samples
  const Metric& metric(const std::string& name) const;
};

/// Runs `session` over the samples and judges the answers. Every sample runs alone (unless the model's batch is fixed),
/// so that the figures depend neither on `threads` (0: all cores) nor on `batch`, the number of samples that a thread
/// takes at once (0: chosen here).
/// @throws Error(input) when output and task do not fit, an answer is NaN or infinite, or a label is out of range.
/// @param needs  what the answers are to hold besides
Evaluation evaluate(const Session& session, const Task& task, const LabelledSamples& samples, int batch, int threads, const AnswerNeeds& needs = {});
/// The same over a split that is loaded for this session.
Evaluation evaluate(const Session& session, const Task& task, int batch, int threads, const std::string& split = "evaluation");

/// What evaluate() judges, without the metrics and their intervals: for searches that hold many models against one limit.
Answers run_answers(const Session& session, const Task& task, const LabelledSamples& samples, int batch, int threads, const AnswerNeeds& needs = {});
/// One metric without its interval; NaN where it is undefined.
double metric_value(const std::string& metric, const Answers& answers);

/// Metrics of answers that are there already.
std::vector<Metric> judge(const Task& task, const Answers& answers, int threads);

/// `after` minus `before` of one metric over the same samples, with a paired bootstrap interval.
Metric metric_difference(const Task& task, const std::string& metric, const Evaluation& before, const Evaluation& after, int threads);

/// Loss of the primary metric from `before` to `after`, positive when worse, absolute and relative to |before|.
/// @throws Error(input) when the metric is undefined in one of the two.
struct Drop {
  double absolute = 0, relative = 0;
};
Drop primary_drop(const Task& task, const Evaluation& before, const Evaluation& after);
/// The same from the values of the metric; an undefined one after is an infinite drop.
Drop primary_drop(const Task& task, double before, double after);

/// "0.5%" (relative) or "0.01" (absolute, in the metric's unit).
struct DropLimit {
  double value = 0;
  bool relative = false;
  bool holds(const Drop& drop) const { return (relative ? drop.relative : drop.absolute) <= value; }
};
/// @throws Error(usage) when `text` is no such limit, or negative.
DropLimit parse_drop_limit(const std::string& text);

}  // namespace iai
