#include "evaluator/metrics/paired_tests.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"

using namespace iai;

namespace {

bool close(double a, double b, double relative = 1e-12) { return std::abs(a - b) <= relative * std::abs(b); }

struct Cases {
  std::int64_t gained = 0, lost = 0;
};

/// Counts of `cases` of which a share is gained and another lost.
Cases draw(const CounterRandom& random, std::uint64_t experiment, std::int64_t cases, double gain, double loss) {
  Cases drawn;
  for (std::int64_t i = 0; i < cases; ++i) {
    const double u = random.uniform(experiment * static_cast<std::uint64_t>(cases) + static_cast<std::uint64_t>(i));
    drawn.gained += u < gain ? 1 : 0;
    drawn.lost += u >= gain && u < gain + loss ? 1 : 0;
  }
  return drawn;
}

}  // namespace

TEST_CASE("paired tests: McNemar's, as statsmodels 0.15 gives it") {
  CHECK(close(mcnemar_test(3, 9).p, 0.14599609375));
  CHECK(close(mcnemar_test(0, 4).p, 0.125));
  CHECK(close(mcnemar_test(10, 14).p, 0.5412561893463135));
  CHECK(close(mcnemar_test(0, 24).p, 1.1920928955078125e-07));
  CHECK(mcnemar_test(1, 0).p == 1);
  CHECK(mcnemar_test(0, 0).p == 1);
  CHECK(mcnemar_test(3, 9).method == "mcnemar-exact");
  CHECK(close(mcnemar_test(30, 12).p, 0.008711912962379598));
  CHECK(close(mcnemar_test(14, 11).p, 0.6891565167793516));
  CHECK(close(mcnemar_test(5, 20).p, 0.005110260660855866));
  CHECK(close(mcnemar_test(100, 160).p, 0.00025317696951544154));
  CHECK(mcnemar_test(5, 20).method == "mcnemar-chi-square");
  // The correction must not push equal counts apart.
  CHECK(mcnemar_test(20, 20).p == 1);
}

TEST_CASE("paired tests: the sign test, as SciPy's binomtest gives it") {
  CHECK(close(sign_test(13, 27).p, 0.03847730828420026));
  CHECK(close(sign_test(400, 600).p, 2.728464156065947e-10, 1e-10));
  CHECK(close(sign_test(5031, 4969).p, 0.5418639224190367, 1e-10));
  CHECK(close(sign_test(0, 7).p, 0.015625));
  CHECK(sign_test(20, 20).p == 1);
  CHECK(sign_test(0, 0).p == 1);
}

TEST_CASE("paired tests: the score interval, against a direct search for the likeliest share under each difference") {
  // Reference: SciPy, minimize_scalar over the share lost inside brentq over the difference.
  const auto check = [](std::int64_t gained, std::int64_t lost, std::int64_t cases, double outside, double low, double high) {
    const Interval interval = paired_score_interval(gained, lost, cases, outside);
    CHECK(std::abs(interval.low - low) < 2e-9);
    CHECK(std::abs(interval.high - high) < 2e-9);
  };
  check(12, 2, 50, 0.025, 0.061112407481502595, 0.34470874791589057);
  check(1, 3, 540, 0.025, -0.014562525820865188, 0.005355030781578914);
  check(40, 20, 160, 0.025, 0.0308645330625815, 0.21806424410498976);
  check(0, 5, 30, 0.05, -0.30492049976055935, -0.07015497441867423);
  check(9, 9, 400, 0.025, -0.0226818258, 0.0226818258);
  // Where nothing turned, so many cases say no more: z^2 / (n + z^2).
  const double z = normal_quantile(0.95);
  const Interval nothing = paired_score_interval(0, 0, 100, 0.05);
  CHECK(close(nothing.high, z * z / (100 + z * z), 1e-9));
  CHECK(nothing.low == -nothing.high);
  // Everything turned.
  const Interval all = paired_score_interval(7, 0, 7, 0.025);
  CHECK(all.high == 1);
  CHECK(all.low > 0);
  CHECK(paired_score_interval(0, 0, 0, 0.025).reason == "there is no case to count");
}

TEST_CASE("paired tests: the score interval covers the true difference about as often as it says") {
  const CounterRandom random(11, "coverage");
  struct Setting {
    std::int64_t cases;
    double gain, loss;
  };
  constexpr std::uint64_t experiments = 2000;
  for (const Setting& setting : {Setting{200, 0.05, 0.08}, Setting{540, 0.01, 0.03}, Setting{1000, 0.1, 0.1}}) {
    int covered = 0;
    for (std::uint64_t e = 0; e < experiments; ++e) {
      const Cases drawn = draw(random, e, setting.cases, setting.gain, setting.loss);
      const Interval interval = paired_score_interval(drawn.gained, drawn.lost, setting.cases, 0.025);
      covered += interval.low <= setting.gain - setting.loss && setting.gain - setting.loss <= interval.high ? 1 : 0;
    }
    INFO("cases " << setting.cases << ", covered " << covered << " of " << experiments);
    CHECK(covered >= 0.93 * experiments);
    CHECK(covered <= 0.97 * experiments);
  }
}

TEST_CASE("paired tests: at the edge of the margin, one side or the other is taken for equivalent in 5 % at most") {
  const CounterRandom random(12, "size");
  constexpr std::uint64_t experiments = 2000;
  struct Setting {
    std::int64_t cases;
    double gain, loss, margin;
  };
  // The last one is where a bootstrap without any turned case would say yes in a third of the experiments.
  for (const Setting& setting : {Setting{400, 0.02, 0.05, 0.03}, Setting{300, 0.06, 0.01, 0.05}, Setting{100, 0, 0.01, 0.01}}) {
    int equivalent = 0;
    for (std::uint64_t e = 0; e < experiments; ++e) {
      const Cases drawn = draw(random, e, setting.cases, setting.gain, setting.loss);
      const Interval interval = paired_score_interval(drawn.gained, drawn.lost, setting.cases, 0.05);
      equivalent += interval.low >= -setting.margin && interval.high <= setting.margin ? 1 : 0;
    }
    INFO("cases " << setting.cases << ", equivalent " << equivalent << " of " << experiments);
    CHECK(equivalent <= 0.06 * experiments);  // 5 % and two standard errors of it
  }
}
