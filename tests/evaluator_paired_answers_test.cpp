#include "evaluator/metrics/paired_answers.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/metrics/equivalence.hpp"
#include "formats/error.hpp"
#include "tests/error_of.hpp"

using namespace iai;

namespace {

// Drawn once with numpy; the figures beside them come from numpy over all 2^14 exchanges, and from SciPy.
const std::vector<double> truth{62.5, 89.7, 77.6, 22.5, 30.0, 87.4, 0.5, 82.1, 79.7, 46.8, 30.3, 27.8, 25.5, 44.5};
const std::vector<double> first{62.3, 95.3, 66.8, 18.8, 14.8, 77.1, -14.2, 80.2, 69.6, 49.0, 31.6, 26.3, 5.4, 40.2};
const std::vector<double> second{63.9, 93.1, 61.2, 18.8, 20.3, 79.7, 15.2, 74.4, 81.3, 59.4, 25.3, 28.5, 28.8, 47.3};

Answers numbers(std::vector<double> labels, std::vector<double> scores, std::int32_t each = 1) {
  Answers answers;
  answers.truth = std::move(labels);
  answers.score = std::move(scores);
  for (std::size_t i = 0; i < answers.truth.size(); ++i) answers.cluster.push_back(static_cast<std::int32_t>(i) / each);
  answers.clusters = static_cast<std::int32_t>(answers.truth.size()) / each;
  answers.clustered = each > 1;
  return answers;
}

PairedAnswers regression(std::int32_t each = 1) { return pair_answers(numbers(truth, first, each), numbers(truth, second, each), false); }

Answers classes(std::vector<std::int32_t> actual, std::vector<std::int32_t> predicted, std::int64_t count = 3) {
  Answers answers;
  answers.kind = TaskKind::classification;
  answers.classes = count;
  for (std::size_t i = 0; i < actual.size(); ++i) answers.cluster.push_back(static_cast<std::int32_t>(i));
  answers.clusters = static_cast<std::int32_t>(actual.size());
  answers.actual = std::move(actual);
  answers.predicted = std::move(predicted);
  return answers;
}

/// `gained` and `lost` of `cases`, the rest right in both.
PairedAnswers turned(std::size_t cases, std::size_t gained, std::size_t lost) {
  std::vector<std::int32_t> actual(cases, 1), before(cases, 1), after(cases, 1);
  for (std::size_t i = 0; i < gained; ++i) before[i] = 0;
  for (std::size_t i = gained; i < gained + lost; ++i) after[i] = 2;
  return pair_answers(classes(actual, before), classes(actual, after), false);
}

}  // namespace

TEST_CASE("paired answers: exchanges, against all 16,384 of them") {
  const PairedAnswers pair = regression();
  CHECK(paired_difference("mae", pair, 0.025, 1).value == doctest::Approx(-0.8).epsilon(1e-12));
  CHECK(paired_difference("rmse", pair, 0.025, 1).value == doctest::Approx(-1.303669868377078).epsilon(1e-12));
  // Within three standard errors of 9,999 draws.
  CHECK(std::abs(paired_test("mae", pair, 1).p - 0.6787109375) < 0.014);
  CHECK(std::abs(paired_test("rmse", pair, 1).p - 0.59912109375) < 0.015);
  CHECK(paired_test("rmse", pair, 1).method == "exchange");
  CHECK(paired_test("rmse", pair, 1).p == paired_test("rmse", pair, 3).p);
  // Pairs of neighbours in one group: they are exchanged together.
  CHECK(std::abs(paired_test("mae", regression(2), 1).p - 0.703125) < 0.014);
}

TEST_CASE("paired answers: exchanges of scores, against 20,000 draws of numpy") {
  Answers a;
  a.kind = TaskKind::binary;
  a.classes = 2;
  a.actual = {0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0};
  a.score = {0.9, 1.1, -1.3, 0.4, 0.6, -2.0, -0.5, 1.1, 1.3, 1.9, 0.9, 0.8, 0.9, 1.5, 0.8, -0.3, 0.4, -0.1, -0.2, -1.1, 1.2, -0.4, 2.4, 0.7};
  Answers b = a;
  b.score = {0.9, 1.6, -1.6, 1.2, 0.6, -1.5, -1.5, 1.4, -0.1, 0.3, 0.7, 0.1, 1.0, 3.3, 0.1, -0.8, 0.6, 0.3, -0.3, -1.3, 1.8, 0.0, 1.6, 0.6};
  for (Answers* one : {&a, &b}) {
    for (std::size_t i = 0; i < one->score.size(); ++i) {
      one->cluster.push_back(static_cast<std::int32_t>(i));
      one->predicted.push_back(one->score[i] > 0 ? 1 : 0);
    }
    one->clusters = 24;
  }
  const PairedAnswers pair = pair_answers(a, b, false);
  CHECK(paired_difference("roc_auc", pair, 0.025, 1).value == doctest::Approx(-0.04444444444444451).epsilon(1e-12));
  CHECK(std::abs(paired_test("roc_auc", pair, 1).p - 0.6413) < 0.02);
}

TEST_CASE("paired answers: flips, agreement, and which is nearer") {
  const PairedAnswers pair = pair_answers(classes({0, 1, 2, 1, 0, 2}, {0, 1, 1, 0, 0, 0}), classes({0, 1, 2, 1, 0, 2}, {0, 2, 2, 0, 0, 1}), false);
  const std::vector<Flip> found = flips(pair);
  REQUIRE(found.size() == 3);
  CHECK(found[0].prediction == 1);
  CHECK((found[0].right_before && !found[0].right_after));
  CHECK(found[1].prediction == 2);
  CHECK((!found[1].right_before && found[1].right_after));
  CHECK(found[2].prediction == 5);
  CHECK((!found[2].right_before && !found[2].right_after));
  const Metric share = agreement(pair, 1);
  CHECK(share.value == 0.5);
  CHECK(share.interval == "wilson");
  CHECK(share.low == doctest::Approx(wilson_interval(3, 6).low).epsilon(1e-15));

  const Nearness counts = nearness(regression());
  CHECK(counts.nearer == 7);
  CHECK(counts.farther == 5);
  CHECK(counts.ties == 2);
  CHECK(mean_absolute_change(regression(), 1).value == doctest::Approx(8.12857142857143).epsilon(1e-12));
}

TEST_CASE("paired answers: intervals say what they rest on") {
  const Metric score = paired_difference("accuracy", turned(540, 1, 3), 0.025, 1);
  CHECK(score.interval == "score-paired");
  CHECK(score.value == doctest::Approx(-2.0 / 540).epsilon(1e-12));
  CHECK(score.low == paired_score_interval(1, 3, 540, 0.025).low);
  CHECK(paired_test("accuracy", turned(540, 1, 3), 1).method == "mcnemar-exact");

  const Metric few = paired_difference("f1", turned(540, 1, 3), 0.025, 1);
  CHECK(std::isfinite(few.value));
  CHECK(std::isnan(few.low));
  CHECK(few.undefined == "only 4 of 540 cases decide, too few to resample");
  CHECK(paired_difference("f1", turned(540, 9, 30), 0.025, 1).interval == "bootstrap-bca");

  PairedAnswers same = regression();
  same.candidate = same.reference;
  same.identical = true;
  const Metric none = paired_difference("rmse", same, 0.025, 1);
  CHECK(none.interval == "identical");
  CHECK((none.value == 0 && none.low == 0 && none.high == 0));
  CHECK(paired_test("rmse", same, 1).p == 1);

  // The recall of one class counts its cases alone.
  Answers a = classes({1, 1, 1, 0, 0}, {1, 0, 1, 1, 0}, 2), b = classes({1, 1, 1, 0, 0}, {1, 1, 1, 0, 0}, 2);
  a.kind = b.kind = TaskKind::binary;
  const Metric recall = paired_difference("recall", pair_answers(a, b, false), 0.025, 1);
  CHECK(recall.n == 3);
  CHECK(recall.high == paired_score_interval(1, 0, 3, 0.025).high);
  const Metric specificity = paired_difference("specificity", pair_answers(a, b, false), 0.025, 1);
  CHECK(specificity.n == 2);
  CHECK(specificity.high == paired_score_interval(1, 0, 2, 0.025).high);
}

TEST_CASE("paired answers: what cannot be paired is named") {
  CHECK(error_of([] {
          pair_answers(classes({0, 1}, {0, 1}, 10), classes({0, 1}, {0, 1}, 4), false);
        }) == "the models cannot be compared: 10 classes against 4");
  CHECK(error_of([] {
          pair_answers(classes({0, 1}, {0, 1}), classes({1, 1}, {0, 1}), false);
        }) == "the models cannot be compared: the task makes other samples for the one than for the other");
  // One class only: there is no order to speak of.
  Answers one = classes({0, 0, 0}, {0, 0, 1}, 2);
  one.kind = TaskKind::binary;
  one.score = {0.1, 0.2, 0.3};
  const Metric undefined = paired_difference("roc_auc", pair_answers(one, one, false), 0.025, 1);
  CHECK(std::isnan(undefined.value));
  CHECK(undefined.undefined == "no sample is of the positive class");
  CHECK(std::isnan(paired_test("roc_auc", pair_answers(one, one, false), 1).p));
}

TEST_CASE("paired answers: the bootstrap of a difference covers the true one, and sides with equivalence in 5 % at its edge") {
  const CounterRandom random(21, "paired");
  constexpr std::uint64_t experiments = 500;
  constexpr std::size_t n = 80;
  // Both models share most of their error; E|b - t| - E|a - t| = 0.4 with errors of scale 1 and 1.5: mean |normal| is 0.7979.
  constexpr double difference = 0.5 * 0.7978845608028654;
  int covered = 0, equivalent = 0;
  for (std::uint64_t e = 0; e < experiments; ++e) {
    std::vector<double> labels(n), a(n), b(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t at = (e * n + i) * 2;
      const double error = random.normal(at), own = random.normal(at + 1);
      a[i] = error;
      b[i] = 1.5 * (0.8 * error + 0.6 * own);
    }
    const PairedAnswers pair = pair_answers(numbers(labels, a), numbers(labels, b), false);
    const Metric interval = paired_difference("mae", pair, 0.025, 0);
    covered += interval.low <= difference && difference <= interval.high ? 1 : 0;
    equivalent += judge_equivalence("mae", pair, difference, 0).verdict == Equivalence::equivalent ? 1 : 0;
  }
  INFO("covered " << covered << ", equivalent " << equivalent);
  CHECK(covered >= 0.93 * experiments);
  CHECK(covered <= 0.97 * experiments);
  CHECK(equivalent <= 0.07 * experiments);  // 5 % and two standard errors of it
}

TEST_CASE("equivalence: within the margin, beyond it, and too few to tell") {
  const EquivalenceVerdict within = judge_equivalence("accuracy", turned(2000, 5, 6), 0.01, 1);
  CHECK(within.verdict == Equivalence::equivalent);
  CHECK(within.reason.find("lies within -0.01 to 0.01") != std::string::npos);
  const EquivalenceVerdict beyond = judge_equivalence("accuracy", turned(2000, 5, 100), 0.01, 1);
  CHECK(beyond.verdict == Equivalence::different);
  CHECK(beyond.reason.find("lies beyond") != std::string::npos);
  const EquivalenceVerdict few = judge_equivalence("accuracy", turned(100, 0, 0), 0.01, 1);
  CHECK(few.verdict == Equivalence::undecided);
  CHECK(few.reason.find("about 6.9 times the samples") != std::string::npos);
  CHECK(judge_equivalence("accuracy", turned(300, 0, 5), 0.01, 1).reason.find("the difference itself is not within the margin") != std::string::npos);
  CHECK(judge_equivalence("f1", turned(100, 1, 1), 0.1, 1).reason == "no interval of the difference of f1: only 2 of 100 cases decide, too few to resample");
  PairedAnswers same = turned(100, 0, 0);
  same.identical = true;
  CHECK(judge_equivalence("accuracy", same, 0, 1).verdict == Equivalence::equivalent);
}
