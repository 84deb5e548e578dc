#pragma once

#include <optional>
#include <string>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// What a decision threshold is chosen for: the greatest figure of `metric`; with `at_least` the best of the thresholds at which the
/// metric is no less: for recall the one of the greatest precision, else of the greatest recall.
struct ThresholdGoal {
  std::string text, metric;
  std::optional<double> at_least;
};
/// "f1", "recall>=0.9". @throws Error(usage) naming the metrics that there are.
ThresholdGoal parse_threshold_goal(const std::string& text);

struct ChosenThreshold {
  double threshold = 0;  ///< scores above it are of the positive class: half-way between two scores
  double figure = 0;     ///< of the goal's metric there
};
/// Among the thresholds that part the scores differently; of equally good ones the highest, which names the fewest positives.
/// @param answers  of kind binary
/// @throws Error(input) when all samples are of one class, or no threshold reaches `at_least`.
ChosenThreshold choose_threshold(const Answers& answers, const ThresholdGoal& goal);

}  // namespace iai
