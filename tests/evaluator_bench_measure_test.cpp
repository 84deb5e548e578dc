#include "evaluator/bench/measure.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include <doctest/doctest.h>

using namespace iai;

namespace {

/// A run that takes a given time by the clock; the first `slow` runs take four times as long.
struct Work {
  double ms = 0.05;
  int slow = 0;
  int runs = 0;
  void operator()() {
    const double wanted = runs++ < slow ? 4 * ms : ms;
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() < wanted) {
    }
  }
};

}  // namespace

TEST_CASE("a budget of runs is kept exactly, by every subject in every round alike") {
  Work first, second{0.02};
  const std::vector<Measured> measured = measure({std::ref(first), std::ref(second)}, {.runs = 101}, [](double) {});
  REQUIRE(measured.size() == 2);
  for (const Measured& one : measured) {
    CHECK(one.latency.values.size() == 101);
    CHECK(one.latency.ends == measured[0].latency.ends);
    CHECK(one.latency.ends.size() >= 30);
    CHECK(one.warm_up.runs >= 30);
  }
  // What was measured, and what was warm-up or opened a block: nothing else ran.
  const auto opened = static_cast<std::int64_t>(measured[0].block > 1 ? measured[0].latency.ends.size() : 0);
  CHECK(first.runs >= 101 + measured[0].warm_up.runs);
  CHECK(first.runs <= 101 + measured[0].warm_up.runs + opened);
}

TEST_CASE("no measured time is below what the run takes") {
  Work work{0.2};
  const std::vector<Measured> measured = measure({std::ref(work)}, {.runs = 50}, [](double) {});
  CHECK(*std::min_element(measured[0].latency.values.begin(), measured[0].latency.values.end()) >= 0.2);
}

TEST_CASE("a budget of time ends after ten rounds at the earliest") {
  Work work{1.0};
  double done = 0;
  const std::vector<Measured> measured = measure({std::ref(work)}, {.seconds = 0.001}, [&](double share) { done = share; });
  CHECK(measured[0].latency.ends.size() == static_cast<std::size_t>(fewest_rounds));
  CHECK(done == 1);
}

TEST_CASE("warm-up lasts as long as runs get faster") {
  Work work{0.05, 100};
  const WarmUp result = warm_up(std::ref(work), 5);
  CHECK(result.settled);
  CHECK(result.runs >= 60);  // windows of 30: on a loaded machine the noise hides the later steps of the descent
  int calls = 0;  // each window is 10 % faster than the one before: never settles
  const WarmUp endless = warm_up([&] {
    Work{0.4 * std::max(0.05, 1.0 - calls++ / 300.0)}();
  }, 0.0);
  CHECK(endless.runs >= 30);
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
