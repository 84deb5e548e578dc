#include <cmath>

#include <doctest/doctest.h>

#include "quantizer/quantize/range.hpp"

using namespace iai;

namespace {

TensorStatistics seen(const std::vector<std::vector<float>>& samples) {
  Observer observer({"x"}, {});
  for (const auto& sample : samples) observer.observe_range(0, make_tensor<float>({static_cast<std::int64_t>(sample.size())}, sample).view());
  for (const auto& sample : samples) observer.observe_histogram(0, make_tensor<float>({static_cast<std::int64_t>(sample.size())}, sample).view());
  return observer.statistics().at("x");
}

/// A bell of 20,000 values between about -4 and 4, and a few far away.
std::vector<float> bell_with_outliers(float outlier) {
  std::vector<float> values;
  for (int i = 0; i < 20000; ++i) {
    double sum = 0;
    std::uint32_t state = static_cast<std::uint32_t>(i) * 2654435761u;
    for (int k = 0; k < 12; ++k) {
      state = state * 1664525u + 1013904223u;
      sum += static_cast<double>(state >> 8) / 16777216.0;
    }
    values.push_back(static_cast<float>(sum - 6));
  }
  values.push_back(outlier);
  values.push_back(-outlier);
  return values;
}

}  // namespace

TEST_CASE("mean-min-max is the mean of the samples' own ranges, zero within") {
  const TensorStatistics statistics = seen({{1, -4}, {3, -2}, {8, 0}});
  const Range range = choose_range(statistics, RangeMethod::mean_min_max, 100);
  CHECK(range.low == doctest::Approx(-2));
  CHECK(range.high == doctest::Approx(4));
  const Range positive = choose_range(seen({{1, 2}, {3, 4}}), RangeMethod::mean_min_max, 100);
  CHECK(positive.low == 0);
  CHECK(positive.high == doctest::Approx(3));
}

TEST_CASE("the order of the samples changes no bit of the statistics") {
  const std::vector<std::vector<float>> samples{{0.1F, -3.7F}, {1e-7F, 2.2F}, {5.5F, -0.3F}};
  const TensorStatistics one = seen(samples), other = seen({samples[2], samples[0], samples[1]});
  CHECK(one.mean_minimum == other.mean_minimum);
  CHECK(one.mean_maximum == other.mean_maximum);
  CHECK(one.histogram == other.histogram);
}

TEST_CASE("entropy leaves far outliers outside and keeps the body of the distribution") {
  const TensorStatistics statistics = seen({bell_with_outliers(60)});
  const Range range = choose_range(statistics, RangeMethod::entropy, 100);
  CHECK(range.high < 20);
  CHECK(range.high > 2.5);
  CHECK(range.low == doctest::Approx(-range.high));
  CHECK(choose_range(statistics, RangeMethod::min_max, 100).high == 60);
}

TEST_CASE("entropy keeps a distribution whole that fills its range") {
  std::vector<float> even;
  for (int i = 0; i < 40000; ++i) even.push_back(static_cast<float>(i) / 40000);
  const Range range = choose_range(seen({even}), RangeMethod::entropy, 100);
  CHECK(range.low == 0);
  CHECK(range.high > 0.97);
}

TEST_CASE("names of methods") {
  for (const char* name : {"min-max", "mean-min-max", "percentile", "entropy", "mse"}) {
    REQUIRE(method_named(name).has_value());
    CHECK(method_name(*method_named(name)) == name);
  }
  CHECK_FALSE(method_named("kl").has_value());
}
