#include "evaluator/metrics/calibration.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/metrics/interval.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/statistic.hpp"
#include "formats/error.hpp"

using namespace iai;

namespace {

// 30 distinct probabilities, drawn once with numpy, and whether they came true.
const std::vector<double> probabilities{0.805, 0.808, 0.515, 0.286, 0.054, 0.383, 0.408, 0.045, 0.049, 0.999, 0.652, 0.235, 0.435, 0.974, 0.898,
                                        0.844, 0.392, 0.493, 0.677, 0.061, 0.556, 0.271, 0.88,  0.064, 0.679, 0.87,  0.227, 0.895, 0.872, 0.019};
const std::vector<std::int32_t> came_true{1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0};

Answers answers_of(const std::vector<double>& probability, const std::vector<std::int32_t>& actual) {
  Answers answers;
  answers.kind = TaskKind::binary;
  answers.classes = 2;
  answers.probability = probability;
  answers.actual = actual;
  for (std::size_t i = 0; i < actual.size(); ++i) answers.cluster.push_back(static_cast<std::int32_t>(i));
  answers.clusters = static_cast<std::int32_t>(actual.size());
  return answers;
}

double value(const std::string& metric, const Answers& answers) {
  return make_statistic(metric, answers)->value(std::vector<std::uint32_t>(static_cast<std::size_t>(answers.clusters), 1));
}

}  // namespace

TEST_CASE("calibration: bins of equal width and of equal mass, as numpy gives them") {
  const Answers answers = answers_of(probabilities, came_true);
  CHECK(std::abs(value("expected_calibration_error", answers) - 0.1702) < 1e-12);
  CHECK(std::abs(value("equal_mass_calibration_error", answers) - 0.19013333333333332) < 1e-12);  // numpy.array_split of the sorted ones
  const std::vector<std::uint32_t> ones(30, 1);
  const std::vector<ReliabilityBin> mass = ReliabilityOrder(answers).bins(ReliabilityBins::equal_mass, ones);
  CHECK(mass.size() == 15);
  for (const ReliabilityBin& bin : mass) CHECK(bin.n == 2);
  CHECK(mass.front().low == 0.019);
  CHECK(mass.front().high == 0.045);
}

TEST_CASE("calibration: the ends of bins, and equal probabilities stay together") {
  // 1/15 belongs to the first bin, 0 too, 1 to the last.
  const Answers edges = answers_of({0, 1.0 / 15, 0.07, 1}, {0, 1, 0, 1});
  const std::vector<std::uint32_t> ones(4, 1);
  const std::vector<ReliabilityBin> bins = ReliabilityOrder(edges).bins(ReliabilityBins::equal_width, ones);
  REQUIRE(bins.size() == 3);
  CHECK(bins[0].n == 2);
  CHECK(bins[0].right == 1);
  CHECK(bins[1].n == 1);
  CHECK(bins[2].low == 1);
  const Answers same = answers_of({0.5, 0.5, 0.5, 0.5}, {0, 1, 1, 1});
  CHECK(ReliabilityOrder(same).bins(ReliabilityBins::equal_mass, ones).size() == 1);
  CHECK(value("equal_mass_calibration_error", same) == 0.25);
}

TEST_CASE("calibration: the probability of the predicted class, and Brier's score over the classes, from logits") {
  Task task;
  task.path = "task.yaml";
  task.kind = TaskKind::classification;
  task.metrics = {"brier_score", "expected_calibration_error"};
  LabelledSamples samples;
  samples.labels = {0, 1, 2, 2, 1, 0};
  AnswerReader reader(task, samples);
  const std::vector<float> logits{-0.67f, -0.05f, 1.33f,  0.35f, 0.64f,  -0.15f, -1.29f, -0.71f, 0.65f,
                                  0.1f,   -0.9f,  -1.62f, 0.11f, -0.34f, -0.35f, -0.33f, 0.28f,  0.29f};
  reader.add("z", make_tensor<float>({6, 3}, logits), 0, 6);
  const Answers answers = reader.take();
  CHECK(std::abs(value("brier_score", answers) - 0.8205647234296983) < 1e-12);  // scikit-learn's brier_score_loss
  CHECK(std::abs(value("expected_calibration_error", answers) - 0.2637134145495137) < 1e-12);
}

TEST_CASE("calibration: a model whose probabilities are right gets no interval that would not hold its error") {
  // Every resample of a well calibrated model is further from the diagonal than the sample is.
  std::vector<double> probability;
  std::vector<std::int32_t> actual;
  for (int bin = 0; bin < 10; ++bin) {
    for (int i = 0; i < 20; ++i) {
      probability.push_back(0.05 + 0.1 * bin);
      actual.push_back(i < 1 + 2 * bin ? 1 : 0);
    }
  }
  const Answers answers = answers_of(probability, actual);
  const auto statistic = make_statistic("expected_calibration_error", answers);
  CHECK(value("expected_calibration_error", answers) < 1e-12);
  CHECK(bootstrap_interval(*statistic, answers.clusters, answers.size(), 1).reason == "nearly all resamples lie on one side of the figure");
}
