#pragma once

#include <memory>
#include <string>

#include "evaluator/metrics/statistic.hpp"

namespace iai {

// The makers that make_statistic() asks in turn. Each returns nullptr for a metric that is not of its family.

std::unique_ptr<Statistic> regression_statistic(const std::string& metric, const Answers& answers);
/// Of kind multi-label: precision, recall, f1, average_precision and roc_auc as means over the labels; micro_f1, exact_match, hamming_loss.
std::unique_ptr<Statistic> multi_label_statistic(const std::string& metric, const Answers& answers);
/// Of kind segmentation, of kind detection (detection.hpp), and of kind retrieval.
std::unique_ptr<Statistic> segmentation_statistic(const std::string& metric, const Answers& answers);
std::unique_ptr<Statistic> detection_statistic(const std::string& metric, const Answers& answers);
std::unique_ptr<Statistic> retrieval_statistic(const std::string& metric, const Answers& answers);
/// Of the classes that were predicted, whatever the scores.
std::unique_ptr<Statistic> class_statistic(const std::string& metric, const Answers& answers);
/// Of the order of the scores.
std::unique_ptr<Statistic> rank_statistic(const std::string& metric, const Answers& answers);
/// Of the probabilities.
std::unique_ptr<Statistic> probability_statistic(const std::string& metric, const Answers& answers);

}  // namespace iai
