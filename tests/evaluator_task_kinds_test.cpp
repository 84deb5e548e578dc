#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/metrics/error_list.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/retrieval.hpp"
#include "evaluator/metrics/segmentation.hpp"
#include "evaluator/metrics/statistic.hpp"
#include "evaluator/metrics/threshold.hpp"
#include "evaluator/task/metric_names.hpp"
#include "formats/error.hpp"
#include "tests/error_of.hpp"
#include "tests/metric_building.hpp"

using namespace iai;

namespace {

Task task_of(TaskKind kind) {
  std::vector<std::string> metrics = metrics_of(kind);
  if (kind != TaskKind::forecasting) std::erase(metrics, "mase");
  return iai::task_of(kind, std::move(metrics));
}

LabelledSamples labelled(std::vector<double> labels, std::int64_t width) {
  LabelledSamples samples;
  samples.labels = std::move(labels);
  samples.labels_per_sample = width;
  samples.label_file = "y.npy";
  return samples;
}

Answers read(const Task& task, const LabelledSamples& samples, std::vector<std::int64_t> shape, const std::vector<float>& output) {
  AnswerReader reader(task, samples, {.loss = true});
  const std::int64_t n = shape[0];
  reader.add("z", make_tensor<float>(std::move(shape), output), 0, n);
  return reader.take();
}

double value(const std::string& metric, const Answers& answers) { return metric_value(metric, answers); }

// 12 samples with 3 labels, drawn once with numpy; the figures are scikit-learn 1.9.1's.
const std::vector<float> label_scores{-0.8f,  0.24f,  -1.66f, 0.66f,  1.14f,  -0.45f, 0.43f,  0.25f,  -0.39f, -0.86f, -2.03f, 1.41f,
                                      -0.05f, 2.52f,  0.83f,  0.28f,  -0.66f, 1.39f,  -0.51f, 1.57f,  -0.4f,  0.19f,  -1.52f, 2.34f,
                                      -0.09f, -0.39f, 0.81f,  -0.89f, 0.77f,  -1.17f, 0.55f,  -1.04f, -1.84f, -0.59f, -1.46f, 0.55f};
const std::vector<double> label_truth{0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1};

// 6 forecasts of 3 moments.
const std::vector<double> series{8.69, 15.89, 6.64, 9.17, 11.36, 10.73, 9.49, 14.13, 14.34, 12.74, 13.0, 9.84, 6.51, 16.56, 7.13, 16.69, 9.62, 10.7};
const std::vector<double> forecasts{8.52, 16.85, 6.13, 11.01, 11.9, 10.9, 8.92, 14.41, 14.34, 14.64, 13.94, 8.28, 8.04, 14.19, 8.67, 14.8, 9.62, 11.51};

}  // namespace

TEST_CASE("multi-label: scikit-learn's figures") {
  const Answers answers = read(task_of(TaskKind::multi_label), labelled(label_truth, 3), {12, 3}, label_scores);
  CHECK(answers.clusters == 12);
  CHECK(answers.clustered);
  CHECK(close(value("precision", answers), 0.6444444444444445));
  CHECK(close(value("recall", answers), 0.6944444444444445));
  CHECK(close(value("f1", answers), 0.6595959595959596));
  CHECK(close(value("micro_f1", answers), 0.6666666666666666));
  CHECK(close(value("exact_match", answers), 0.25));
  CHECK(close(value("hamming_loss", answers), 0.3055555555555556));
  CHECK(close(value("average_precision", answers), 0.7907848324514991));
  CHECK(close(value("roc_auc", answers), 0.7696759259259259));
}

TEST_CASE("multi-label: counting a sample twice is the same as having it twice; what is undefined says why") {
  const Task task = task_of(TaskKind::multi_label);
  const Answers answers = read(task, labelled(label_truth, 3), {12, 3}, label_scores);
  std::vector<std::uint32_t> weights(12, 1);
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < 12; ++i) {
    weights[i] = i % 4 == 1 ? 0 : i % 3 == 0 ? 2 : 1;
    for (std::uint32_t k = 0; k < weights[i]; ++k) {
      for (std::int64_t label = 0; label < 3; ++label) rows.push_back(static_cast<std::int64_t>(i) * 3 + label);
    }
  }
  const Answers repeated = answers.subset(rows);
  for (const std::string& metric : task.metrics) {
    CAPTURE(metric);
    CHECK(close(make_statistic(metric, answers)->value(weights), value(metric, repeated)));
  }
  std::vector<double> none = label_truth;
  for (std::size_t i = 1; i < none.size(); i += 3) none[i] = 0;
  const Answers without = read(task, labelled(none, 3), {12, 3}, label_scores);
  CHECK(make_statistic("average_precision", without)->undefined() == "of label 1, no sample is of the positive class");
  CHECK(error_of([&] {
          read(task, labelled(label_truth, 3), {12, 2}, std::vector<float>(24));
        }) == "output 'z' is [12, 2] for 12 samples, which does not fit kind: multi-label with 3 labels a sample");
}

TEST_CASE("anomaly: scores are judged by their order, and by a threshold where there is one") {
  Task task = task_of(TaskKind::anomaly);
  const LabelledSamples samples = labelled({0, 0, 1, 0, 1, 1}, 1);
  const std::vector<float> scores{0.5f, 7, 90, 3, 4, 12};
  const Answers open = read(task, samples, {6, 1}, scores);
  CHECK(close(value("roc_auc", open), 8.0 / 9));
  CHECK(close(value("average_precision", open), (1 + 1 + 0.75) / 3));
  CHECK(std::isnan(value("f1", open)));
  CHECK(std::isnan(value("accuracy", open)));
  CHECK(make_statistic("f1", open)->undefined() == "scores have no decision threshold: set 'threshold' in the task, or pass --threshold-from");
  const std::vector<Metric> judged = judge(task, open, 1);  // accuracy is a share, and has no cases either
  CHECK(judged.front().name == "accuracy");
  CHECK(std::isnan(judged.front().low));
  const ChosenThreshold chosen = choose_threshold(open, parse_threshold_goal("f1"));
  CHECK(chosen.threshold == 3.5);
  CHECK(close(chosen.figure, 6.0 / 7));
  task.threshold = chosen.threshold;
  const Answers parted = read(task, samples, {6, 1}, scores);
  CHECK(close(value("f1", parted), 6.0 / 7));
  CHECK(close(value("specificity", parted), 2.0 / 3));
  CHECK(worst_predictions(parted) == std::vector<std::int64_t>{1});
  CHECK(parted.loss[1] == 3.5);
}

TEST_CASE("forecasting: errors of all moments and of each") {
  Task task = task_of(TaskKind::forecasting);
  task.naive_error = 2.5;
  const LabelledSamples samples = labelled(series, 3);
  AnswerReader reader(task, samples);
  reader.add("y", make_tensor<double>({6, 3, 1}, forecasts), 0, 6);
  const Answers answers = reader.take();
  CHECK(close(value("mae", answers), 0.976666666666667));
  CHECK(close(value("rmse", answers), 1.2203096146288268));
  CHECK(close(value("smape", answers), 0.08985869018436214));
  CHECK(close(value("mase", answers), 0.39066666666666683));
  CHECK(answers.classes == 3);
}

namespace {

// Two pictures of 3 x 4 pixels, 3 classes, two pixels without a label; drawn once with numpy. The figures are scikit-learn 1.9.1's.
const std::vector<float> pixel_scores{0.3f,  0.2f, 1.1f,  -1.3f, 0.1f,  0.0f,  -0.9f, 0.1f,  0.5f, 0.1f,  2.2f,  0.8f,  1.4f, 0.4f, 1.8f,  -0.5f, 0.6f, 0.6f,
                                      -1.8f, 1.1f, 0.5f,  0.8f,  -0.4f, 0.8f,  0.3f,  -0.1f, 0.6f, -0.1f, 0.5f,  -0.5f, 1.1f, 0.6f, -0.2f, 0.6f,  1.3f, 1.8f,
                                      -1.6f, 1.7f, 1.3f,  0.7f,  -1.0f, 2.1f,  -1.3f, 0.6f,  2.1f, -1.6f, 0.5f,  -0.5f, 1.0f, 1.5f, 2.0f,  -1.8f, 0.2f, 0.7f,
                                      1.6f,  1.2f, -0.7f, 1.1f,  -0.0f, -0.2f, -0.7f, 0.4f,  0.3f, -0.1f, -0.2f, -1.3f, 0.3f, 1.2f, -0.2f, -1.4f, 1.3f, 0.5f};
const std::vector<double> pixel_labels{255, 2, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 2, 1, 0, 1, 0, 255};

// Ten vectors of four numbers and their classes; class 3 occurs once.
const std::vector<float> vectors{1.23f,  1.36f, 1.22f, -0.51f, 0.9f,   -0.53f, 0.57f,  -0.06f, 0.75f, -0.65f, 1.57f,  -0.1f,  0.68f,  1.06f,
                                 -0.38f, 0.46f, 0.82f, -0.2f,  1.05f,  0.69f,  -0.87f, -1.51f, 1.59f, -0.67f, -0.72f, -0.81f, -0.47f, -1.19f,
                                 -1.49f, 1.24f, 0.9f,  -0.23f, -0.74f, 0.38f,  0.72f,  0.9f,   0.54f, 1.04f,  0.99f,  -0.81f};
const std::vector<double> vector_labels{0, 0, 1, 1, 2, 2, 0, 1, 3, 2};

}  // namespace

TEST_CASE("segmentation: IoU and Dice of each class and their means, ignored pixels left out") {
  Task task = task_of(TaskKind::segmentation);
  task.ignore = 255;
  const LabelledSamples samples = labelled(pixel_labels, 12);
  const Answers answers = read(task, samples, {2, 3, 3, 4}, pixel_scores);
  CHECK(answers.size() == 2);
  CHECK(close(value("mean_iou", answers), 0.2722222222222222));
  CHECK(close(value("mean_dice", answers), 0.38655462184873945));
  CHECK(close(value("pixel_accuracy", answers), 0.5));
  const std::vector<PixelCounts> classes = pixels_of_classes(answers);
  REQUIRE(classes.size() == 3);
  CHECK(close(iou(classes[0]), 5.0 / 12));
  CHECK(close(dice(classes[1]), 4.0 / 7));
  CHECK(classes[2].right == 0);
  // The same as classes of pixels, where the graph ends with ArgMax.
  AnswerReader reader(task, samples);
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t pixel = 0; pixel < 12; ++pixel) {
      const float* scores = pixel_scores.data() + i * 36 + pixel;
      numbers.push_back(scores[12] > scores[0] ? (scores[24] > scores[12] ? 2 : 1) : (scores[24] > scores[0] ? 2 : 0));
    }
  }
  reader.add("z", make_tensor<std::int64_t>({2, 3, 4}, numbers), 0, 2);
  CHECK(reader.take().pixels == answers.pixels);
  // Counting a sample twice.
  const std::vector<std::int64_t> rows{1, 1, 0};
  CHECK(close(make_statistic("mean_iou", answers)->value(std::vector<std::uint32_t>{1, 2}), value("mean_iou", answers.subset(rows))));
}

TEST_CASE("segmentation: what does not fit is named, what is undefined says why") {
  Task task = task_of(TaskKind::segmentation);
  CHECK(error_of([&] {
          read(task, labelled(pixel_labels, 12), {2, 3, 3, 4}, pixel_scores);
        }) == "y.npy: the label of sample 0 is 255, the model has classes 0 to 2");
  task.ignore = 255;
  CHECK(error_of([&] {
          read(task, labelled(pixel_labels, 12), {2, 1, 3, 4}, std::vector<float>(24));
        }) == "output 'z' is [2, 1, 3, 4] for 2 samples, which does not fit kind: segmentation with 12 pixels a sample");
  task.classes = {"a", "b"};
  CHECK(error_of([&] { read(task, labelled(pixel_labels, 12), {2, 3, 3, 4}, pixel_scores); }) == "output 'z' has 3 classes, the task names 2");
  task.classes.clear();
  const Answers none = read(task, labelled(std::vector<double>(24, 255), 12), {2, 3, 3, 4}, pixel_scores);
  CHECK(std::isnan(value("mean_iou", none)));
  CHECK(make_statistic("mean_iou", none)->undefined() == "no pixel counts: all have the label that is ignored");
}

TEST_CASE("retrieval: each sample a query among the others, as scikit-learn scores the rankings") {
  const Task task = task_of(TaskKind::retrieval);
  const Answers answers = read(task, labelled(vector_labels, 1), {10, 4}, vectors);
  CHECK(value("recall_at_1", answers) == 0);
  CHECK(close(value("recall_at_5", answers), 0.7777777777777778));
  CHECK(close(value("mean_average_precision", answers), 0.24638447971781302));
  CHECK(close(value("mean_reciprocal_rank", answers), 0.21587301587301588));
  const std::vector<Metric> judged = judge(task, answers, 1);
  CHECK(judged.front().n == 9);  // the only sample of its class asks for nothing
  const Answers alone = read(task, labelled({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 1), {10, 4}, vectors);
  CHECK(make_statistic("recall_at_1", alone)->undefined() == "no class has two samples");
  CHECK(error_of([&] { read(task, labelled(vector_labels, 2), {5, 4}, vectors); }) == "y.npy: 2 labels a sample, kind: retrieval takes one");
  CHECK(error_of([&] { read(task, labelled(vector_labels, 1), {10}, std::vector<float>(10)); }) ==
        "output 'z' is [10] for 10 samples, which does not fit kind: retrieval");
}

TEST_CASE("retrieval: the same bytes for any number of threads, and as each query ranked by itself") {
  constexpr std::size_t count = 150, size = 13;  // no multiple of what is computed together
  std::vector<float> many;
  std::vector<double> labels;
  for (std::size_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<double>(i * 7 % 11));
    for (std::size_t k = 0; k < size; ++k) many.push_back(static_cast<float>(static_cast<int>((i * 31 + k * k * 17 + i * k) % 23) - 11));
  }
  const std::vector<double> figures = retrieved_figures(many, labels, 1);
  CHECK(retrieved_figures(many, labels, 3) == figures);
  CHECK(retrieved_figures(many, labels, 64) == figures);
  for (std::size_t query = 0; query < count; ++query) {
    std::vector<std::pair<double, std::size_t>> ranking;
    for (std::size_t other = 0; other < count; ++other) {
      double product = 0, own = 0, its = 0;
      for (std::size_t k = 0; k < size; ++k) {
        const double a = static_cast<double>(many[query * size + k]), b = static_cast<double>(many[other * size + k]);
        product += a * b;
        own += a * a;
        its += b * b;
      }
      if (other != query) ranking.emplace_back(-product / std::sqrt(own * its), other);
    }
    std::sort(ranking.begin(), ranking.end());
    double found = 0, precision = 0;
    for (std::size_t rank = 0; rank < ranking.size(); ++rank) {
      if (labels[ranking[rank].second] != labels[query]) continue;
      found += 1;
      precision += found / static_cast<double>(rank + 1);
    }
    CHECK(figures[query * retrieval_figures.size() + 3] == doctest::Approx(precision / found).epsilon(1e-9));
  }
}

TEST_CASE("retrieval: equal vectors rank in the order of the samples, one of zeros is near to none") {
  const std::vector<float> same{1, 0, 1, 0, 1, 0, 0, 0};
  const std::vector<double> labels{0, 1, 0, 1};
  const std::vector<double> figures = retrieved_figures(same, labels);
  CHECK(figures[4] == 0.5);          // sample 0: sample 1 comes before sample 2
  CHECK(figures[5 + 4] == 1.0 / 3);  // sample 1 asks for sample 3, which has no direction
  CHECK(figures[10 + 4] == 1);       // sample 2: sample 0 is first
}
