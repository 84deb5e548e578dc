#include "evaluator/metrics/metrics.hpp"

#include <bit>
#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/metrics/interval.hpp"
#include "evaluator/metrics/statistic.hpp"
#include "tests/metric_building.hpp"

using namespace iai;

namespace {

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

// Drawn once with numpy; the figures beside them are scikit-learn 1.9.1's and SciPy's of the same numbers.
const std::vector<std::int32_t> binary_actual{0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
                                              0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0};
const std::vector<double> binary_score{1.2, 0.7, -2.0, 1.3, -0.1, 0.0,  0.0, -1.0, 0.8, -0.3, 1.0,  -0.2, 0.7, -1.1, -0.3, -0.8, 1.4,  0.6,  2.4, 1.6,
                                       0.8, 1.8, -0.6, 0.9, 1.4,  -0.4, 1.2, -0.0, 0.6, 0.6,  -0.2, 1.2,  0.1, -0.9, 1.9,  -0.3, -1.2, -0.3, 2.0, -0.4};
const std::vector<std::int32_t> class_actual{1, 2, 1, 3, 3, 1, 1, 2, 2, 1, 2, 3, 2, 1, 1, 1, 0, 0, 3, 1,
                                             1, 2, 2, 3, 2, 3, 2, 1, 1, 3, 2, 0, 3, 3, 0, 0, 2, 1, 1, 0};
const std::vector<std::int32_t> class_predicted{2, 1, 1, 0, 0, 1, 1, 2, 1, 1, 2, 0, 2, 1, 1, 0, 1, 0, 0, 0,
                                                0, 2, 1, 0, 2, 2, 2, 1, 2, 0, 2, 0, 0, 0, 0, 0, 1, 1, 1, 0};
const std::vector<double> truth{2.52,  69.61,  61.33, 74.75, 91.2,  65.59, 70.38,  61.47, 76.9,   31.02, 69.08, 84.05, 23.89, 123.8,
                                93.31, 119.42, 36.74, 55.44, 32.68, 5.84,  2.08,   30.84, 107.66, 20.46, 86.2,  31.17, 8.2,   24.06,
                                84.74, 62.71,  68.63, 56.65, 34.29, 61.04, 115.31, 25.19, 91.59,  31.39, 24.18, 40.48};
const std::vector<double> answer{19.92, 63.13,  36.08, 67.78, 91.2,  79.86, 58.21,  69.47, 86.44,  22.63, 66.83,  105.28, 44.54, 134.07,
                                 97.29, 133.08, 35.05, 54.3,  22.36, 5.91,  1.1,    64.12, 105.35, 35.71, 102.05, 28.93,  22.23, -2.06,
                                 85.88, 73.0,   39.86, 42.74, 46.96, 57.96, 102.13, 20.71, 85.08,  40.08, 29.63,  37.12};

Answers with_clusters(Answers answers, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) answers.cluster.push_back(static_cast<std::int32_t>(i));
  answers.clusters = static_cast<std::int32_t>(count);
  return answers;
}

Answers binary_answers() {
  Answers answers;
  answers.kind = TaskKind::binary;
  answers.classes = 2;
  answers.actual = binary_actual;
  answers.score = binary_score;
  for (const double score : binary_score) {
    answers.predicted.push_back(score > 0 ? 1 : 0);
    const double actual_score = binary_actual[answers.predicted.size() - 1] == 1 ? score : -score;
    answers.loss.push_back(std::log1p(std::exp(-actual_score)));
    answers.probability.push_back(1 / (1 + std::exp(-score)));
    answers.brier.push_back(std::pow(1 / (1 + std::exp(actual_score)), 2));
  }
  return with_clusters(std::move(answers), binary_score.size());
}

Answers class_answers() {
  Answers answers;
  answers.kind = TaskKind::classification;
  answers.classes = 4;
  answers.actual = class_actual;
  answers.predicted = class_predicted;
  return with_clusters(std::move(answers), class_actual.size());
}

Answers regression_answers() {
  Answers answers;
  answers.truth = truth;
  answers.score = answer;
  return with_clusters(std::move(answers), truth.size());
}

double value(const std::string& metric, const Answers& answers) {
  return make_statistic(metric, answers)->value(std::vector<std::uint32_t>(static_cast<std::size_t>(answers.clusters), 1));
}

}  // namespace

TEST_CASE("metrics: scikit-learn's figures") {
  const Answers binary = binary_answers();
  CHECK(close(value("accuracy", binary), 0.6));
  CHECK(close(value("precision", binary), 0.47619047619047616));
  CHECK(close(value("recall", binary), 0.6666666666666666));
  CHECK(close(value("f1", binary), 0.5555555555555556));
  CHECK(close(value("average_precision", binary), 0.5681902807386678));
  CHECK(close(value("roc_auc", binary), 0.6906666666666667));
  CHECK(close(value("cross_entropy", binary), 0.7106421714349327));
  CHECK(close(value("bits_per_byte", binary), 0.7106421714349327 / std::log(2.0)));

  CHECK(close(value("specificity", binary), 0.56));
  CHECK(close(value("balanced_accuracy", binary), 0.6133333333333333));
  CHECK(close(value("matthews_correlation", binary), 0.2197439080600197));
  CHECK(close(value("brier_score", binary), 0.252835302224507));
  CHECK(close(value("expected_calibration_error", binary), 0.20351731878808602));  // numpy, by the definition of Guo et al.
  CHECK(close(value("equal_mass_calibration_error", binary), 0.28063109118756013));

  const Answers classes = class_answers();  // class 3 is never predicted
  CHECK(close(value("accuracy", classes), 0.525));
  CHECK(close(value("precision", classes), 0.41383928571428574));
  CHECK(close(value("recall", classes), 0.5281385281385281));
  CHECK(close(value("f1", classes), 0.441017316017316));

  CHECK(close(value("balanced_accuracy", classes), 0.5281385281385281));
  CHECK(close(value("matthews_correlation", classes), 0.3962271165383205));

  const Answers regression = regression_answers();
  CHECK(close(value("median_absolute_error", regression), 9.114999999999995));
  CHECK(close(value("mape", regression), 0.444548838331306));
  CHECK(close(value("smape", regression), 0.30139148806724303));
  CHECK(close(value("rmse", regression), 13.268037722285838));
  CHECK(close(value("mae", regression), 10.383));
  CHECK(close(value("r2", regression), 0.835877167043917));
  CHECK(close(value("nasa_score", regression), 105.91356628348902));
}

TEST_CASE("metrics: counting a cluster twice is the same as having it twice") {
  const Answers answers = binary_answers();
  std::vector<std::uint32_t> weights(static_cast<std::size_t>(answers.clusters), 1);
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = i % 3 == 0 ? 2 : i % 7 == 1 ? 0 : 1;
    for (std::uint32_t k = 0; k < weights[i]; ++k) rows.push_back(static_cast<std::int64_t>(i));
  }
  const Answers repeated = answers.subset(rows);
  for (const char* metric : {"accuracy", "precision", "recall", "f1", "average_precision", "roc_auc", "cross_entropy", "specificity", "balanced_accuracy",
                             "matthews_correlation", "brier_score", "expected_calibration_error", "equal_mass_calibration_error"}) {
    CAPTURE(metric);
    CHECK(close(make_statistic(metric, answers)->value(weights), value(metric, repeated)));
  }
  const Answers regression = regression_answers(), again = regression.subset(rows);
  for (const char* metric : {"rmse", "median_absolute_error", "mape", "smape", "r2"}) {
    CAPTURE(metric);
    CHECK(close(make_statistic(metric, regression)->value(weights), value(metric, again)));
  }
}

TEST_CASE("metrics: clusters that are folded count together") {
  std::vector<std::uint32_t> units(7), weights(40);
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<std::uint32_t>(i % 3);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = units[i % 7];
  const auto check = [&](const Answers& answers, const std::vector<std::string>& metrics) {
    for (const std::string& metric : metrics) {
      CAPTURE(metric);
      const auto statistic = make_statistic(metric, answers);
      const auto folded = statistic->folded(7);
      REQUIRE(folded != nullptr);
      CHECK(close(folded->value(units), statistic->value(weights)));
    }
  };
  check(binary_answers(), {"accuracy", "precision", "recall", "f1", "matthews_correlation", "cross_entropy", "brier_score"});
  check(class_answers(), {"accuracy", "precision", "f1", "balanced_accuracy"});
  check(regression_answers(), {"rmse", "mae", "r2", "nasa_score", "smape"});
}

TEST_CASE("metrics: what is undefined says why") {
  Answers one_class = binary_answers();
  std::fill(one_class.actual.begin(), one_class.actual.end(), 1);
  const Task task = task_of(TaskKind::binary, {"roc_auc", "average_precision", "accuracy"});
  const std::vector<Metric> metrics = judge(task, one_class, 1);
  CHECK(std::isnan(metrics[0].value));
  CHECK(metrics[0].undefined == "every sample is of the positive class");
  CHECK(metrics[1].value == 1);
  Answers constant = regression_answers();
  std::fill(constant.truth.begin(), constant.truth.end(), 3.0);
  const std::vector<Metric> r2 = judge(task_of(TaskKind::regression, {"r2"}), constant, 1);
  CHECK(std::isnan(r2[0].value));
  CHECK(r2[0].undefined == "all labels are the same");
  const Task classes = task_of(TaskKind::binary, {"specificity", "balanced_accuracy", "matthews_correlation"});
  CHECK(judge(classes, one_class, 1)[0].undefined == "no sample is of the negative class");
  CHECK(judge(classes, one_class, 1)[1].undefined == "all samples are of one class");
  CHECK(judge(classes, one_class, 1)[2].undefined == "all samples are of one class");
  Answers zero = regression_answers();
  zero.truth[7] = 0;
  CHECK(judge(task_of(TaskKind::regression, {"mape"}), zero, 1)[0].undefined == "a label is 0");
  CHECK(std::isnan(judge(task_of(TaskKind::regression, {"mape"}), zero, 1)[0].value));
  Answers constant_answer = binary_answers();
  std::fill(constant_answer.predicted.begin(), constant_answer.predicted.end(), 0);
  CHECK(value("matthews_correlation", constant_answer) == 0);
  std::fill(one_class.actual.begin(), one_class.actual.end(), 0);
  CHECK(judge(task, one_class, 1)[1].undefined == "no sample is of the positive class");
}

TEST_CASE("intervals: Wilson's, as SciPy gives it") {
  const auto check = [](std::int64_t successes, std::int64_t trials, double low, double high) {
    const Interval interval = wilson_interval(successes, trials);
    CHECK(close(interval.low, low));
    CHECK(close(interval.high, high));
  };
  check(50, 67, 0.6307080546049991, 0.8351208618142104);
  check(0, 10, 0.0, 0.27753279986288926);
  check(10, 10, 0.7224672001371109, 1.0);
  check(536, 540, 0.9811105241288365, 0.9971157426836053);
  CHECK(std::isnan(wilson_interval(0, 0).low));
  // Specificity is a share of independent cases too: 14 of 25.
  const Metric specificity = judge(task_of(TaskKind::binary, {"specificity"}), binary_answers(), 1).front();
  CHECK(specificity.n == 25);
  CHECK(specificity.interval == "wilson");
  CHECK(close(specificity.low, wilson_interval(14, 25).low));
  CHECK(close(normal_quantile(0.975), 1.959963984540054));
  CHECK(close(normal_probability(-1.0), 0.15865525393145707));
}

TEST_CASE("intervals: the bootstrap lies where SciPy's lies, whatever the number of threads") {
  const Answers answers = regression_answers();
  const auto statistic = make_statistic("rmse", answers);
  const Interval interval = bootstrap_interval(*statistic, answers.clusters, answers.size(), 1);
  // scipy.stats.bootstrap(method="BCa") with 100,000 resamples: 10.7415 to 16.6267; 2,000 resamples scatter by about 0.15.
  CHECK(std::abs(interval.low - 10.7415) < 0.4);
  CHECK(std::abs(interval.high - 16.6267) < 0.6);
  for (const int threads : {2, 3, 4, 7}) {
    const Interval again = bootstrap_interval(*statistic, answers.clusters, answers.size(), threads);
    CHECK(same_bits(again.low, interval.low));
    CHECK(same_bits(again.high, interval.high));
  }
  CHECK(bootstrap_interval(*statistic, 1, 40, 1).reason == "there is one group only");
}

TEST_CASE("intervals: the bootstrap covers the true value about as often as it says") {
  int covered = 0;
  for (std::uint64_t trial = 0; trial < 100; ++trial) {
    Answers answers;
    std::uint64_t state = trial * 7919 + 1;
    for (int i = 0; i < 60; ++i) {
      double sum = 0;
      for (int k = 0; k < 12; ++k) {  // nearly normal, mean 0, variance 1
        state = state * 6364136223846793005u + 1442695040888963407u;
        sum += static_cast<double>(state >> 11) * 0x1p-53;
      }
      answers.truth.push_back(0);
      answers.score.push_back(sum - 6);
    }
    answers = with_clusters(std::move(answers), 60);
    const Interval interval = bootstrap_interval(*make_statistic("rmse", answers), 60, 60, 0);
    covered += interval.low <= 1 && 1 <= interval.high ? 1 : 0;
  }
  CHECK(covered >= 88);
  CHECK(covered <= 100);
}
