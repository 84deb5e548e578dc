#include <array>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "quantizer/graph/edit.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "quantizer/quantize/static_int8.hpp"
#include "quantizer/quantize/weights.hpp"

using namespace iai;

namespace {

/// x [batch, 2] -> Gemm with W [3, 2], b [3] -> Relu -> y
Model small_gemm() {
  Model model;
  model.proto.set_ir_version(8);
  model.set_opset(17);
  onnx::ValueInfoProto& input = *model.graph().add_input();
  input.set_name("x");
  input.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
  model.graph().add_output()->set_name("y");
  model.set_initializer("W", make_tensor<float>({3, 2}, std::array{1.0F, -0.5F, 0.25F, 2.0F, -3.0F, 0.0F}));
  model.set_initializer("b", make_tensor<float>({3}, std::array{0.5F, 1e-3F, -2.0F}));
  onnx::NodeProto& gemm = *model.graph().add_node();
  gemm.set_name("linear");
  gemm.set_op_type("Gemm");
  for (const char* name : {"x", "W", "b"}) gemm.add_input(name);
  gemm.add_output("z");
  set_attribute(gemm, "transB", 1);
  onnx::NodeProto& relu = *model.graph().add_node();
  relu.set_op_type("Relu");
  relu.add_input("z");
  relu.add_output("y");
  return model;
}

std::map<std::string, TensorStatistics> seen(const QuantizationPlan& plan) {
  Observer observer(plan.observed(), channel_axes(plan));
  const Tensor values = make_tensor<float>({2, 2}, std::array{-1.0F, 0.5F, 0.25F, 3.0F});
  for (std::size_t i = 0; i < observer.tensors().size(); ++i) observer.observe_range(i, values.view());
  for (std::size_t i = 0; i < observer.tensors().size(); ++i) observer.observe_histogram(i, values.view());
  return observer.statistics();
}

const onnx::NodeProto* find_node(const Model& model, const std::string& op_type) {
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (node.op_type() == op_type) return &node;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a range holds zero, and its ends and zero come back exactly or within half a step") {
  const AffineParameters parameters = affine_parameters({-1, 3});
  CHECK(parameters.quantized(0) == 0);
  CHECK(std::abs(parameters.quantized(3) - 3) <= static_cast<double>(parameters.scale) / 2);
  CHECK(std::abs(parameters.quantized(-1) + 1) <= static_cast<double>(parameters.scale) / 2);
  CHECK(parameters.quantized(100) == doctest::Approx(parameters.high()));
  CHECK(affine_parameters({0, 6}).zero_point == 0);
  CHECK(affine_parameters({0.5, 6}).low() == 0);
}

TEST_CASE("weights are within half a step of each channel's scale") {
  const Tensor weight = make_tensor<float>({3, 2}, std::array{1.0F, -0.5F, 0.25F, 2.0F, -3.0F, 0.0F});
  const QuantizedWeight made = quantize_weight(weight.view(), 0);
  REQUIRE(made.scales.size() == 3);
  CHECK(made.scales[1] == 2.0F / 127);
  for (std::size_t i = 0; i < 6; ++i) {
    const double back = static_cast<double>(made.scales[i / 2]) * made.values.values<std::int8_t>()[i];
    CHECK(std::abs(back - static_cast<double>(weight.values<float>()[i])) <= static_cast<double>(made.scales[i / 2]) / 2);
  }
  const Tensor broken = make_tensor<float>({1, 2}, std::array{1.0F, std::nanf("")});
  CHECK_THROWS_AS(quantize_weight(broken.view(), 0), Error);
}

TEST_CASE("a Gemm reads integers, its bias is int32 at the product of the scales, Relu stays behind it") {
  const Model model = small_gemm();
  const QuantizationPlan plan = plan_quantization(model, {});
  REQUIRE(plan.linear.size() == 1);
  CHECK(plan.linear[0].axis == 0);
  RangeMemo memo;
  const QuantizedModel made = quantize_static(model, plan, choose_ranges(model.graph(), plan, seen(plan), {RangeMethod::min_max}, memo));
  const onnx::NodeProto* gemm = find_node(made.model, "Gemm");
  REQUIRE(gemm != nullptr);
  CHECK(gemm->input(0) == "x_dequantized");
  const TensorView scale_x = *made.model.initializer("x_scale"), scale_w = *made.model.initializer("W_scale"), scale_b = *made.model.initializer("b_scale");
  const TensorView bias = *made.model.initializer("b_quantized");
  CHECK(bias.type == ElementType::int32);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(to_floats(scale_b)[c] == to_floats(scale_x)[0] * to_floats(scale_w)[c]);
    const double back = to_doubles(scale_b)[c] * to_doubles(bias)[c];
    CHECK(back == doctest::Approx(to_doubles(*model.initializer("b"))[c]).epsilon(0.02));
  }
  CHECK_FALSE(made.model.has_initializer("W"));
  CHECK(find_node(made.model, "Relu")->input(0) == "z");
  // Its output is quantized behind the Relu, or the runtime would merge the two in float; the graph output keeps its name.
  CHECK(plan.linear[0].output_quantized);
  CHECK(plan.linear[0].result == "y");
  const onnx::NodeProto& end = made.model.graph().node(made.model.graph().node_size() - 1);
  CHECK(end.op_type() == "DequantizeLinear");
  CHECK(end.output(0) == "y");
  CHECK_THROWS_AS(plan_quantization(made.model, {}), Error);
}

TEST_CASE("a bias that is not a number is refused, as integers and where it stays in float") {
  Model model = small_gemm();
  model.set_initializer("b", make_tensor<float>({3}, std::array{0.5F, std::numeric_limits<float>::quiet_NaN(), -2.0F}));
  const QuantizationPlan plan = plan_quantization(model, {});
  RangeMemo memo;
  const auto ranges = choose_ranges(model.graph(), plan, seen(plan), {RangeMethod::min_max}, memo);
  for (const Target target : {Target::generic, Target::tensorrt, Target::openvino}) CHECK_THROWS_AS(quantize_static(model, plan, ranges, target), Error);
}

TEST_CASE("one scale for a whole matrix is that of its largest weight, also beside a channel of zeros") {
  Model model = small_gemm();
  model.set_initializer("W", make_tensor<float>({3, 2}, std::array{1.0F, -0.5F, 0.0F, 0.0F, -3.0F, 0.0F}));
  model.graph().mutable_node(0)->mutable_input()->RemoveLast();  // a bias would bound the scale of the zeros
  CHECK(least_scales(*model.initializer("W"), 0) == std::vector<float>{1.0F / 127, 0, 3.0F / 127});
  const QuantizationPlan plan = plan_quantization(model, {});
  RangeMemo memo;
  const auto ranges = choose_ranges(model.graph(), plan, seen(plan), {RangeMethod::min_max}, memo);
  const QuantizedModel made = quantize_static(model, plan, ranges, Target::qnn);
  const TensorView scale = *made.model.initializer("W_scale");
  CHECK(scale.shape.empty());
  CHECK(to_floats(scale) == std::vector<float>{3.0F / 127});
  CHECK(made.layers.at(0).one_scale);
  CHECK(made.layers.at(0).weight_sqnr_db > 40);
}

TEST_CASE("what is excluded or sent back stays in float, a pattern that fits nothing is an error") {
  const Model model = small_gemm();
  CHECK(plan_quantization(model, {{"lin*"}, true, {}}).linear.empty());
  CHECK(plan_quantization(model, {{"Gemm"}, true, {}}).floats.at(0).reason.word == "excluded");
  const QuantizationPlan slow = plan_quantization(model, {{}, true, {{"linear", {"slower", "int8 took longer"}}}});
  CHECK(slow.linear.empty());
  CHECK(slow.floats.at(0).reason.word == "slower");
  CHECK_THROWS_AS(plan_quantization(model, {{"Gemmm"}, true, {}}), Error);
}

TEST_CASE("a product of one output behind a larger one stays in float, alone it is quantized") {
  Model model = small_gemm();
  model.set_initializer("W", make_tensor<float>({5, 2}, std::vector<float>(10, 0.5F)));
  model.set_initializer("b", make_tensor<float>({5}, std::vector<float>(5, 0.25F)));
  model.set_initializer("head", make_tensor<float>({5, 1}, std::vector<float>(5, 1.0F)));
  onnx::NodeProto& head = *model.graph().add_node();
  head.set_name("head");
  head.set_op_type("MatMul");
  head.add_input("y");
  head.add_input("head");
  head.add_output("answer");
  model.graph().mutable_output(0)->set_name("answer");
  const QuantizationPlan plan = plan_quantization(model, {});
  REQUIRE(plan.linear.size() == 1);
  CHECK(plan.linear[0].name == "linear");
  REQUIRE(plan.floats.size() == 1);
  CHECK(plan.floats[0].reason.text == "too few outputs to gain from integers");
  CHECK(plan.ranges.contains("y"));  // as the output of the larger one, not as the input of the head
  CHECK(plan_quantization(model, {{"linear"}, true, {}}).linear.at(0).name == "head");
}

TEST_CASE("dynamic: the transposed weight of a Gemm is turned, and its output keeps its name") {
  const QuantizedModel made = quantize_dynamic(small_gemm(), {});
  CHECK(find_node(made.model, "Gemm") == nullptr);
  const TensorView weight = *made.model.initializer("W_quantized");
  CHECK(weight.shape == std::vector<std::int64_t>{2, 3});
  CHECK(find_node(made.model, "Relu")->input(0) == "z");
  CHECK(find_node(made.model, "Add")->output(0) == "z");
}

TEST_CASE("batch normalization is merged into the layer before it") {
  Model model = small_gemm();
  onnx::NodeProto& norm = *model.graph().mutable_node(1);
  norm.set_op_type("BatchNormalization");
  for (const char* name : {"gamma", "beta", "mean", "variance"}) {
    norm.add_input(name);
    model.set_initializer(name, make_tensor<float>({3}, std::array{0.5F, 2.0F, 4.0F}));
  }
  CHECK(fold_batch_norms(model) == 1);
  REQUIRE(model.graph().node_size() == 1);
  CHECK(model.graph().node(0).output(0) == "y");
  const double factor = 2.0 / std::sqrt(2.0 + 1e-5);
  CHECK(to_doubles(*model.initializer("W"))[2] == doctest::Approx(0.25 * factor));
  CHECK(to_doubles(*model.initializer("b"))[1] == doctest::Approx((1e-3 - 2.0) * factor + 2.0));
}

TEST_CASE("what is planned takes as many bytes as what is written") {
  const Model model = small_gemm();
  const QuantizationPlan plan = plan_quantization(model, {});
  const std::vector<PlannedLayer> planned = plan_static(model, plan);
  REQUIRE(planned.size() == 1);
  CHECK(bytes_of(planned[0].before) == 6 * 4 + 3 * 4);
  RangeMemo memo;
  const QuantizedModel made = quantize_static(model, plan, choose_ranges(model.graph(), plan, seen(plan), {RangeMethod::min_max}, memo));
  std::uint64_t written = 0;
  for (const onnx::TensorProto& tensor : made.model.graph().initializer()) {
    if (tensor.name().starts_with("W_") || tensor.name().starts_with("b_")) written += made.model.initializer(tensor.name())->bytes.size();
  }
  CHECK(bytes_of(planned[0].after) == written);
  const std::vector<PlannedLayer> dynamic = plan_dynamic(model, {});
  REQUIRE(dynamic.size() == 1);
  CHECK(dynamic[0].form == "dynamic int8");
  CHECK(bytes_of(dynamic[0].after) == 6 + 3 * 4 + 3 * 4);
  CHECK(plan_dynamic(model, {"linear"}).at(0).reason.word == "excluded");
  CHECK(bytes_of(plan_dynamic(model, {"linear"}).at(0).after) == 36);
}
