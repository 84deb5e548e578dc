#include "evaluator/drift/persistence.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "evaluator/data/counter_random.hpp"

using namespace iai;

namespace {

/// Of x' = a x + noise, which keeps (1 + a) / (1 - a) values as one.
double found(double a, std::uint64_t seed, int values) {
  const CounterRandom random(seed, "persistence");
  Persistence persistence;
  double x = 0;
  for (int i = 0; i < values; ++i) {
    double noise = 0;
    for (std::uint64_t k = 0; k < 12; ++k) noise += random.uniform(static_cast<std::uint64_t>(i) * 12 + k);
    x = a * x + (noise - 6) * std::sqrt(1 - a * a);
    persistence.add(x);
  }
  return persistence.values_as_one();
}

}  // namespace

TEST_CASE("how many values count as one is found from the values alone") {
  for (const double a : {0.5, 0.9, 0.95}) {
    const double truth = (1 + a) / (1 - a);
    double mean = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) mean += found(a, seed, 20000) / 10;
    CAPTURE(a);
    CHECK(mean > 0.85 * truth);
    CHECK(mean < 1.5 * truth);
  }
}

TEST_CASE("independent values count one by one") {
  int more = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) more += found(0, seed, 5000) > 1 ? 1 : 0;
  CHECK(more <= 2);
}

TEST_CASE("few or equal values count one by one") {
  Persistence persistence;
  CHECK(persistence.values_as_one() == 1);
  for (int i = 0; i < 1000; ++i) persistence.add(7);
  CHECK(persistence.values_as_one() == 1);
}
