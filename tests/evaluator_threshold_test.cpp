#include "evaluator/metrics/threshold.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "tests/error_of.hpp"

using namespace iai;

namespace {

// The numbers of evaluator_metrics_test.cpp; the figures are scikit-learn 1.9.1's at every threshold between two scores.
Answers scored() {
  Answers answers;
  answers.kind = TaskKind::binary;
  answers.classes = 2;
  answers.actual = {0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0};
  answers.score = {1.2, 0.7, -2.0, 1.3, -0.1, 0.0,  0.0, -1.0, 0.8, -0.3, 1.0,  -0.2, 0.7, -1.1, -0.3, -0.8, 1.4,  0.6,  2.4, 1.6,
                   0.8, 1.8, -0.6, 0.9, 1.4,  -0.4, 1.2, -0.0, 0.6, 0.6,  -0.2, 1.2,  0.1, -0.9, 1.9,  -0.3, -1.2, -0.3, 2.0, -0.4};
  answers.cluster.resize(40);
  return answers;
}

}  // namespace

TEST_CASE("thresholds: the best for each goal, the highest of equally good ones") {
  const Answers answers = scored();
  const auto check = [&](const char* goal, double threshold, double figure) {
    CAPTURE(goal);
    const ChosenThreshold chosen = choose_threshold(answers, parse_threshold_goal(goal));
    CHECK(std::abs(chosen.threshold - threshold) < 1e-12);
    CHECK(std::abs(chosen.figure - figure) < 1e-12);
  };
  check("f1", -0.35, 0.6086956521739131);
  check("balanced_accuracy", 0.75, 0.68);
  check("matthews_correlation", 0.75, 0.36);
  check("accuracy", 1.5, 0.7);
  check("recall>=0.9", -0.35, 0.9333333333333333);
  check("precision>=0.6", 0.75, 0.6);
  check("specificity>=0.9", 1.5, 0.96);
}

TEST_CASE("thresholds: what cannot be chosen says why") {
  Answers answers = scored();
  CHECK(error_of([&] { choose_threshold(answers, parse_threshold_goal("precision>=0.95")); }) == "no threshold reaches precision>=0.95: 0.8 at most");
  for (std::int32_t& actual : answers.actual) actual = 0;
  CHECK(error_of([&] { choose_threshold(answers, parse_threshold_goal("f1")); }) == "no threshold can be chosen: every sample is of the negative class");
  for (std::int32_t& actual : answers.actual) actual = 1;
  CHECK(error_of([&] { choose_threshold(answers, parse_threshold_goal("f1")); }) == "no threshold can be chosen: every sample is of the positive class");
  CHECK(error_of([] { parse_threshold_goal("roc_auc"); }) == "a threshold cannot be chosen for 'roc_auc'");
  CHECK(error_of([] { parse_threshold_goal("recall"); }) == "recall alone is greatest at a threshold of no use");
  for (const char* text : {"recall>=", "recall>=0", "recall>=1.1", "recall>=x", "recall>=0.9x", "recall>=nan"}) {
    CHECK_THROWS_AS(parse_threshold_goal(text), Error);
  }
}

TEST_CASE("thresholds: scores that are neighbours in double are parted too") {
  Answers answers;
  answers.kind = TaskKind::binary;
  answers.classes = 2;
  const double next = std::nextafter(1.0, 2.0);
  answers.score = {1.0, next};
  answers.actual = {0, 1};
  answers.cluster = {0, 1};
  const ChosenThreshold chosen = choose_threshold(answers, parse_threshold_goal("accuracy"));
  CHECK(chosen.figure == 1);
  CHECK(next > chosen.threshold);
  CHECK_FALSE(1.0 > chosen.threshold);
}
