#include "evaluator/bench/statistics.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"
#include "formats/error.hpp"

using namespace iai;

namespace {

/// Interleaved rounds of blocks whose true ratio is `ratio`: log-normal noise, one run in 20 five times slower, and a
/// slowness of the machine that both share, correlated from round to round.
struct Experiment {
  RoundSeries reference, candidate;
  Experiment(std::uint64_t seed, double ratio, std::size_t rounds, std::size_t block) {
    const CounterRandom random(seed, "bench");
    std::uint64_t at = 0;
    double slowness = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      slowness = 0.8 * slowness + 0.1 * random.normal(at++);
      for (auto [series, time] : {std::pair(&reference, 2.0), std::pair(&candidate, 2.0 * ratio)}) {
        for (std::size_t i = 0; i < block; ++i) {
          double value = time * std::exp(slowness + 0.05 * random.normal(at++));
          if (random.uniform(at++) < 0.05) value *= 5;
          series->values.push_back(value);
        }
        series->ends.push_back(series->values.size());
      }
    }
  }
};

double coverage(double ratio, std::size_t rounds, std::size_t block) {
  constexpr int experiments = 2500;
  int covered = 0;
  for (int i = 0; i < experiments; ++i) {
    const Experiment experiment(static_cast<std::uint64_t>(i), ratio, rounds, block);
    const RatioInterval interval = paired_ratio(experiment.candidate, experiment.reference);
    covered += *interval.low <= ratio && ratio <= *interval.high;
  }
  return static_cast<double>(covered) / experiments;
}

RoundSeries constant(double value, std::size_t rounds) {
  RoundSeries series;
  for (std::size_t i = 0; i < rounds; ++i) {
    series.values.push_back(value);
    series.ends.push_back(i + 1);
  }
  return series;
}

}  // namespace

TEST_CASE("the 95 % interval of the ratio covers the true ratio about 95 times in 100") {
  // Single runs, and groups of several rounds with blocks.
  for (const double found : {coverage(0.7, 60, 1), coverage(1.0, 30, 3), coverage(1.3, 150, 2)}) {
    CHECK(found >= 0.93);
    CHECK(found <= 0.975);
  }
}

TEST_CASE("the interval is the binomial one, and absent where 95 % cannot be had") {
  RoundSeries candidate = constant(0, 20);
  for (std::size_t i = 0; i < 20; ++i) candidate.values[i] = static_cast<double>(i + 1);
  const RatioInterval interval = paired_ratio(candidate, constant(2, 20));
  CHECK(interval.value == doctest::Approx(5.25));
  CHECK(*interval.low == 3.0);   // the 6th smallest of 20: Conover, Practical Nonparametric Statistics, table A3
  CHECK(*interval.high == 7.5);  // the 6th largest
  CHECK(interval.groups == 20);
  CHECK_FALSE(paired_ratio(constant(1, 5), constant(2, 5)).low);
  CHECK(paired_ratio(constant(1, 6), constant(2, 6)).low);
  CHECK(paired_ratio(constant(1, 1000), constant(2, 1000)).groups == most_groups);
  CHECK_THROWS_AS(paired_ratio(constant(1, 5), constant(1, 6)), Error);
}

TEST_CASE("quantiles as numpy.quantile gives them") {
  const std::vector<double> values{4, 1, 3, 2, 10};
  const LatencySummary summary = summarize(values);
  CHECK(summary.p50 == 3);
  CHECK(summary.p90 == doctest::Approx(7.6));
  CHECK(summary.p95 == doctest::Approx(8.8));
  CHECK(summary.p99 == doctest::Approx(9.76));
  CHECK(summary.mean == 4);
  CHECK(summary.deviation == doctest::Approx(3.5355339059));
  CHECK(summary.minimum == 1);
  CHECK(summary.maximum == 10);
  CHECK(summarize(std::vector<double>{7}).deviation == 0);
  CHECK(median(std::vector<double>{1, 2}) == 1.5);
}

TEST_CASE("p99.9 is that of numpy, and is not made up from fewer than 1000 runs") {
  std::vector<double> values;
  for (int i = 1; i <= 1000; ++i) values.push_back(i);
  CHECK(*summarize(values).p99_9 == doctest::Approx(999.001));  // numpy.quantile(numpy.arange(1, 1001), 0.999)
  values.pop_back();
  CHECK_FALSE(summarize(values).p99_9);
}

TEST_CASE("buckets of the histogram are the same for every series, bounds belong to the bucket above") {
  const std::vector<Bucket> buckets = log_histogram(std::vector<double>{1, 1.1, 10, 0.09, 10, 0, -1, std::nan("")});
  REQUIRE(buckets.size() == 3);
  CHECK(buckets[0].low == doctest::Approx(0.0891250938));  // 10^(-21/20)
  CHECK(buckets[0].high == doctest::Approx(0.1));
  CHECK(buckets[1].low == 1);
  CHECK(buckets[1].high == doctest::Approx(1.1220184543));  // 10^(1/20)
  CHECK(buckets[1].count == 2);
  CHECK(buckets[2].low == 10);
  CHECK(buckets[2].count == 2);
  // Each bound lies in the bucket that it opens, however its logarithm is rounded.
  for (const Bucket& bucket : log_histogram(std::vector<double>{0.001, 0.0123, 0.2, 3, 1e4})) {
    const std::vector<Bucket> again = log_histogram(std::vector<double>{bucket.low});
    REQUIRE(again.size() == 1);
    CHECK(again[0].low == bucket.low);
  }
  CHECK(log_histogram({}).empty());
}

TEST_CASE("the interval of a median covers it about 95 times in 100, and its width says how well it is known") {
  constexpr int experiments = 1000;
  int covered = 0;
  for (int i = 0; i < experiments; ++i) {
    const CounterRandom random(static_cast<std::uint64_t>(i), "median");
    RoundSeries series;
    for (std::uint64_t at = 0; at < 300; ++at) {
      series.values.push_back(2 * std::exp(0.3 * random.normal(at)));
      if (at % 3 == 2) series.ends.push_back(series.values.size());
    }
    const RatioInterval interval = median_interval(series);
    covered += *interval.low <= 2 && 2 <= *interval.high;
  }
  CHECK(covered >= 930);
  CHECK(covered <= 980);
  CHECK(*relative_half_width({2, 1.9, 2.1, 50}) == doctest::Approx(0.05));
  CHECK_FALSE(relative_half_width({2, {}, {}, 5}));
  CHECK_FALSE(median_interval(constant(1, 5)).low);
  CHECK_THROWS_AS(median_interval({}), Error);
}

TEST_CASE("drift compares the last third of the rounds with the first") {
  RoundSeries series = constant(10, 9);
  CHECK(drift(series) == 0);
  for (std::size_t i = 6; i < 9; ++i) series.values[i] = 12;
  CHECK(drift(series) == doctest::Approx(0.2));
  CHECK(drift(constant(1, 5)) == 0);
}
