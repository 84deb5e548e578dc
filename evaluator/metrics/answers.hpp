#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evaluator/metrics/box_matching.hpp"
#include "evaluator/task/task.hpp"
#include "formats/tensor.hpp"

namespace iai {

/// What a model said and what is true, one entry a prediction (a sequence has several), in the order of the samples.
struct Answers {
  TaskKind kind = TaskKind::regression;
  std::int64_t classes = 0;          ///< classification, binary and anomaly: number of classes; multi-label and forecasting: labels a sample; segmentation and
                                     ///< detection: classes of pixels, of objects
  double naive_error = 0;            ///< forecasting: of the task
  std::vector<double> truth;         ///< regression and forecasting: the label
  std::vector<double> score;         ///< regression and forecasting: the answer; binary, multi-label and anomaly: score of the positive class
  std::vector<std::int32_t> actual;  ///< class number; binary, multi-label and anomaly: 1 for the positive class
  std::vector<std::int32_t> predicted;   ///< the same; empty where scores have no threshold
  std::vector<double> loss;              ///< -ln(probability of the actual class); classifying tasks that ask for it
  std::vector<double> probability;       ///< binary: of the positive class, classification: of the predicted one; where the task asks for it
  std::vector<double> brier;             ///< (probability - 1 or 0)^2 of the positive class, classification: summed over the classes; as above
  std::vector<float> class_probability;  ///< [prediction, class], where it is asked for
  std::vector<double> pixels;            ///< segmentation: [sample, class, {right, of the class, predicted to be}], counts of pixels
  std::vector<double> retrieved;         ///< retrieval: [sample, figure], those of retrieval.hpp; NaN where no other sample has the label
  std::vector<std::shared_ptr<const ImageMatches>> matches;  ///< detection: one a sample
  std::vector<std::int32_t> cluster;                         ///< group (or sample) of the prediction, numbered from 0
  std::int32_t clusters = 0;
  bool clustered = false;  ///< predictions of a cluster depend on each other

  /// Numbers, not classes?
  bool is_numeric() const { return kind == TaskKind::regression || kind == TaskKind::forecasting; }
  /// Two classes, of which number 1 is looked for?
  bool has_positive() const { return kind == TaskKind::binary || kind == TaskKind::anomaly; }
  std::int64_t size() const { return static_cast<std::int64_t>(cluster.size()); }
  /// The predictions `rows`, in that order; clusters are numbered anew.
  Answers subset(std::span<const std::int64_t> rows) const;
  /// Numbers the clusters of `samples` samples of `each` predictions: `groups`, one a sample, or where there are none the samples.
  void set_clusters(std::span<const std::string> groups, std::size_t samples, std::size_t each);
  /// Puts those of another model behind these, in clusters of their own.
  void append(const Answers& other);
};

/// What to keep of each answer besides what the task's metrics rest on.
struct AnswerNeeds {
  bool loss = false, class_probability = false;
};

/// Turns outputs into answers, sample by sample.
class AnswerReader {
 public:
  /// @param samples  with labels. @throws Error(input) when the labels do not fit the kind of the task.
  AnswerReader(const Task& task, const LabelledSamples& samples, const AnswerNeeds& needs = {});
  /// The answer to the samples [first, first + n): [n, ...].
  /// Binary: one score or two logits a prediction; classification: one logit a class on the last axis; segmentation: one logit a class on axis 1,
  /// or integers, the classes; retrieval: a vector; all others: one number for each label. @throws Error(input) naming the sample.
  void add(const std::string& output, const Tensor& values, std::int64_t first, std::int64_t n);
  /// @param threads  of retrieval, whose figures need all samples (0: all cores)
  Answers take(int threads = 1);

 private:
  void check_finite(const std::string& output, const Tensor& tensor, std::span<const double> values, std::int64_t first, std::int64_t n) const;
  void check_class_count(const std::string& output, std::int64_t found) const;
  std::int64_t classes_of_labels() const;
  void add_pixels(const std::string& output, const Tensor& tensor, std::span<const double> values, std::int64_t first, std::int64_t n);
  void add_vectors(const std::string& output, const Tensor& tensor, std::span<const double> values, std::int64_t n);
  std::int64_t numbers_each(const std::string& output, const Tensor& tensor, std::int64_t n);
  void add_one(std::span<const double> values, double label, std::int64_t sample);
  void add_class_answer(std::span<const double> values, double label, std::int64_t sample);
  void add_score(std::span<const double> values, double label, std::int64_t sample);
  void add_probabilities(const std::vector<double>& probabilities, std::size_t actual);
  std::int64_t class_of(double label, std::int64_t classes, std::int64_t sample) const;
  void check_probabilities(std::span<const double> values, std::int64_t sample) const;
  const Task& task_;
  const LabelledSamples& samples_;
  Answers answers_;
  bool wants_loss_ = false, wants_probability_ = false, wants_class_probability_ = false;
  std::vector<float> vectors_;  // retrieval: [sample, number]
};

/// Does `metric` rest on the probability of the actual class?
bool needs_loss(const std::string& metric);
/// On what the model gives for its probability?
bool needs_probability(const std::string& metric);

}  // namespace iai
