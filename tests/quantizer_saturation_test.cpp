#include <array>

#include <doctest/doctest.h>

#include "quantizer/quantize/saturation.hpp"

using namespace iai;

namespace {

Tensor integers(std::vector<std::int64_t> shape, const std::vector<std::int8_t>& values) { return make_tensor<std::int8_t>(std::move(shape), values); }

using Form = ReductionLayout::Form;

SaturationRisk risk(Form form, std::vector<std::int64_t> shape, const std::vector<std::int8_t>& values, int axis, int largest = 255) {
  return saturation_risk(integers(shape, values), {form, shape}, shape, axis, largest);
}

}  // namespace

TEST_CASE("two products fit into 16 bits up to a sum of 128 at the largest input") {
  CHECK(largest_pair_sum(255) == 128);  // 255 * 128 = 32640, 255 * 129 = 32895
  CHECK(largest_pair_sum(254) == 129);  // 32766
  CHECK(largest_pair_sum(127) == 258);
  CHECK(largest_pair_sum(0) == 254);
}

TEST_CASE("a pair is at risk when both have one sign and reach 129 together") {
  CHECK(risk(Form::rows, {1, 2}, {64, 65}, 0).pairs == 1);
  CHECK(risk(Form::rows, {1, 2}, {64, 64}, 0).pairs == 0);
  CHECK(risk(Form::rows, {1, 2}, {-127, -2}, 0).pairs == 1);
  CHECK(risk(Form::rows, {1, 2}, {127, -127}, 0).pairs == 0);
  CHECK(risk(Form::rows, {1, 2}, {127, 127}, 0, 128).pairs == 0);
  CHECK(risk(Form::rows, {1, 2}, {127, 127}, 0, 130).pairs == 1);
}

TEST_CASE("neighbours lie along the reduction, not along the outputs") {
  CHECK(risk(Form::rows, {2, 2}, {127, 0, 127, 0}, 0).pairs == 0);
  CHECK(risk(Form::columns, {2, 2}, {127, 0, 127, 0}, 1).pairs == 1);
  CHECK(risk(Form::columns, {2, 2}, {127, 127, 0, 0}, 1).pairs == 0);
  CHECK(risk(Form::rows, {2, 2}, {0, 127, 127, 0}, 0).pairs == 0);        // two outputs
  CHECK(risk(Form::columns, {2, 2, 1}, {0, 127, 127, 0}, 2).pairs == 0);  // two matrices
  CHECK(risk(Form::rows, {1, 4}, {100, 100, 100, 100}, 0).pairs == 3);    // wherever a block begins
  CHECK(risk(Form::rows, {3, 2}, {100, 100, 1, 1, 100, 100}, 0).channels == 2);
  // Taps of one channel, channels of one tap, and the last channel of a tap with the first of the next.
  CHECK(risk(Form::convolution, {1, 3, 2}, {100, 100, 0, 0, 0, 0}, 0).pairs == 1);
  CHECK(risk(Form::convolution, {1, 3, 2}, {100, 0, 100, 0, 0, 0}, 0).pairs == 1);
  CHECK(risk(Form::convolution, {1, 3, 2}, {0, 100, 0, 0, 100, 0}, 0).pairs == 1);
  CHECK(risk(Form::convolution, {1, 3, 2}, {100, 0, 0, 0, 100, 0}, 0).pairs == 0);
  CHECK(risk(Form::convolution, {1, 1, 2}, {100, 100}, 0).pairs == 1);
}

TEST_CASE("a safe scale is coarser only where a channel is at risk, by two at most, and no pair stays") {
  std::vector<float> values;
  std::uint32_t state = 1;
  for (int i = 0; i < 64 * 30; ++i) {
    state = state * 1664525U + 1013904223U;
    const float value = static_cast<float>(state >> 8) / 8388608.0F - 1.0F;
    values.push_back(i < 30 ? (i == 0 ? 1.0F : 0.0F) : i < 60 ? 1.0F : value);
  }
  const std::vector<std::int64_t> shape{64, 30};
  for (const int largest : {255, 200, 140}) {
    const Tensor floats = make_tensor<float>(shape, values);
    const QuantizedWeight ordinary = quantize_weight(floats.view(), 0);
    const ReductionLayout layout{Form::rows, shape};
    const SaturationRisk before = saturation_risk(ordinary.values, layout, shape, 0, largest);
    REQUIRE(before.pairs > 0);
    const std::vector<float> scales = safe_scales(floats.view(), ordinary.values, layout, shape, 0, largest);
    CHECK(scales[0] == 0);  // one weight only
    const QuantizedWeight safe = quantize_weight(floats.view(), 0, scales);
    CHECK(saturation_risk(safe.values, layout, shape, 0, largest).pairs == 0);
    CHECK(safe.scales[0] == ordinary.scales[0]);
    for (std::size_t c = 0; c < 64; ++c) CHECK(safe.scales[c] <= ordinary.scales[c] * 2.0001F);
  }
}
