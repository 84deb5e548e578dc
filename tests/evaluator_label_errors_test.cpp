#include "evaluator/metrics/label_errors.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/metrics/error_list.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "formats/npy.hpp"
#include "tests/real_data.hpp"

using namespace iai;

namespace {

// 24 predictions over 3 classes, drawn once with numpy; labels 2, 9 and 17 were moved to the next class.
const std::vector<float> probabilities{0.252f, 0.171f, 0.576f, 0.582f, 0.281f, 0.137f, 0.875f, 0.056f, 0.069f, 0.909f, 0.067f, 0.024f, 0.323f, 0.134f, 0.542f,
                                       0.051f, 0.052f, 0.897f, 0.031f, 0.057f, 0.912f, 0.195f, 0.592f, 0.213f, 0.085f, 0.804f, 0.111f, 0.219f, 0.309f, 0.472f,
                                       0.699f, 0.075f, 0.226f, 0.041f, 0.868f, 0.091f, 0.071f, 0.881f, 0.048f, 0.036f, 0.802f, 0.162f, 0.7f,   0.08f,  0.22f,
                                       0.101f, 0.494f, 0.405f, 0.062f, 0.338f, 0.6f,   0.502f, 0.031f, 0.467f, 0.754f, 0.238f, 0.009f, 0.609f, 0.281f, 0.11f,
                                       0.626f, 0.192f, 0.182f, 0.016f, 0.938f, 0.045f, 0.025f, 0.007f, 0.968f, 0.135f, 0.667f, 0.198f};
const std::vector<std::int32_t> labels{2, 0, 1, 0, 0, 2, 2, 1, 0, 1, 0, 1, 1, 1, 0, 0, 2, 0, 0, 0, 1, 1, 2, 1};

Task digits_task(const std::vector<std::string>& metrics) {
  Task task;
  task.path = "task.yaml";
  task.kind = TaskKind::classification;
  task.metrics = metrics;
  task.primary = metrics.front();
  TaskSplit split;
  InputSource input;
  input.files = {real_file("models/digits_eval_x.npy")};
  split.inputs = {input};
  split.labels = LabelSource{};
  split.labels->files = {real_file("models/digits_eval_y.npy")};
  task.splits["evaluation"] = split;
  return task;
}

}  // namespace

TEST_CASE("label errors: those that cleanlab 2 finds, and equation 3 of the paper") {
  Answers answers;
  answers.kind = TaskKind::classification;
  answers.classes = 3;
  answers.actual = labels;
  answers.class_probability = probabilities;
  const LabelErrors errors = find_label_errors(answers);
  REQUIRE(errors.list.size() == 3);
  CHECK(errors.list[0].prediction == 2);
  CHECK(errors.list[0].label == 1);
  CHECK(errors.list[0].likely == 0);
  CHECK(errors.list[0].likely_probability == 0.875f);
  CHECK(errors.list[1].prediction == 8);
  CHECK(errors.list[2].prediction == 20);
  REQUIRE(errors.confusions.size() == 2);
  CHECK(errors.confusions[0].label == 1);
  CHECK(errors.confusions[0].listed == 2);
  CHECK(errors.confusions[0].estimated == doctest::Approx(2.25));
  CHECK(errors.estimated == doctest::Approx(10.0 / 7 + 2.25));
}

TEST_CASE("label errors: of 27 labels moved among the 540 digits 25 are found, and none that is right") {
  const auto model = real_model("digits_cnn");
  if (!model) return;
  const Session session(*model, SessionOptions{});
  const Task task = digits_task({"accuracy"});
  LabelledSamples samples = load_task_samples(task, "evaluation", wanted_inputs(session));
  const auto moved = [](std::size_t i) { return i % 20 == 10; };
  for (std::size_t i = 10; i < samples.labels.size(); i += 20) {
    samples.labels[i] = static_cast<double>((static_cast<std::size_t>(samples.labels[i]) + 1 + i / 20 % 9) % 10);
  }
  const Answers answers = run_answers(session, task, samples, 0, 2, {.class_probability = true});
  const LabelErrors errors = find_label_errors(answers);
  CHECK(errors.list.size() == 25);  // cleanlab lists the same number
  CHECK(std::all_of(errors.list.begin(), errors.list.end(), [&](const LabelError& error) { return moved(static_cast<std::size_t>(error.prediction)); }));
  CHECK(std::abs(errors.estimated - 27) < 3);
}

TEST_CASE("label errors: binary answers have two probabilities, a class without labels is nobody's") {
  Task task;
  task.path = "task.yaml";
  task.kind = TaskKind::binary;
  task.metrics = {"accuracy"};
  LabelledSamples samples;
  samples.labels = {1, 1, 0, 0, 0, 1};
  AnswerReader reader(task, samples, {.loss = true, .class_probability = true});
  reader.add("z", make_tensor<float>({6, 1}, std::vector<float>{3, 2, -3, -2, 4, -5}), 0, 6);
  const Answers answers = reader.take();
  CHECK(answers.class_probability[1] == doctest::Approx(1 / (1 + std::exp(-3.0))));
  CHECK(answers.class_probability[0] + answers.class_probability[1] == doctest::Approx(1));
  const LabelErrors errors = find_label_errors(answers);
  REQUIRE(errors.list.size() == 2);
  CHECK(errors.list[0].prediction == 5);
  CHECK(errors.list[1].prediction == 4);
  CHECK(worst_predictions(answers) == std::vector<std::int64_t>{5, 4});
  Answers one = answers;
  std::fill(one.actual.begin(), one.actual.end(), 1);
  CHECK(find_label_errors(one).list.empty());
  // Parts keep their probabilities.
  const std::vector<std::int64_t> rows{5, 4};
  const Answers part = answers.subset(rows);
  CHECK(part.class_probability ==
        std::vector<float>{answers.class_probability[10], answers.class_probability[11], answers.class_probability[8], answers.class_probability[9]});
}

TEST_CASE("error lists: a regression's answers by their distance, equal ones in their order") {
  Answers answers;
  answers.truth = {1, 2, 3, 4};
  answers.score = {1.5, 2, 2.5, 9};
  answers.cluster = {0, 1, 2, 3};
  CHECK(worst_predictions(answers) == std::vector<std::int64_t>{3, 0, 2, 1});
}
