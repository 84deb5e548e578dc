#include "evaluator/bench/measure.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include <doctest/doctest.h>

using namespace iai;

namespace {

double clock_ms = 0;
double fake_now() { return clock_ms; }

/// A run that takes a given time by the clock of the test; the first `slow` runs take four times as long.
struct Work {
  double ms = 0.05;
  int slow = 0;
  int runs = 0;
  void operator()() { clock_ms += runs++ < slow ? 4 * ms : ms; }
};

}  // namespace

TEST_CASE("a budget of runs is kept exactly, by every subject in every round alike") {
  Work first, second{0.02};
  const std::vector<Measured> measured = measure({std::ref(first), std::ref(second)}, {.runs = 101, .now = fake_now}, [](double) {});
  REQUIRE(measured.size() == 2);
  for (const Measured& one : measured) {
    CHECK(one.latency.values.size() == 101);
    CHECK(one.latency.ends == measured[0].latency.ends);
    CHECK(one.latency.ends.size() >= 30);
    CHECK(one.warm_up.settled);
  }
  // What was measured, and what was warm-up or opened a block: nothing else ran.
  CHECK(measured[0].block == 3);
  CHECK(first.runs == 101 + measured[0].warm_up.runs + 34);  // 33 blocks of 3 and one of 2, each opened by a run
}

TEST_CASE("a budget of time is shared by blocks of about 10 ms, each opened by a run that does not count") {
  Work first, second{0.5};
  const std::vector<Measured> measured = measure({std::ref(first), std::ref(second)}, {.seconds = 1, .now = fake_now}, [](double) {});
  CHECK(measured[0].block == 200);
  CHECK(measured[1].block == 20);
  CHECK(measured[0].latency.ends.size() == measured[1].latency.ends.size());
  const auto opened = static_cast<std::int64_t>(measured[0].latency.ends.size());
  CHECK(first.runs == measured[0].warm_up.runs + 201 * opened);
  const double spent = (201 * 0.05 + 21 * 0.5) * static_cast<double>(opened);
  CHECK(spent >= 2000);
  CHECK(spent < 2000 + 201 * 0.05 + 21 * 0.5 + 1e-6);
  for (const double value : measured[0].latency.values) CHECK(value == doctest::Approx(0.05));
}

TEST_CASE("a budget of time ends after ten rounds at the earliest") {
  Work work{1.0};
  double done = 0;
  const std::vector<Measured> measured = measure({std::ref(work)}, {.seconds = 0.001, .now = fake_now}, [&](double share) { done = share; });
  CHECK(measured[0].latency.ends.size() == static_cast<std::size_t>(fewest_rounds));
  CHECK(done == 1);
}

TEST_CASE("a measurement ends when its figures are good enough, looked at after 20 rounds and a quarter more each time") {
  Work work{1.0};
  std::vector<std::size_t> looks;
  MeasureOptions options{.seconds = 1000, .now = fake_now};
  options.enough = [&](const std::vector<Measured>& measured) {
    looks.push_back(measured[0].latency.ends.size());
    return looks.size() == 4;
  };
  const std::vector<Measured> measured = measure({std::ref(work)}, options, [](double) {});
  CHECK(looks == std::vector<std::size_t>{20, 25, 31, 38});
  CHECK(measured[0].latency.ends.size() == 38);
  // Never good enough: the budget ends it.
  options.seconds = 1;
  options.enough = [](const std::vector<Measured>&) { return false; };
  const double start = fake_now();
  measure({std::ref(work)}, options, [](double) {});
  CHECK(fake_now() - start < 1200);
}

TEST_CASE("no time by the real clock is below what the run takes") {
  const Subject sleep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
  const std::vector<Measured> measured = measure({sleep}, {.runs = 5}, [](double) {});
  CHECK(*std::min_element(measured[0].latency.values.begin(), measured[0].latency.values.end()) >= 1.0);
}

TEST_CASE("warm-up lasts as long as runs get faster, and 50 ms at least") {
  Work work{0.05, 100};
  const WarmUp result = warm_up(std::ref(work), 5, fake_now);
  CHECK(result.settled);
  CHECK(result.runs > 100);
  CHECK(result.duration_ms >= 50);
  CHECK(result.last_run_ms == doctest::Approx(0.05));
  int calls = 0;  // every window is faster than the one before
  const WarmUp endless = warm_up([&] { clock_ms += 1e6 / ++calls; }, 1, fake_now);
  CHECK(endless.runs == 30);
  CHECK_FALSE(endless.settled);
}

TEST_CASE("the order of the rounds is random, the same for a seed, and fair") {
  std::set<std::vector<std::size_t>> orders;
  int first_leads = 0;
  for (std::uint64_t round = 0; round < 600; ++round) {
    const auto order = round_order(3, 7, round);
    CHECK(order == round_order(3, 7, round));
    orders.insert(order);
    first_leads += order[0] == 0;
  }
  CHECK(orders.size() == 6);
  CHECK(first_leads > 150);
  CHECK(first_leads < 250);
}
