#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/metrics/interval.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/statistic.hpp"

// Simulation: how often the 95 % interval of a sample holds the true value of where the sample comes from. Seeds are fixed.

using namespace iai;

namespace {

constexpr int trials = 1000;

double share_of(int covered) { return static_cast<double>(covered) / trials; }

bool holds(const Interval& interval, double truth) { return interval.low <= truth && truth <= interval.high; }

/// @param cluster_size  predictions that share half of their error's variance; 1: independent ones
Answers normal_errors(std::uint64_t seed, std::int32_t clusters, std::int32_t cluster_size) {
  const CounterRandom random(seed, "coverage");
  Answers answers;
  std::uint64_t drawn = 0;
  for (std::int32_t cluster = 0; cluster < clusters; ++cluster) {
    const double shared = random.normal(drawn++);
    for (std::int32_t i = 0; i < cluster_size; ++i) {
      const double own = random.normal(drawn++);
      answers.truth.push_back(0);
      answers.score.push_back(cluster_size == 1 ? own : (shared + own) / std::numbers::sqrt2);
      answers.cluster.push_back(cluster);
    }
  }
  answers.clusters = clusters;
  answers.clustered = cluster_size > 1;
  return answers;
}

/// Two classes; the model is right with probability 0.8, of one class 0.9 and of the other 0.7.
Answers class_answers(std::uint64_t seed, std::int32_t count) {
  const CounterRandom random(seed, "coverage of classes");
  Answers answers;
  answers.kind = TaskKind::classification;
  answers.classes = 2;
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t actual = random.uniform(2 * static_cast<std::uint64_t>(i)) < 0.5 ? 0 : 1;
    const bool right = random.uniform(2 * static_cast<std::uint64_t>(i) + 1) < (actual == 0 ? 0.9 : 0.7);
    answers.actual.push_back(actual);
    answers.predicted.push_back(right ? actual : 1 - actual);
    answers.cluster.push_back(i);
  }
  answers.clusters = count;
  return answers;
}

/// Images with up to four objects of two classes. A detection of 85 of 100 objects lies around it, the better the higher its score mostly is; others are
/// wrong, with lower scores mostly. All scores of an image rise and fall together.
Answers detections(std::uint64_t seed, std::int32_t images) {
  const CounterRandom random(seed, "coverage of detections");
  std::uint64_t drawn = 0;
  const auto uniform = [&] { return random.uniform(drawn++); };
  const auto normal = [&] { return random.normal(drawn++); };
  Answers answers;
  answers.kind = TaskKind::detection;
  answers.classes = 2;
  for (std::int32_t i = 0; i < images; ++i) {
    TrueImage image{i, 0, 0, {}};
    std::vector<FoundBox> found;
    const double easy = 0.5 * normal();
    for (int n = static_cast<int>(uniform() * 5); n > 0; --n) {
      TrueBox object;
      object.label = uniform() < 0.5 ? 0 : 1;
      const double side = 20 + uniform() * 100, blur = std::abs(0.08 * normal());
      object.box = {uniform() * 500, 0, side, side};
      object.area = side * side;
      if (uniform() < 0.85) found.push_back({object.label, 1.2 + easy - 4 * blur + normal(), {object.box[0] + side * blur, side * blur, side, side}});
      image.boxes.push_back(object);
    }
    for (int n = static_cast<int>(uniform() * 4); n > 0; --n) {
      const std::int32_t label = uniform() < 0.5 ? 0 : 1;
      const double side = 20 + uniform() * 100;
      found.push_back({label, -0.6 + easy + normal(), {uniform() * 500, 300, side, side}});
    }
    answers.matches.push_back(std::make_shared<const ImageMatches>(match_boxes(image, found)));
  }
  answers.set_clusters({}, answers.matches.size(), 1);
  return answers;
}

}  // namespace

TEST_CASE("coverage: Wilson's interval of a share") {
  const CounterRandom random(1, "coverage of shares");
  std::uint64_t drawn = 0;
  for (const std::int64_t n : {20, 100, 500}) {
    int covered = 0;
    for (int trial = 0; trial < trials; ++trial) {
      const double truth = 0.02 + 0.96 * random.uniform(drawn++);  // whatever the share is
      std::int64_t successes = 0;
      for (std::int64_t i = 0; i < n; ++i) successes += random.uniform(drawn++) < truth ? 1 : 0;
      covered += holds(wilson_interval(successes, n), truth) ? 1 : 0;
    }
    CAPTURE(n);
    CHECK(share_of(covered) >= 0.93);
    CHECK(share_of(covered) <= 0.97);
  }
}

TEST_CASE("coverage: the bootstrap of a mean error, of independent samples and of whole groups") {
  const double truth = std::sqrt(2 / std::numbers::pi);
  int independent = 0, grouped = 0, as_if_independent = 0;
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    const Answers single = normal_errors(trial, 80, 1);
    independent += holds(bootstrap_interval(*make_statistic("mae", single), single.clusters, single.size(), 2), truth) ? 1 : 0;
    Answers groups = normal_errors(trial, 60, 5);
    grouped += holds(bootstrap_interval(*make_statistic("mae", groups), groups.clusters, groups.size(), 2), truth) ? 1 : 0;
    if (trial % 4 != 0) continue;
    // What a task without 'groups' would say of the same numbers.
    groups.clusters = 0;
    for (std::int32_t& cluster : groups.cluster) cluster = groups.clusters++;
    as_if_independent += holds(bootstrap_interval(*make_statistic("mae", groups), groups.clusters, groups.size(), 2), truth) ? 4 : 0;
  }
  CHECK(share_of(independent) >= 0.93);
  CHECK(share_of(independent) <= 0.97);
  CHECK(share_of(grouped) >= 0.93);
  CHECK(share_of(grouped) <= 0.97);
  CHECK(share_of(as_if_independent) < 0.93);
}

TEST_CASE("coverage: the bootstrap of a metric that is no mean") {
  // Of many samples: precision and recall of the classes are 0.75 and 0.9, 0.875 and 0.7.
  const double truth = (2 * 0.75 * 0.9 / 1.65 + 2 * 0.875 * 0.7 / 1.575) / 2;
  int covered = 0;
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    const Answers answers = class_answers(trial, 120);
    covered += holds(bootstrap_interval(*make_statistic("f1", answers), answers.clusters, answers.size(), 2), truth) ? 1 : 0;
  }
  CHECK(share_of(covered) >= 0.93);
  CHECK(share_of(covered) <= 0.97);
}

TEST_CASE("coverage: the bootstrap of images, of detections") {
  constexpr int experiments = 300;  // 1.3 points of chance
  const double truth = metric_value("ap50", detections(1U << 20U, 40'000));
  int covered = 0;
  for (std::uint64_t trial = 0; trial < experiments; ++trial) {
    const Answers answers = detections(trial, 100);
    covered += holds(bootstrap_interval(*make_statistic("ap50", answers), answers.clusters, answers.size(), 2), truth) ? 1 : 0;
  }
  CHECK(static_cast<double>(covered) / experiments >= 0.93);
  CHECK(static_cast<double>(covered) / experiments <= 0.97);
}
