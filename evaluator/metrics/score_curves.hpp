#pragma once

#include <vector>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// Where a threshold on the score leads.
struct OperatingPoint {
  double threshold = 0;
  double false_positive_rate = 0, recall = 0, precision = 0;  ///< precision is 1 where nothing is found
};

/// From the threshold above all scores to that below them; scores that are equal go together. Of more than `most` points so many are
/// taken, evenly by their places, the first and the last among them.
/// @param answers  with a positive class and scores. Empty when all samples are of one class.
std::vector<OperatingPoint> operating_points(const Answers& answers, std::size_t most = 400);

}  // namespace iai
