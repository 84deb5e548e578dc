#include "evaluator/bench/power_trace.hpp"

#include <doctest/doctest.h>

using namespace iai;

TEST_CASE("the energy under readings is that of numpy.trapezoid, cut at the borders") {
  PowerTrace trace;
  for (const auto& [seconds, watts] : {std::pair(0.0, 10.0), {1.0, 20.0}, {1.5, 5.0}, {4.0, 5.0}}) trace.add(seconds, watts);
  CHECK(trace.joules(0, 4) == doctest::Approx(33.75));   // numpy.trapezoid([10, 20, 5, 5], [0, 1, 1.5, 4])
  CHECK(trace.joules(0.5, 1) == doctest::Approx(8.75));  // from 15 W to 20 W
  CHECK(trace.joules(2, 3) == doctest::Approx(5));
  CHECK(trace.joules(1.25, 1.25) == 0);
  CHECK(trace.joules(0, 1.25) + trace.joules(1.25, 4) == doctest::Approx(33.75));
}

TEST_CASE("what is forgotten does not change what comes after") {
  PowerTrace trace;
  for (int i = 0; i <= 100; ++i) trace.add(i * 0.1, i);
  const double all = trace.joules(5.05, 10);
  trace.forget_before(5.05);
  CHECK(trace.size() == 51);
  CHECK(trace.first() == doctest::Approx(5.0));
  CHECK(trace.joules(5.05, 10) == all);
}

TEST_CASE("of two readings of one moment the later one stands") {
  PowerTrace trace;
  for (const double watts : {1.0, 9.0, 3.0}) trace.add(0, watts);
  trace.add(2, 3);
  CHECK(trace.size() == 2);
  CHECK(trace.joules(0, 2) == doctest::Approx(6));
}
