#pragma once

#include <cstdint>
#include <vector>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// Predictions to look at, by their places among the answers, the worst first and equal ones in the order of the samples: of a classifying
/// task those that are wrong, by the loss (-ln of the probability of the actual class; anomaly: the distance from the threshold), of a
/// regression or forecast all, by the absolute error.
/// @param answers  classifying: with loss
std::vector<std::int64_t> worst_predictions(const Answers& answers);

}  // namespace iai
