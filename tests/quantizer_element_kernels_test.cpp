#include "quantizer/quantize/element_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "quantizer/quantize/observer.hpp"

using namespace iai;

namespace {

/// Values of many sizes, from a fixed generator.
std::vector<float> some_values(std::size_t count) {
  std::vector<float> values;
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const auto unit = static_cast<double>(static_cast<std::int64_t>(state >> 11)) / 9007199254740992.0 - 0.5;
    values.push_back(static_cast<float>(std::ldexp(unit, static_cast<int>(state >> 60) - 8)));
  }
  return values;
}

}  // namespace

TEST_CASE("least and greatest element, whatever the length, and what is not finite") {
  for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{1000}, std::size_t{40001}}) {
    std::vector<float> values = some_values(count);
    const Extent extent = extent_of(values);
    CHECK(extent.finite);
    CHECK(extent.minimum == *std::min_element(values.begin(), values.end()));
    CHECK(extent.maximum == *std::max_element(values.begin(), values.end()));
    for (const float broken : {HUGE_VALF, -HUGE_VALF, std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN()}) {
      std::vector<float> hurt = values;
      hurt[count / 2] = broken;
      CHECK_FALSE(extent_of(hurt).finite);
    }
    values[0] = std::numeric_limits<float>::max();
    CHECK(extent_of(values).finite);
  }
  CHECK_FALSE(std::signbit(extent_of(std::vector<float>{-0.0F}).minimum));
  CHECK(extent_of(std::vector<float>{-0.0F, -3.0F}).minimum == -3.0F);
}

TEST_CASE("bins as counted one by one, below and above the length where four histograms take turns") {
  for (const std::size_t count : {std::size_t{1}, std::size_t{1500}, std::size_t{40003}}) {
    const std::vector<float> values = some_values(count);
    const double low = -2, factor = 512 / 3.0;
    std::vector<std::uint64_t> counted(512), expected(512);
    count_bins(values, low, factor, counted);
    for (const float value : values) {
      const double place = (static_cast<double>(value) - low) * factor;
      ++expected[place <= 0 ? 0 : std::min(static_cast<std::size_t>(place), std::size_t{511})];
    }
    CHECK(counted == expected);
  }
}

TEST_CASE("sums in fixed point, of a row and of columns") {
  constexpr std::size_t columns = 5;
  for (const std::size_t rows : {std::size_t{1}, std::size_t{3}, std::size_t{257}}) {
    const std::vector<float> values = some_values(columns * rows);
    std::vector<std::int64_t> sums(columns), expected(columns);
    std::vector<float> magnitudes(columns), largest(columns);
    add_columns(values, 20, sums, magnitudes);
    for (std::size_t i = 0; i < values.size(); ++i) {
      expected[i % columns] += std::llrint(std::ldexp(static_cast<double>(values[i]), 20));
      largest[i % columns] = std::max(largest[i % columns], std::abs(values[i]));
    }
    CHECK(sums == expected);
    CHECK(magnitudes == largest);
    CHECK(fixed_point_sum(values, 20) == std::accumulate(expected.begin(), expected.end(), std::int64_t{0}));
  }
}

TEST_CASE("a wide sum loses nothing, in any order") {
  WideSum forward, backward;
  const std::vector<std::pair<std::int64_t, int>> terms{{1, -104}, {3, 192}, {-1, -104}, {-(std::int64_t{1} << 61), 0}, {5, 172}, {std::int64_t{1} << 61, 0}};
  for (std::size_t i = 0; i < terms.size(); ++i) {
    forward.add(terms[i].first, terms[i].second);
    backward.add(terms[terms.size() - 1 - i].first, terms[terms.size() - 1 - i].second);
  }
  CHECK(forward.value() == std::ldexp(3.0, -192) + std::ldexp(5.0, -172));
  CHECK(backward.value() == forward.value());
  WideSum negative;
  negative.add(-7, 3);
  negative.add(-1, 40);
  CHECK(negative.value() == -0.875 - std::ldexp(1.0, -40));
  CHECK(WideSum().value() == 0);
}

TEST_CASE("what calibration saw does not depend on the order of the samples") {
  const std::vector<float> values = some_values(6000);
  const auto seen = [&](const std::vector<std::size_t>& order) {
    Observer observer({"x"}, {{"x", 1}});
    for (const auto observe : {&Observer::observe_range, &Observer::observe_histogram}) {
      for (const std::size_t sample : order) {
        const std::span<const float> part(values.data() + sample * 2000, 2000);
        (observer.*observe)(0, TensorView{ElementType::float32, {1, 4, 500}, std::as_bytes(part)});
      }
    }
    return observer.statistics().at("x");
  };
  const TensorStatistics one = seen({0, 1, 2}), other = seen({2, 0, 1});
  CHECK(one.minimum == other.minimum);
  CHECK(one.histogram == other.histogram);
  CHECK(one.channel_means == other.channel_means);
  CHECK(one.channel_magnitudes == other.channel_magnitudes);
  CHECK(one.mean_minimum == other.mean_minimum);
  CHECK(one.mean_maximum == other.mean_maximum);
  REQUIRE(one.channel_means.size() == 4);
  double mean = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i / 500 % 4 == 2) mean += static_cast<double>(values[i]) / 1500;
  }
  CHECK(one.channel_means[2] == doctest::Approx(mean).epsilon(1e-5));
}
