#include "evaluator/metrics/answers.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "evaluator/metrics/retrieval.hpp"
#include "formats/error.hpp"

namespace iai {

bool needs_probability(const std::string& metric) {
  return metric == "brier_score" || metric == "expected_calibration_error" || metric == "equal_mass_calibration_error";
}

bool needs_loss(const std::string& metric) { return metric == "cross_entropy" || metric == "bits_per_byte"; }

Answers Answers::subset(std::span<const std::int64_t> rows) const {
  Answers part;
  part.kind = kind;
  part.classes = classes;
  part.naive_error = naive_error;
  part.clustered = clustered;
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(clusters), -1);
  for (const std::int64_t row : rows) {
    const auto i = static_cast<std::size_t>(row);
    if (!truth.empty()) part.truth.push_back(truth[i]);
    if (!score.empty()) part.score.push_back(score[i]);
    if (!actual.empty()) part.actual.push_back(actual[i]);
    if (!predicted.empty()) part.predicted.push_back(predicted[i]);
    if (!loss.empty()) part.loss.push_back(loss[i]);
    if (!probability.empty()) part.probability.push_back(probability[i]);
    if (!class_probability.empty()) {
      const auto first = class_probability.begin() + row * classes;
      part.class_probability.insert(part.class_probability.end(), first, first + classes);
    }
    if (!pixels.empty()) part.pixels.insert(part.pixels.end(), pixels.begin() + row * 3 * classes, pixels.begin() + (row + 1) * 3 * classes);
    if (!retrieved.empty()) {
      const auto first = retrieved.begin() + row * static_cast<std::int64_t>(retrieval_figures.size());
      part.retrieved.insert(part.retrieved.end(), first, first + static_cast<std::int64_t>(retrieval_figures.size()));
    }
    if (!matches.empty()) part.matches.push_back(matches[i]);
    if (!brier.empty()) part.brier.push_back(brier[i]);
    std::int32_t& number = numbers[static_cast<std::size_t>(cluster[i])];
    if (number < 0) number = part.clusters++;
    part.cluster.push_back(number);
  }
  return part;
}

void Answers::set_clusters(std::span<const std::string> groups, std::size_t samples, std::size_t each) {
  std::map<std::string, std::int32_t> numbers;
  for (std::size_t i = 0; i < samples; ++i) {
    auto number = static_cast<std::int32_t>(i);
    if (!groups.empty()) number = numbers.emplace(groups[i], static_cast<std::int32_t>(numbers.size())).first->second;
    cluster.insert(cluster.end(), each, number);
  }
  clusters = static_cast<std::int32_t>(groups.empty() ? samples : numbers.size());
  clustered = !groups.empty() || each > 1;
}

AnswerReader::AnswerReader(const Task& task, const LabelledSamples& samples, const AnswerNeeds& needs) : task_(task), samples_(samples) {
  if (samples.labels.empty()) {
    throw Error(ErrorKind::usage, fmt::format("{}: the split has no labels", task.path.string()), "name them with 'labels' in the task");
  }
  answers_.kind = task.kind;
  const bool two = task.kind == TaskKind::binary || task.kind == TaskKind::anomaly,
             one_each = task.kind == TaskKind::multi_label || task.kind == TaskKind::forecasting;
  answers_.classes = two ? 2 : one_each ? samples.labels_per_sample : static_cast<std::int64_t>(task.classes.size());
  answers_.naive_error = task.naive_error.value_or(0);
  if (task.kind == TaskKind::multi_label && !task.classes.empty() && static_cast<std::int64_t>(task.classes.size()) != answers_.classes) {
    throw Error(ErrorKind::input, fmt::format("{}: {} labels a sample, the task names {}", samples.label_file, answers_.classes, task.classes.size()),
                "correct 'classes' in the task");
  }
  wants_loss_ = needs.loss || std::any_of(task.metrics.begin(), task.metrics.end(), needs_loss);
  wants_probability_ = std::any_of(task.metrics.begin(), task.metrics.end(), needs_probability);
  wants_class_probability_ = needs.class_probability;
  const auto labels_each = static_cast<std::size_t>(samples.labels_per_sample);
  const std::size_t width = task.kind == TaskKind::segmentation ? 1 : labels_each;
  if (task.kind == TaskKind::retrieval && labels_each > 1) {
    throw Error(ErrorKind::input, fmt::format("{}: {} labels a sample, kind: retrieval takes one", samples.label_file, labels_each),
                "give each sample its class");
  }
  const std::size_t count = samples.labels.size() / labels_each;
  answers_.set_clusters(samples.groups, count, width);
}

void AnswerReader::check_finite(const std::string& output, const Tensor& tensor, std::span<const double> values, std::int64_t first, std::int64_t n) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw Error(ErrorKind::input,
                fmt::format("output '{}' is {} for sample {}", output, std::isnan(values[i]) ? "NaN" : "infinite",
                            first + static_cast<std::int64_t>(i) / (tensor.size() / n)),
                "the model's weights or this sample are broken; iai inspect shows the model");
  }
}

void AnswerReader::check_class_count(const std::string& output, std::int64_t found) const {
  if (answers_.classes == found) return;
  throw Error(ErrorKind::input, fmt::format("output '{}' has {} classes, the task names {}", output, found, answers_.classes), "correct 'classes' in the task");
}

static std::string shape_of_run(const Tensor& tensor, std::int64_t n) { return shape_text(tensor.shape) + (n > 1 ? fmt::format(" for {} samples", n) : ""); }

/// How many numbers the output has for each prediction.
std::int64_t AnswerReader::numbers_each(const std::string& output, const Tensor& tensor, std::int64_t n) {
  const std::int64_t labels = samples_.labels_per_sample;
  const auto refuse = [&](const std::string& wanted) {
    throw Error(ErrorKind::input,
                fmt::format("output '{}' is {}, which does not fit kind: {} with {} label{} a sample", output, shape_of_run(tensor, n),
                            task_kind_name(task_.kind), labels, labels == 1 ? "" : "s"),
                wanted);
  };
  if (tensor.shape.empty() || tensor.shape[0] != n) refuse("axis 0 of the output must count the samples, as that of the input does");
  const std::int64_t each = tensor.size() / (n * labels);
  const bool whole = each * n * labels == tensor.size() && each > 0;
  switch (task_.kind) {
    case TaskKind::binary:
      if (!whole || each > 2) refuse("binary takes one score or two logits for each label");
      break;
    case TaskKind::classification:
      if (!whole || each < 2 || tensor.shape.back() != each) refuse("classification takes one number for each class, on the last axis");
      if (answers_.classes != 0) check_class_count(output, each);
      answers_.classes = each;
      break;
    default:
      if (!whole || each != 1) refuse(task_kind_name(task_.kind) + " takes one number for each label");
  }
  return each;
}

void AnswerReader::add(const std::string& output, const Tensor& tensor, std::int64_t first, std::int64_t n) {
  const std::vector<double> values = to_doubles(tensor.view());
  if (!tensor.shape.empty() && tensor.size() >= n) check_finite(output, tensor, values, first, n);
  if (task_.kind == TaskKind::segmentation) return add_pixels(output, tensor, values, first, n);
  if (task_.kind == TaskKind::retrieval) return add_vectors(output, tensor, values, n);
  const std::int64_t labels = samples_.labels_per_sample, each = numbers_each(output, tensor, n);
  for (std::int64_t i = 0; i < n * labels; ++i) {
    add_one({values.data() + i * each, static_cast<std::size_t>(each)}, samples_.labels[static_cast<std::size_t>(first * labels + i)], first + i / labels);
  }
}

void AnswerReader::add_one(std::span<const double> values, double label, std::int64_t sample) {
  switch (task_.kind) {
    case TaskKind::regression:
    case TaskKind::forecasting:
      answers_.truth.push_back(label);
      answers_.score.push_back(values[0]);
      break;
    case TaskKind::anomaly:
      answers_.actual.push_back(static_cast<std::int32_t>(class_of(label, 2, sample)));
      answers_.score.push_back(values[0]);
      if (!task_.threshold) break;
      answers_.predicted.push_back(values[0] > *task_.threshold ? 1 : 0);
      if (wants_loss_) answers_.loss.push_back(std::abs(values[0] - *task_.threshold));
      break;
    case TaskKind::binary:
    case TaskKind::multi_label: add_score(values, label, sample); break;
    case TaskKind::classification: add_class_answer(values, label, sample); break;
    case TaskKind::segmentation:
    case TaskKind::detection:
    case TaskKind::retrieval: break;  // their samples are read as a whole
  }
}

std::int64_t AnswerReader::class_of(double label, std::int64_t classes, std::int64_t sample) const {
  if (label >= 0 && label < static_cast<double>(classes) && label == std::floor(label)) return static_cast<std::int64_t>(label);
  throw Error(ErrorKind::input, fmt::format("{}: the label of sample {} is {}, the model has classes 0 to {}", samples_.label_file, sample, label, classes - 1),
              "labels are class numbers from 0");
}

void AnswerReader::add_pixels(const std::string& output, const Tensor& tensor, std::span<const double> values, std::int64_t first, std::int64_t n) {
  const std::int64_t labels = samples_.labels_per_sample, each = n * labels > 0 ? tensor.size() / (n * labels) : 0;
  const bool numbers = !is_floating_point(tensor.type), fits = !tensor.shape.empty() && tensor.shape[0] == n && each * n * labels == tensor.size();
  if (!fits || (numbers ? each != 1 : each < 2 || tensor.shape.size() < 3 || tensor.shape[1] != each)) {
    throw Error(ErrorKind::input,
                fmt::format("output '{}' is {}, which does not fit kind: segmentation with {} pixels a sample", output, shape_of_run(tensor, n), labels),
                "segmentation takes one number for each class on axis 1, or the class of each pixel as an integer");
  }
  if (answers_.classes == 0) answers_.classes = numbers ? classes_of_labels() : each;
  if (!numbers) check_class_count(output, each);
  const std::int64_t classes = answers_.classes;
  for (std::int64_t i = 0; i < n; ++i) {
    const double* scores = values.data() + i * each * labels;
    std::vector<double> counts(static_cast<std::size_t>(3 * classes));
    for (std::int64_t pixel = 0; pixel < labels; ++pixel) {
      const double label = samples_.labels[static_cast<std::size_t>((first + i) * labels + pixel)];
      if (task_.ignore && label == static_cast<double>(*task_.ignore)) continue;
      std::int64_t best = 0;
      for (std::int64_t c = 1; c < each; ++c) best = scores[c * labels + pixel] > scores[best * labels + pixel] ? c : best;
      const std::int64_t actual = class_of(label, classes, first + i), predicted = numbers ? class_of(scores[pixel], classes, first + i) : best;
      counts[static_cast<std::size_t>(3 * actual + 1)] += 1;
      counts[static_cast<std::size_t>(3 * predicted + 2)] += 1;
      if (actual == predicted) counts[static_cast<std::size_t>(3 * actual)] += 1;
    }
    answers_.pixels.insert(answers_.pixels.end(), counts.begin(), counts.end());
  }
}

/// Where the output names classes and the task does not: those up to the greatest label.
std::int64_t AnswerReader::classes_of_labels() const {
  double greatest = 0;
  for (const double label : samples_.labels) {
    if (!task_.ignore || label != static_cast<double>(*task_.ignore)) greatest = std::max(greatest, label);
  }
  return static_cast<std::int64_t>(greatest) + 1;
}

void AnswerReader::add_vectors(const std::string& output, const Tensor& tensor, std::span<const double> values, std::int64_t n) {
  if (tensor.shape.size() < 2 || tensor.shape[0] != n || tensor.size() == 0) {
    throw Error(ErrorKind::input, fmt::format("output '{}' is {}, which does not fit kind: retrieval", output, shape_of_run(tensor, n)),
                "retrieval takes a vector for each sample");
  }
  for (const double value : values) vectors_.push_back(static_cast<float>(value));
}

Answers AnswerReader::take(int threads) {
  if (task_.kind == TaskKind::retrieval) answers_.retrieved = retrieved_figures(vectors_, samples_.labels, threads);
  return std::move(answers_);
}

void Answers::append(const Answers& other) {
  const auto add = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  add(truth, other.truth);
  add(score, other.score);
  add(actual, other.actual);
  add(predicted, other.predicted);
  add(loss, other.loss);
  add(probability, other.probability);
  add(brier, other.brier);
  add(class_probability, other.class_probability);
  add(pixels, other.pixels);
  add(retrieved, other.retrieved);
  add(matches, other.matches);
  for (const std::int32_t number : other.cluster) cluster.push_back(number + clusters);
  clusters += other.clusters;
}

}  // namespace iai
