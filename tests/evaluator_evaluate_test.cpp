#include <bit>
#include <cmath>
#include <limits>
#include <map>

#include <doctest/doctest.h>

#include "evaluator/metrics/metrics.hpp"
#include "formats/error.hpp"
#include "tests/error_of.hpp"
#include "tests/metric_building.hpp"
#include "tests/real_data.hpp"

using namespace iai;

namespace {

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

LabelledSamples labelled(std::vector<double> labels, std::int64_t width = 1) {
  LabelledSamples samples;
  samples.labels = std::move(labels);
  samples.labels_per_sample = width;
  samples.label_file = "y.npy";
  return samples;
}

}  // namespace

TEST_CASE("answers: logits, probabilities and single scores") {
  const std::vector<float> logits{-0.67, -0.05, 1.33, 0.35, 0.64, -0.15, -1.29, -0.71, 0.65, 0.1, -0.9, -1.62, 0.11, -0.34, -0.35, -0.33, 0.28, 0.29};
  Task task = task_of(TaskKind::classification, {"cross_entropy", "accuracy"});
  const LabelledSamples samples = labelled({0, 1, 2, 2, 1, 0});
  AnswerReader reader(task, samples);
  reader.add("z", make_tensor<float>({6, 3}, logits), 0, 6);
  const Answers answers = reader.take();
  CHECK(std::abs(metric_value("cross_entropy", answers) - 1.4043729880568234) < 1e-7);  // the logits are float32 here

  task = task_of(TaskKind::binary, {"accuracy"});
  const LabelledSamples two = labelled({1, 0});
  const auto read = [&](const Tensor& tensor) {
    AnswerReader binary(task, two);
    binary.add("z", tensor, 0, 2);
    return binary.take();
  };
  const Answers pair = read(make_tensor<float>({2, 2}, std::vector<float>{1, 3, 4, 2}));
  CHECK(pair.score == std::vector<double>{2, -2});
  CHECK(pair.predicted == std::vector<std::int32_t>{1, 0});
  task.positive = 0;
  const Answers turned = read(make_tensor<float>({2, 2}, std::vector<float>{1, 3, 4, 2}));
  CHECK(turned.score == std::vector<double>{-2, 2});
  CHECK(turned.actual == std::vector<std::int32_t>{0, 1});
  task.positive = 1;
  task.output = OutputKind::probabilities;
  const Answers probability = read(make_tensor<float>({2, 1}, std::vector<float>{0.75f, 0.25f}));
  CHECK(probability.predicted == std::vector<std::int32_t>{1, 0});
  task.threshold = 0.8;
  CHECK(read(make_tensor<float>({2, 1}, std::vector<float>{0.75f, 0.25f})).predicted == std::vector<std::int32_t>{0, 0});
  CHECK(error_of([&] { read(make_tensor<float>({2, 1}, std::vector<float>{0.75f, 2.5f})); }) == "the output for sample 1 is no probability");
}

TEST_CASE("answers: what does not fit is named") {
  const auto read = [](const Task& task, const LabelledSamples& samples, const Tensor& tensor, std::int64_t n) {
    return error_of([&] { AnswerReader(task, samples).add("z", tensor, 3, n); });
  };
  const Task regression = task_of(TaskKind::regression, {"rmse"}), classes = task_of(TaskKind::classification, {"accuracy"});
  const LabelledSamples labels = labelled({0, 0, 0, 1, 2.5, 7});
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(read(regression, labels, make_tensor<float>({2, 1}, std::vector<float>{1, nan}), 2) == "output 'z' is NaN for sample 4");
  CHECK(read(regression, labels, make_tensor<float>({1, 2}, std::vector<float>{1, 2}), 1) ==
        "output 'z' is [1, 2], which does not fit kind: regression with 1 label a sample");
  CHECK(read(classes, labels, make_tensor<float>({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}), 2) ==
        "y.npy: the label of sample 4 is 2.5, the model has classes 0 to 2");
  CHECK(read(classes, labels, make_tensor<float>({1, 1}, std::vector<float>{1}), 1).find("does not fit kind: classification") != std::string::npos);
  // An output without a batch axis would be taken for other samples' answers.
  CHECK(read(classes, labels, make_tensor<float>({3}, std::vector<float>{1, 2, 3}), 1) ==
        "output 'z' is [3], which does not fit kind: classification with 1 label a sample");
  CHECK(error_of([&] { AnswerReader(classes, labelled({})); }) == "task.yaml: the split has no labels");
}

TEST_CASE("drops: limits relative and absolute, in the direction of the metric") {
  Evaluation before, after;
  before.metrics = {{"rmse", 10, 0, 0, 1, "", ""}, {"accuracy", 0.9, 0, 0, 1, "", ""}};
  after.metrics = {{"rmse", 10.5, 0, 0, 1, "", ""}, {"accuracy", 0.93, 0, 0, 1, "", ""}};
  Task task = task_of(TaskKind::regression, {"rmse"});
  task.direction = Direction::lower_is_better;
  CHECK(primary_drop(task, before, after).absolute == doctest::Approx(0.5));
  CHECK(primary_drop(task, before, after).relative == doctest::Approx(0.05));
  task.primary = "accuracy";
  task.direction = Direction::higher_is_better;
  CHECK(primary_drop(task, before, after).absolute == doctest::Approx(-0.03));
  CHECK(parse_drop_limit("0.5%").holds({9, 0.005}));
  CHECK_FALSE(parse_drop_limit("0.5%").holds({0, 0.0051}));
  CHECK(parse_drop_limit("0.01").holds({0.01, 9}));
  for (const char* text : {"", "%", "-1", "x", "1x", "nan", "1%%"}) CHECK_THROWS_AS(parse_drop_limit(text), Error);
}

TEST_CASE("evaluate: the same bytes whatever threads and batch") {
  for (const auto& [name, data] : std::map<std::string, std::string>{{"cmapss_cnn", "cmapss_eval"}, {"digits_cnn", "digits_eval"}, {"ai4i_mlp", "ai4i_eval"}}) {
    const auto model = real_model(name);
    if (!model) continue;
    const Session session(*model, SessionOptions{});
    Task task =
        name == "cmapss_cnn" ? task_of(TaskKind::regression, {"rmse", "nasa_score"}) : task_of(TaskKind::classification, {"accuracy", "f1", "cross_entropy"});
    TaskSplit split;
    InputSource input;
    input.files = {real_file("models/" + data + "_x.npy")};
    split.inputs = {input};
    split.labels = LabelSource{};
    split.labels->files = {real_file("models/" + data + "_y.npy")};
    split.limit = 97;
    task.splits["evaluation"] = split;
    const Evaluation first = evaluate(session, task, 1, 1);
    for (const int threads : {1, 2, 4}) {
      for (const int batch : {0, 1, 7, 32}) {
        const Evaluation again = evaluate(session, task, batch, threads);
        CHECK(again.answers.score == first.answers.score);
        CHECK(again.answers.loss == first.answers.loss);
        for (std::size_t i = 0; i < first.metrics.size(); ++i) {
          CHECK(same_bits(again.metrics[i].value, first.metrics[i].value));
          CHECK(same_bits(again.metrics[i].low, first.metrics[i].low));
          CHECK(same_bits(again.metrics[i].high, first.metrics[i].high));
        }
      }
    }
    const Metric difference = metric_difference(task, task.primary, first, first, 2);
    CHECK(difference.value == 0);
    CHECK(difference.low == 0);
    CHECK(difference.high == 0);
  }
}
