#include "evaluator/bench/pareto.hpp"

#include <cmath>

#include <doctest/doctest.h>

using namespace iai;

TEST_CASE("the front holds what nothing beats in all that counts") {
  // latency, memory
  const std::vector<bool> front = pareto_front({{1, 9}, {2, 5}, {3, 5}, {4, 1}, {5, 5}, {2, 5}});
  CHECK(front == std::vector<bool>{true, true, false, true, false, true});
  CHECK(pareto_front({{7}}) == std::vector<bool>{true});
  CHECK(pareto_front({}).empty());
}

TEST_CASE("what is not known beats nothing") { CHECK(pareto_front({{1, std::nan("")}, {1, 5}, {0.5, std::nan("")}}) == std::vector<bool>{false, true, true}); }
