#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluator/metrics/answers.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

/// -ln(softmax(logits)[label]), without overflow.
double logit_loss(std::span<const double> logits, std::size_t label) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - top);
  return std::log(sum) - (logits[label] - top);
}

/// ln(1 + exp(x)), without overflow.
double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

/// -ln(p), with p kept above the smallest float32 so that one answer of 0 does not make the mean infinite.
double probability_loss(double p) { return -std::log(std::max(p, 0x1p-126)); }

/// In place, without overflow.
void softmax(std::vector<double>& values) {
  const double top = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - top);
  for (double& value : values) value /= sum;
}

/// 1 / (1 + exp(-x)), without overflow.
double logistic(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }

}  // namespace

void AnswerReader::check_probabilities(std::span<const double> values, std::int64_t sample) const {
  double sum = 0;
  for (const double value : values) {
    sum += value;
    if (value < -1e-6 || value > 1 + 1e-6) sum = -1e9;
  }
  if (sum >= -1 && (values.size() == 1 || std::abs(sum - 1) < 1e-2)) return;
  throw Error(ErrorKind::input, fmt::format("the output for sample {} is no probability", sample), "set 'output: logits' in the task");
}

void AnswerReader::add_class_answer(std::span<const double> values, double label, std::int64_t sample) {
  const std::int64_t actual = class_of(label, static_cast<std::int64_t>(values.size()), sample);
  const bool logits = task_.output == OutputKind::logits;
  if (!logits) check_probabilities(values, sample);
  answers_.actual.push_back(static_cast<std::int32_t>(actual));
  answers_.predicted.push_back(static_cast<std::int32_t>(std::max_element(values.begin(), values.end()) - values.begin()));
  const auto at = static_cast<std::size_t>(actual);
  if (wants_probability_ || wants_class_probability_) {
    std::vector<double> probabilities(values.begin(), values.end());
    if (logits) softmax(probabilities);
    add_probabilities(probabilities, at);
  }
  if (!wants_loss_) return;
  answers_.loss.push_back(logits ? logit_loss(values, at) : probability_loss(values[at]));
}

void AnswerReader::add_score(std::span<const double> values, double label, std::int64_t sample) {
  const bool positive = class_of(label, 2, sample) == task_.positive, logits = task_.output == OutputKind::logits;
  const bool second = task_.positive == 1;
  if (!logits) check_probabilities(values, sample);
  double score = values[0];
  if (values.size() == 2) {
    score = logits ? (second ? values[1] - values[0] : values[0] - values[1]) : values[second ? 1 : 0];
  } else if (!second) {
    score = logits ? -score : 1 - score;
  }
  answers_.actual.push_back(positive ? 1 : 0);
  answers_.predicted.push_back(score > task_.threshold.value_or(logits ? 0 : 0.5) ? 1 : 0);
  answers_.score.push_back(score);
  if (wants_probability_ || wants_class_probability_) {
    const double probability = logits ? logistic(score) : std::clamp(score, 0.0, 1.0);
    const double error = probability - (positive ? 1 : 0);
    if (wants_probability_) answers_.probability.push_back(probability);
    if (wants_probability_) answers_.brier.push_back(error * error);
    if (wants_class_probability_)
      answers_.class_probability.insert(answers_.class_probability.end(), {static_cast<float>(1 - probability), static_cast<float>(probability)});
  }
  if (wants_loss_) answers_.loss.push_back(logits ? softplus(positive ? -score : score) : probability_loss(positive ? score : 1 - score));
}

void AnswerReader::add_probabilities(const std::vector<double>& probabilities, std::size_t actual) {
  if (wants_class_probability_) {
    for (const double probability : probabilities) answers_.class_probability.push_back(static_cast<float>(probability));
  }
  if (!wants_probability_) return;
  double squares = 0;
  for (std::size_t c = 0; c < probabilities.size(); ++c) {
    const double error = probabilities[c] - (c == actual ? 1 : 0);
    squares += error * error;
  }
  answers_.brier.push_back(squares);
  answers_.probability.push_back(std::clamp(probabilities[static_cast<std::size_t>(answers_.predicted.back())], 0.0, 1.0));
}

}  // namespace iai
