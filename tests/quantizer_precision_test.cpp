#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "formats/error.hpp"
#include "quantizer/precision/precision.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"

using namespace iai;
using namespace building;

namespace {

void add_graph(onnx::NodeProto& node, const std::string& name, onnx::GraphProto graph) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::GRAPH);
  *attribute.mutable_g() = std::move(graph);
}

std::vector<PrecisionOptions> all_ways() {
  std::vector<PrecisionOptions> ways;
  for (const ModelPorts ports : {ModelPorts::float32, ModelPorts::same}) ways.push_back({ElementType::float16, ports, Arithmetic::reduced, {}});
  ways.push_back({ElementType::float16, ModelPorts::float32, Arithmetic::float32, {}});
  ways.push_back({ElementType::bfloat16, ModelPorts::float32, Arithmetic::float32, {}});
  return ways;
}

/// Lowered in every way that the CPU can run, the model still answers nearly the same.
void check_all_ways(const Model& source, double least_db = 35) {
  for (const PrecisionOptions& way : all_ways()) {
    CAPTURE(type_name(way.type));
    CAPTURE(static_cast<int>(way.arithmetic));
    CAPTURE(static_cast<int>(way.ports));
    Model lowered = source;
    lower_precision(lowered, way);
    CHECK_NOTHROW(check_model(lowered, "lowered"));
    if (have_runtime()) CHECK(difference(source, lowered).sqnr_db > least_db);
  }
}

/// if (sum(x) > 0) then x * w else (x - w), both branches reading outer tensors
Model with_branch() {
  Model model = make_model({-1, 4}, {-1, 4});
  add_weights(model, "w", {4});
  add_weights(model, "m", {4, 4});
  add_node(model, "MatMul", {"x", "m"}, "h");
  set_integer(add_node(model, "ReduceSum", {"x"}, "sum"), "keepdims", 0);
  model.set_initializer("zero", make_tensor<float>({}, std::vector<float>{0}));
  add_node(model, "Greater", {"sum", "zero"}, "condition");
  onnx::NodeProto& branch = add_node(model, "If", {"condition"}, "chosen");
  onnx::GraphProto then_graph, else_graph;
  then_graph.set_name("then");
  add_node(then_graph, "Mul", {"h", "w"}, "then_out");
  add_value(*then_graph.add_output(), "then_out", {-1, 4});
  else_graph.set_name("else");
  auto& inner = *else_graph.add_initializer();
  inner.set_name("inner");
  store_tensor(inner, make_tensor<float>({4}, std::vector<float>{0.5f, -1, 2, 1}).view());
  inner.set_name("inner");
  add_node(else_graph, "Sub", {"h", "w"}, "difference");
  add_node(else_graph, "Mul", {"difference", "inner"}, "else_out");
  add_value(*else_graph.add_output(), "else_out", {-1, 4});
  add_graph(branch, "then_branch", then_graph);
  add_graph(branch, "else_branch", else_graph);
  add_node(model, "Relu", {"chosen"}, "y");
  return model;
}

/// Three turns of state = tanh(state * w), the states stacked and summed.
Model with_loop() {
  Model model = make_model({-1, 4}, {-1, 4});
  add_weights(model, "w", {4, 4});
  model.set_initializer("turns", make_tensor<std::int64_t>({}, std::vector<std::int64_t>{3}));
  Tensor yes{ElementType::boolean, {}, {std::byte{1}}};
  model.set_initializer("yes", yes);
  onnx::NodeProto& loop = add_node(model, "Loop", {"turns", "yes", "x"}, "last");
  loop.add_output("all");
  onnx::GraphProto body;
  body.set_name("body");
  add_value(*body.add_input(), "i", {}, 7);
  add_value(*body.add_input(), "go", {}, 9);
  add_value(*body.add_input(), "state", {-1, 4});
  add_node(body, "Identity", {"go"}, "go_on");
  add_node(body, "MatMul", {"state", "w"}, "product");
  add_node(body, "Tanh", {"product"}, "next");
  add_node(body, "Neg", {"next"}, "kept");
  add_value(*body.add_output(), "go_on", {}, 9);
  add_value(*body.add_output(), "next", {-1, 4});
  add_value(*body.add_output(), "kept", {-1, 4});
  add_graph(loop, "body", body);
  set_integer(add_node(model, "ReduceMax", {"all"}, "largest"), "keepdims", 0);
  set_integers(model.graph().mutable_node(1)[0], "axes", {0});
  add_node(model, "Add", {"last", "largest"}, "y");
  return model;
}

}  // namespace

TEST_CASE("rounding: clamped, vanished, subnormal, ties, infinities") {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values{1.0f, 70000.0f, -1e10f, 65519.0f, 1e-9f, -3e-6f, 0.0f, -infinity, 1.00048828125f};
  TensorRounding rounding{"w"};
  const Tensor half = round_tensor(make_tensor<float>({9}, values).view(), ElementType::float16, rounding);
  const std::vector<float> back = to_floats(half.view());
  CHECK(back[1] == 65504.0f);
  CHECK(back[2] == -65504.0f);
  CHECK(back[3] == 65504.0f);  // nearest, not beyond the range
  CHECK(back[4] == 0.0f);
  CHECK(back[7] == -infinity);
  CHECK(back[8] == 1.0f);  // a tie goes to the even one
  CHECK(rounding.clamped == 2);
  CHECK(rounding.vanished == 1);
  CHECK(rounding.subnormal == 1);
  CHECK(rounding.elements == 9);
  TensorRounding wide{"w"};
  round_tensor(make_tensor<float>({3}, std::vector<float>{1e30f, 1e-30f, std::numeric_limits<float>::max()}).view(), ElementType::bfloat16, wide);
  CHECK(wide.clamped == 1);
  CHECK(wide.vanished == 0);
  CHECK(wide.largest_relative_error < 1.0 / 256);
}

TEST_CASE("NaN is refused with the place") {
  TensorRounding rounding{"w"};
  const Tensor tensor = make_tensor<float>({2}, std::vector<float>{1, std::nanf("")});
  CHECK_THROWS_WITH_AS(round_tensor(tensor.view(), ElementType::float16, rounding), "tensor 'w' holds NaN at element 1", Error);
}

TEST_CASE("If: both branches, captured tensors and inner weights") { check_all_ways(with_branch()); }

TEST_CASE("Loop: carried and stacked tensors, captured weights") { check_all_ways(with_loop()); }

TEST_CASE("operators that do not allow the type become an island with Casts at its borders only") {
  Model model = make_model({-1, 1, 4, 4}, {-1, 1, 8, 8});
  model.set_initializer("scales", make_tensor<float>({4}, std::vector<float>{1, 1, 2, 2}));
  add_weights(model, "w", {1, 1, 1, 1});
  add_node(model, "Conv", {"x", "w"}, "a");
  add_node(model, "Resize", {"a", "", "scales"}, "r");
  add_node(model, "Relu", {"r"}, "y");
  Model lowered = model;
  const PrecisionReport report = lower_precision(lowered, {ElementType::float16, ModelPorts::float32, Arithmetic::reduced, {"Relu"}});
  CHECK(lowered.initializer("scales")->type == ElementType::float32);  // its definition says so
  CHECK(lowered.initializer("w")->type == ElementType::float16);
  CHECK(report.float32_nodes == std::vector<std::string>{"Relu 'y'"});
  CHECK(report.casts == 2);  // x down, r up; Relu writes the output itself
  check_all_ways(model);
}

TEST_CASE("constants, types named by attributes, quantized operators, other domains") {
  Model model = make_model({-1, 4}, {-1, 4});
  onnx::NodeProto& constant = add_node(model, "Constant", {}, "c");
  auto& value = *constant.add_attribute();
  value.set_name("value_float");
  value.set_type(onnx::AttributeProto::FLOAT);
  value.set_f(1.5f);
  add_node(model, "Mul", {"x", "c"}, "a");
  set_integer(add_node(model, "Cast", {"a"}, "i"), "to", 7);
  set_integer(add_node(model, "Cast", {"i"}, "f"), "to", 1);
  add_node(model, "Add", {"a", "f"}, "s");
  model.set_initializer("scale", make_tensor<float>({}, std::vector<float>{0.03f}));
  model.set_initializer("point", make_tensor<std::uint8_t>({}, std::vector<std::uint8_t>{128}));
  add_node(model, "QuantizeLinear", {"s", "scale", "point"}, "q");
  add_node(model, "DequantizeLinear", {"q", "scale", "point"}, "d");
  add_node(model, "Neg", {"d"}, "y");
  Model lowered = model;
  const PrecisionReport report = lower_precision(lowered, {});
  CHECK(lowered.initializer("scale")->type == ElementType::float32);
  CHECK(report.float32_nodes.size() == 2);
  check_all_ways(model, 25);  // a rounding step of QuantizeLinear apart
}

TEST_CASE("an output that is read inside the model, and an input that is an output") {
  Model model = make_model({-1, 4}, {-1, 4});
  add_value(*model.graph().add_output(), "z", {-1, 4});
  add_node(model, "Relu", {"x"}, "y");
  add_node(model, "Neg", {"y"}, "z");
  check_all_ways(model);
}

TEST_CASE("a model that was lowered before gets Casts of other names") {
  Model model = make_model({-1, 4}, {-1, 4});
  add_weights(model, "w", {4, 4});
  add_node(model, "MatMul", {"x", "w"}, "y");
  lower_precision(model, {});
  Model again = model;
  lower_precision(again, {});
  std::set<std::string> names;
  for (const auto& node : again.graph().node()) CHECK(names.insert(node.name()).second);
  if (have_runtime()) CHECK(difference(model, again).sqnr_db > 60);
}

TEST_CASE("real models lose little in every way") {
  for (const std::string name : {"cmapss_cnn_bn", "cmapss_lstm", "cmapss_transformer", "digits_cnn", "ai4i_mlp"}) {
    const auto path = real_model(name);
    if (!path) return;
    check_all_ways(read_model(*path), 40);
  }
}
