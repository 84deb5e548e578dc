#include "evaluator/bench/load.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"

using namespace iai;

namespace {

double clock_ms = 0;
double fake_now() { return clock_ms; }
void fake_wait(double moment_ms) { clock_ms = std::max(clock_ms, moment_ms); }

LoadOptions fake_options(double rate, double seconds, Arrivals arrivals = Arrivals::constant) {
  clock_ms = 1e6;
  return {.seconds = seconds, .rate = rate, .arrivals = arrivals, .now = fake_now, .wait_until = fake_wait};
}

}  // namespace

TEST_CASE("arrivals: constant gaps, or exponential ones with the mean and deviation of a Poisson process") {
  const std::vector<double> constant = arrival_times_ms(250, 1, Arrivals::constant, 1);
  REQUIRE(constant.size() == 250);
  CHECK(constant[0] == 0);
  CHECK(constant[249] == doctest::Approx(996));
  const std::vector<double> random = arrival_times_ms(1000, 100, Arrivals::poisson, 7);
  CHECK(random == arrival_times_ms(1000, 100, Arrivals::poisson, 7));
  CHECK(random != arrival_times_ms(1000, 100, Arrivals::poisson, 8));
  CHECK(std::is_sorted(random.begin(), random.end()));
  CHECK(std::abs(static_cast<double>(random.size()) - 1e5) < 4 * std::sqrt(1e5));
  double longer = 0;
  for (std::size_t i = 1; i < random.size(); ++i) longer += random[i] - random[i - 1] > 1;
  CHECK(longer / static_cast<double>(random.size()) == doctest::Approx(std::exp(-1)).epsilon(0.02));  // P(gap > mean)
}

TEST_CASE("a stall makes all late that were asked for meanwhile: no coordinated omission") {
  // Every 4 ms one run of 3 ms; the eleventh takes 51 ms. Those behind it wait 47 ms, then 46, 45 ... since each gains 1 ms.
  int run = 0;
  const Subject stream = [&] { clock_ms += run++ == 10 ? 51 : 3; };
  const LoadFigures open = measure_load({stream}, fake_options(250, 1));
  REQUIRE(open.latency);
  CHECK(open.runs == 250);
  CHECK(open.keeps_up);
  CHECK(open.latency->maximum == doctest::Approx(51));
  CHECK(open.latency->p50 == doctest::Approx(3));
  CHECK(open.latency->mean == doctest::Approx((250 * 3 + 48 * 49 / 2.0) / 250));  // 48 + 47 + ... + 1 beyond 3 ms
  CHECK(open.service.mean == doctest::Approx((250 * 3 + 48) / 250.0));
  // A closed loop asks again only when it has its answer: the same stall is a single slow run of many.
  run = 0;
  const LoadFigures closed = measure_load({stream}, fake_options(0, 1));
  CHECK(closed.latency->mean < open.latency->mean / 1.5);
  CHECK(closed.runs_per_s == doctest::Approx(1000 / closed.latency->mean));
  CHECK(closed.busy_share == doctest::Approx(1));
}

TEST_CASE("random arrivals at one stream wait as the queue with deterministic service says") {
  // M/D/1: mean wait = service * load / (2 (1 - load)): 2 ms of service at 350 a second (load 0.7) wait 2.333 ms.
  const Subject stream = [] { clock_ms += 2; };
  const LoadFigures found = measure_load({stream}, fake_options(350, 1000, Arrivals::poisson));
  REQUIRE(found.latency);
  CHECK(found.busy_share == doctest::Approx(0.7));
  CHECK(found.latency->mean == doctest::Approx(2 + 2 * 0.7 / (2 * 0.3)).epsilon(0.03));
  CHECK(found.latency->minimum == doctest::Approx(2));
}

TEST_CASE("more than can be served is said, and the latency that grows for ever is no figure") {
  const Subject stream = [] { clock_ms += 5; };
  const LoadFigures slightly = measure_load({stream}, fake_options(210, 1));
  CHECK_FALSE(slightly.keeps_up);
  CHECK_FALSE(slightly.latency);
  CHECK(slightly.unserved == 0);
  CHECK(slightly.busy_share == doctest::Approx(1.05));
  CHECK(slightly.runs_per_s == doctest::Approx(200));
  const LoadFigures far = measure_load({stream}, fake_options(2000, 1));
  CHECK_FALSE(far.latency);
  CHECK(far.runs == 400);  // in twice the time
  CHECK(far.unserved == 1600);
  CHECK(measure_load({stream}, fake_options(199, 1)).keeps_up);
}

TEST_CASE("several streams: each run is done once, by whichever is free; the clock is the real one") {
  std::atomic<int> runs = 0;
  const std::vector<Subject> streams(3, [&] { ++runs; });
  LoadOptions options;
  options.seconds = 0.05;
  options.rate = 2000;
  const LoadFigures open = measure_load(streams, options);
  CHECK(open.runs + open.unserved == static_cast<std::int64_t>(arrival_times_ms(2000, 0.05, Arrivals::poisson, 1).size()));
  CHECK(open.runs == runs);
  if (open.latency) CHECK(open.latency->minimum >= 0);
  runs = 0;
  options.rate = 0;
  const LoadFigures closed = measure_load(streams, options);
  CHECK(closed.runs == runs);
  CHECK(closed.runs >= 3);
  CHECK(closed.busy_share > 0);
  CHECK(closed.busy_share <= 1.000001);
}

TEST_CASE("what a stream throws comes out, when the others have ended") {
  std::atomic<int> ended = 0;
  const std::vector<Subject> streams{[&] { ++ended; }, [] { throw std::runtime_error("failed"); }};
  LoadOptions options;
  options.seconds = 0.01;
  CHECK_THROWS_WITH(measure_load(streams, options), "failed");
  CHECK(ended > 0);
}
