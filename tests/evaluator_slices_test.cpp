#include "evaluator/metrics/slice_test.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/task/slice_bands.hpp"

using namespace iai;

namespace {

/// 400 answers, right nine times of ten by chance; those of `bad` half the time. @param each  predictions of a group
Answers answers_of(std::uint64_t seed, std::span<const std::int64_t> bad, std::int32_t each = 1) {
  const CounterRandom random(seed, "slices");
  Answers answers;
  answers.kind = TaskKind::binary;
  answers.classes = 2;
  for (std::int32_t i = 0; i < 400; ++i) {
    const bool is_bad = std::find(bad.begin(), bad.end(), i) != bad.end();
    answers.actual.push_back(1);
    answers.predicted.push_back(random.uniform(static_cast<std::uint64_t>(i / each * each)) < (is_bad ? 0.5 : 0.9) ? 1 : 0);
    answers.cluster.push_back(i / each);
  }
  answers.clusters = 400 / each;
  answers.clustered = each > 1;
  return answers;
}

std::vector<SlicePart> four_parts() {
  std::vector<SlicePart> parts;
  for (int part = 0; part < 4; ++part) {
    parts.push_back({"machine", std::to_string(part), {}});
    for (std::int64_t i = 0; i < 100; ++i) parts.back().rows.push_back(part * 100 + i);
  }
  return parts;
}

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("slices: Holm's correction") {
  const std::vector<double> p{0.01, 0.04, nan_value, 0.03, 0.005};
  const std::vector<double> corrected = holm_corrected(p);  // as statsmodels gives it for the four
  CHECK(corrected[0] == doctest::Approx(0.03));
  CHECK(corrected[1] == doctest::Approx(0.06));
  CHECK(std::isnan(corrected[2]));
  CHECK(corrected[3] == doctest::Approx(0.06));
  CHECK(corrected[4] == doctest::Approx(0.02));
}

TEST_CASE("slices: a bad one is found, others are within chance, whatever the threads") {
  const std::vector<SlicePart> parts = four_parts();
  const Answers answers = answers_of(1, parts[2].rows);
  const std::vector<SliceTest> tests = test_slices("accuracy", answers, parts, 1);
  CHECK(worst_slice("accuracy", tests) == 2);
  CHECK(tests[2].p_corrected < 0.05);
  for (const int other : {0, 1, 3}) CHECK(tests[static_cast<std::size_t>(other)].p_corrected > 0.05);
  for (const int threads : {2, 3, 5}) {
    const std::vector<SliceTest> again = test_slices("accuracy", answers, parts, threads);
    for (std::size_t i = 0; i < tests.size(); ++i) CHECK(std::bit_cast<std::uint64_t>(again[i].p_value) == std::bit_cast<std::uint64_t>(tests[i].p_value));
  }
}

TEST_CASE("slices: where none is worse, one in twenty evaluations at most says so") {
  const std::vector<SlicePart> parts = four_parts();
  int independent = 0, grouped = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (const SliceTest& test : test_slices("accuracy", answers_of(seed, {}), parts, 2)) independent += test.p_corrected < 0.05 ? 1 : 0;
    // Ten predictions of a machine's run are all right or all wrong: far fewer cases than predictions.
    for (const SliceTest& test : test_slices("accuracy", answers_of(seed, {}, 10), parts, 2)) grouped += test.p_corrected < 0.05 ? 1 : 0;
  }
  CHECK(independent <= 10);
  CHECK(grouped <= 10);
}

TEST_CASE("slices: what cannot be tested says why") {
  Answers answers = answers_of(1, {});
  answers.actual.assign(400, 0);
  answers.actual[0] = 1;
  answers.score.assign(400, 0.5);
  const std::vector<SliceTest> tests = test_slices("roc_auc", answers, four_parts(), 1);
  CHECK(tests[1].reason == "the metric is undefined in the slice");
  CHECK(std::isnan(tests[1].p_corrected));
  SlicePart all{"all", "x", {}};
  for (std::int64_t i = 0; i < 400; ++i) all.rows.push_back(i);
  const std::vector<SliceTest> whole = test_slices("accuracy", answers, std::vector{all}, 1);
  CHECK(whole[0].reason == "the slice holds every sample");
  CHECK_FALSE(worst_slice("accuracy", whole));
}

TEST_CASE("slices: ranges of numbers and crosses, in their order") {
  TaskSplit split;
  split.slices = {{"wear", {}, {20, 100.5}}, {"machine", {}, {}}};
  split.crosses = {{"both", "wear", "machine"}};
  LabelledSamples samples;
  samples.slices = {{"wear", {"3", "20", "99", "100.5", "-", "nan", "-7e1"}, {}}, {"machine", {"b", "a", "a", "b", "b", "a", "a"}, {}}};
  finish_slices(split, samples);
  CHECK(samples.slices[0].values == std::vector<std::string>{"below 20", "20 to 100.5", "20 to 100.5", "from 100.5", "no number", "no number", "below 20"});
  REQUIRE(samples.slices.size() == 3);
  CHECK(samples.slices[2].name == "both");
  CHECK(samples.slices[2].values[0] == "below 20, b");
  CHECK(samples.slices[2].order[0] == "below 20, a");
  CHECK(samples.slices[2].order.size() == 8);
}
