#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluator/task/task.hpp"
#include "formats/tensor.hpp"

namespace iai {

/// What a model said and what is true, one entry a prediction (a sequence has several), in the order of the samples.
struct Answers {
  TaskKind kind = TaskKind::regression;
  std::int64_t classes = 0;          ///< classification and binary: number of classes
  std::vector<double> truth;         ///< regression: the label
  std::vector<double> score;         ///< regression: the answer; binary: score of the positive class
  std::vector<std::int32_t> actual;  ///< class number; binary: 1 for the positive class
  std::vector<std::int32_t> predicted;
  std::vector<double> loss;           ///< -ln(probability of the actual class); classifying tasks that ask for it
  std::vector<double> probability;    ///< binary: of the positive class, classification: of the predicted one; where the task asks for it
  std::vector<double> brier;          ///< (probability - 1 or 0)^2 of the positive class, classification: summed over the classes; as above
  std::vector<std::int32_t> cluster;  ///< group (or sample) of the prediction, numbered from 0
  std::int32_t clusters = 0;
  bool clustered = false;  ///< predictions of a cluster depend on each other

  std::int64_t size() const { return static_cast<std::int64_t>(cluster.size()); }
  /// The predictions `rows`, in that order; clusters are numbered anew.
  Answers subset(std::span<const std::int64_t> rows) const;
  /// Puts those of another model behind these, in clusters of their own.
  void append(const Answers& other);
};

/// Turns outputs into answers, sample by sample.
class AnswerReader {
 public:
  /// @param samples  with labels. @throws Error(input) when the labels do not fit the kind of the task.
  AnswerReader(const Task& task, const LabelledSamples& samples);
  /// The answer to the samples [first, first + n): [n, ...].
  /// Binary: one score or two logits a prediction; classification: one logit a class on the last axis; regression: one
  /// number a prediction. @throws Error(input) naming the sample.
  void add(const std::string& output, const Tensor& values, std::int64_t first, std::int64_t n);
  Answers take();

 private:
  void add_class_answer(std::span<const double> values, double label, std::int64_t sample);
  void add_score(std::span<const double> values, double label, std::int64_t sample);
  void add_probabilities(const std::vector<double>& probabilities, std::size_t actual);
  std::int64_t class_of(double label, std::int64_t classes, std::int64_t sample) const;
  void check_probabilities(std::span<const double> values, std::int64_t sample) const;
  const Task& task_;
  const LabelledSamples& samples_;
  Answers answers_;
  bool wants_loss_ = false, wants_probability_ = false;
};

/// Does `metric` rest on the probability of the actual class?
bool needs_loss(const std::string& metric);
/// On what the model gives for its probability?
bool needs_probability(const std::string& metric);

}  // namespace iai
