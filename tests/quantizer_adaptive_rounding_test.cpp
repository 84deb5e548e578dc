#include <cmath>

#include <doctest/doctest.h>

#include "quantizer/quantize/adaptive_rounding.hpp"
#include "tests/model_building.hpp"

using namespace iai;

namespace {

/// Inputs in which neighbours go together, so that the rounding of one weight can make up for that of another.
std::vector<float> inputs_that_go_together(std::size_t count) {
  std::vector<float> values(count);
  std::uint32_t state = 17;
  float slow = 0;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    slow = 0.9F * slow + static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
    value = slow;
  }
  return values;
}

/// Sum of squares, over all positions and outputs, of what the rounded weight changes; columns: [inputs, outputs].
double measured_error(const std::vector<float>& floats, const QuantizedWeight& weight, const std::vector<float>& inputs, std::size_t n, std::size_t outputs,
                      const AffineParameters& parameters) {
  const auto integers = weight.values.values<std::int8_t>();
  double sum = 0;
  for (std::size_t row = 0; row < inputs.size() / n; ++row) {
    for (std::size_t output = 0; output < outputs; ++output) {
      double lost = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const double difference =
            static_cast<double>(floats[i * outputs + output]) - static_cast<double>(weight.scales[output]) * integers[i * outputs + output];
        lost += difference * parameters.quantized(static_cast<double>(inputs[row * n + i]));
      }
      sum += lost * lost;
    }
  }
  return sum;
}

struct Product {
  LinearNode linear;
  onnx::NodeProto node;
};

Product matrix_product() {
  Product made;
  made.linear.op_type = "MatMul";
  made.linear.weight = "w";
  made.linear.axis = 1;
  made.linear.input_axis = -1;
  made.node.set_op_type("MatMul");
  return made;
}

}  // namespace

TEST_CASE("adaptive rounding lowers the error of the outputs by what it says, measured on the inputs themselves") {
  constexpr std::size_t n = 24, outputs = 10, rows = 400;
  Model model;
  building::add_weights(model, "w", {n, outputs});
  const TensorView view = *model.initializer("w");
  const std::vector<float> inputs = inputs_that_go_together(n * rows);
  const AffineParameters parameters = affine_parameters({-5, 5});
  const Product product = matrix_product();
  InputProducts products(product.linear, product.node, view.shape, parameters, rows);
  products.add(make_tensor<float>({rows, n}, inputs));
  CHECK(products.positions() == rows);
  const QuantizedWeight nearest = quantize_weight(view, 1);
  QuantizedWeight adaptive = nearest;
  const RoundingGain gain = round_adaptively(view, 1, products, adaptive);
  const double before = measured_error(to_floats(view), nearest, inputs, n, outputs, parameters);
  const double after = measured_error(to_floats(view), adaptive, inputs, n, outputs, parameters);
  CHECK(gain.adaptive / gain.nearest == doctest::Approx(after / before).epsilon(1e-6));
  MESSAGE("error of the outputs, adaptive over nearest: " << after / before);
  CHECK(after < 0.5 * before);
  CHECK(adaptive.scales == nearest.scales);
}

TEST_CASE("what is observed does not depend on the order of the samples") {
  constexpr std::size_t n = 8, rows = 50;
  const Product product = matrix_product();
  const std::vector<float> inputs = inputs_that_go_together(4 * n * rows);
  const auto sums = [&](std::vector<std::size_t> order) {
    InputProducts products(product.linear, product.node, {n, 3}, affine_parameters({-3, 3}), 5 * 8192);  // so many that positions are left out
    for (const std::size_t i : order) {
      products.add(make_tensor<float>({rows, n}, std::span(inputs).subspan(i * n * rows, n * rows)));
    }
    CHECK(products.positions() < static_cast<std::int64_t>(4 * rows));
    CHECK(products.positions() > 0);
    return std::vector<double>(products.of_group(0).begin(), products.of_group(0).end());
  };
  CHECK(sums({0, 1, 2, 3}) == sums({3, 1, 0, 2}));
}

// The window of a convolution by hand: 1 channel, kernel 3, stride 2, dilation 2, padding 1 left and 2 right.
TEST_CASE("windows of convolutions: padding, strides, dilations and groups") {
  LinearNode linear;
  linear.op_type = "Conv";
  linear.weight = "w";
  onnx::NodeProto node;
  node.set_op_type("Conv");
  building::set_integers(node, "strides", {2});
  building::set_integers(node, "dilations", {2});
  building::set_integers(node, "pads", {1, 2});
  building::set_integer(node, "group", 2);
  AffineParameters parameters;  // scale 1, zero point 0
  InputProducts products(linear, node, {2, 1, 3}, parameters, 1);
  products.add(make_tensor<float>({1, 2, 5}, std::vector<float>{1, 2, 3, 4, 5, 10, 20, 30, 40, 50}));
  // windows of 1 2 3 4 5 from -1 in steps of 2: (0 2 4) (2 4 0)
  CHECK(products.positions() == 2);
  const auto first = products.of_group(0), second = products.of_group(1);
  CHECK(first[0] == 0 + 4);
  CHECK(first[3 * 1 + 0] == 0 + 8);
  CHECK(first[3 * 1 + 1] == 4 + 16);
  CHECK(first[3 * 2 + 1] == 8 + 0);
  CHECK(first[3 * 2 + 2] == 16 + 0);
  CHECK(second[3 * 1 + 1] == 400 + 1600);
}
