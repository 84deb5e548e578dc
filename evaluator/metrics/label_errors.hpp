#pragma once

#include <cstdint>
#include <vector>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// A prediction whose label is probably wrong.
struct LabelError {
  std::int64_t prediction = 0;         ///< its place among the answers
  std::int32_t label = 0, likely = 0;  ///< class given, class that the model takes it for
  double label_probability = 0, likely_probability = 0;
};

/// Wrong labels of one kind, estimated for all predictions.
struct LabelConfusion {
  std::int32_t label = 0, likely = 0;
  std::int64_t listed = 0;  ///< of the list
  double estimated = 0;     ///< after calibration to how often each label occurs
};

struct LabelErrors {
  std::vector<LabelError> list;            ///< the least likely label first (by the margin between the two probabilities)
  std::vector<LabelConfusion> confusions;  ///< the most frequent first
  double estimated = 0;                    ///< wrong labels in all
};

/// Confident learning: class j is confident for a prediction when its probability is at least the mean of j's among those labelled
/// j; a prediction that is confident for another class than its label's, and most of all for that, counts as mislabelled.
/// The estimate scales the counts of each label to how often it occurs.
/// The model must not have been trained on these labels: it would have learned the wrong ones.
/// @param answers  of kind binary or classification, with class_probability
/// @source C. Northcutt, L. Jiang, I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels" (JAIR 70, 2021),
/// equations 1, 2 and 3
LabelErrors find_label_errors(const Answers& answers);

}  // namespace iai
