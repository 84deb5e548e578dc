#include "evaluator/bench/placements.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"

using namespace iai;

namespace {

double clock_ms = 0;
double fake_now() { return clock_ms; }

/// Two subjects whose true ratio is `ratio`, each up to 1 % slower or faster in every new place, with 0.2 % of noise a run.
MakeSubjects placed_pair(double ratio, std::uint64_t seed) {
  return [=](std::uint64_t placement) {
    const auto subject = [=](double ms, std::uint64_t which) {
      const CounterRandom random(seed, which == 0 ? "reference" : "candidate");
      const double here = ms * std::exp(0.01 * random.normal(placement));
      return [=, run = std::uint64_t{0}]() mutable { clock_ms += here * std::exp(0.002 * random.normal(1000 + 5000 * placement + run++)); };
    };
    return std::vector<Subject>{subject(2, 0), subject(2 * ratio, 1)};
  };
}

PlacementOptions options_of(std::int64_t placements, std::int64_t runs) { return {placements, {.runs = runs, .now = fake_now}, {}}; }

/// How often of 300 times the interval holds the true ratio.
double coverage(double ratio, std::int64_t placements) {
  int covered = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Placed placed = measure_placed(placed_pair(ratio, seed), options_of(placements, placements * 30), [](double) {});
    const RatioInterval interval = placed_ratio(placed, 1, 0);
    covered += *interval.low <= ratio && ratio <= *interval.high;
  }
  return covered / 300.0;
}

}  // namespace

TEST_CASE("over placements the interval covers the true ratio; within one it covers that of one place in memory") {
  CHECK(coverage(1.0, 20) >= 0.92);
  CHECK(coverage(1.03, 12) >= 0.92);
  CHECK(coverage(1.0, 1) < 0.5);
}

TEST_CASE("a budget of runs is kept exactly over all placements, and each is a group") {
  int made = 0;
  std::vector<double> shares;
  const MakeSubjects make = [&](std::uint64_t placement) {
    CHECK(placement == static_cast<std::uint64_t>(made++));
    return std::vector<Subject>{[] { clock_ms += 2; }};
  };
  const Placed placed = measure_placed(make, options_of(7, 200), [&](double share) { shares.push_back(share); });
  CHECK(made == 7);
  CHECK(placed.subjects[0].latency.values.size() == 200);
  CHECK(placed.ends.size() == 7);
  CHECK(placed.ends.back() == placed.subjects[0].latency.ends.size());
  CHECK(placed.subjects[0].latency.ends.back() == 200);
  CHECK(shares.back() == 1);
  CHECK(std::is_sorted(shares.begin(), shares.end()));
  CHECK(placed_median(placed, 0).groups == 7);
  CHECK(placed_median(placed, 0).value == 2);
  // A single placement falls back to groups of rounds.
  CHECK(placed_median(measure_placed(placed_pair(1, 1), options_of(1, 60), [](double) {}), 0).groups == 30);
}

TEST_CASE("it ends when the figures are good enough, looked at after ten placements and a quarter more each time") {
  std::vector<std::size_t> looks;
  PlacementOptions options = options_of(100, 10'000);
  options.enough = [&](const Placed& placed) {
    looks.push_back(placed.ends.size());
    return looks.size() == 3;
  };
  CHECK(measure_placed(placed_pair(1, 1), options, [](double) {}).ends.size() == 15);
  CHECK(looks == std::vector<std::size_t>{10, 12, 15});
}

TEST_CASE("it ends with its time, loading included, where it may end early") {
  PlacementOptions options{1000, {.seconds = 1, .now = fake_now}, [](const Placed&) { return false; }};
  const MakeSubjects slow_to_load = [](std::uint64_t) {
    clock_ms += 70;
    return std::vector<Subject>{[] { clock_ms += 1; }};
  };
  const double start = fake_now();
  CHECK(measure_placed(slow_to_load, options, [](double) {}).ends.size() > 1);
  CHECK(fake_now() - start < 1500);
}

TEST_CASE("how many placements a budget holds") {
  CHECK(placements_within(3000, 165) == 18);
  CHECK(placements_within(1e6, 165) == most_placements);
  CHECK(placements_within(900, 165) == 1);  // five would give no interval
  CHECK(placements_within(10, 165) == 1);
}
