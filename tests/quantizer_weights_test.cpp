#include "quantizer/quantize/weights.hpp"

#include <array>
#include <cmath>

#include <doctest/doctest.h>

namespace iai {
namespace {

std::vector<float> some_weights(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(std::sin(static_cast<double>(i * i) + 1) * (1 + 0.1 * static_cast<double>(i % 7)));
  return values;
}

/// One product after the other, as the definition has it.
std::vector<double> expected_shift(const Tensor& weight, const QuantizedWeight& made, int axis, const std::vector<double>& means, std::size_t groups) {
  const auto rows = static_cast<std::size_t>(weight.shape[0]), columns = static_cast<std::size_t>(weight.shape[1]);
  const auto floats = weight.values<float>();
  const auto integers = made.values.values<std::int8_t>();
  const std::size_t outputs = made.scales.size(), inner = floats.size() / rows / columns;
  std::vector<double> shift(outputs);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const std::size_t row = i / inner / columns, column = i / inner % columns, out = axis == 0 ? row : column, in = axis == 0 ? column : row;
    const double mean = means[out / (outputs / groups) * (means.size() / groups) + in];
    shift[out] += (static_cast<double>(floats[i]) - static_cast<double>(made.scales[out]) * integers[i]) * mean;
  }
  return shift;
}

}  // namespace

TEST_CASE("what rounded weights lose on average: convolutions, in groups too, and matrices of both layouts") {
  struct Case {
    std::vector<std::int64_t> shape;
    int axis;
    std::size_t groups;
  };
  for (const Case& one :
       {Case{{6, 5, 3, 3}, 0, 1}, Case{{6, 2, 3, 3}, 0, 3}, Case{{6, 1, 3}, 0, 6}, Case{{7, 9}, 0, 1}, Case{{7, 9}, 1, 1}, Case{{4, 6, 3}, 1, 1}}) {
    CAPTURE(one.shape[0]);
    CAPTURE(one.groups);
    std::size_t size = 1;
    for (const std::int64_t extent : one.shape) size *= static_cast<std::size_t>(extent);
    const Tensor weight = make_tensor<float>(one.shape, some_weights(size));
    const QuantizedWeight made = quantize_weight(weight.view(), one.axis);
    std::vector<double> means(one.groups * static_cast<std::size_t>(one.shape[one.axis == 0 ? 1 : 0]));
    for (std::size_t i = 0; i < means.size(); ++i) means[i] = 0.5 + std::cos(static_cast<double>(i));
    const std::vector<double> shift = mean_shift(weight.view(), made, one.axis, means, one.groups),
                              expected = expected_shift(weight, made, one.axis, means, one.groups);
    REQUIRE(shift.size() == expected.size());
    for (std::size_t i = 0; i < shift.size(); ++i) {
      CHECK(std::abs(expected[i]) > 1e-6);
      CHECK(shift[i] == doctest::Approx(expected[i]).epsilon(1e-12));
    }
  }
}

TEST_CASE("the error of rounded weights is that of all elements") {
  const Tensor weight = make_tensor<float>({3, 7}, some_weights(21));
  for (const int axis : {0, 1}) {
    const QuantizedWeight made = quantize_weight(weight.view(), axis);
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < 21; ++i) {
      const double value = static_cast<double>(weight.values<float>()[i]);
      const double back = static_cast<double>(made.scales[axis == 0 ? i / 7 : i % 7]) * made.values.values<std::int8_t>()[i];
      signal += value * value;
      noise += (back - value) * (back - value);
    }
    CHECK(made.sqnr_db == doctest::Approx(10 * std::log10(signal / noise)).epsilon(1e-12));
  }
}

}  // namespace iai
