#include <doctest/doctest.h>

#include "quantizer/graph/cost.hpp"
#include "tests/real_data.hpp"

using namespace iai;

namespace {

void add_value(onnx::ValueInfoProto& value, const std::string& name, const std::vector<std::int64_t>& shape) {
  value.set_name(name);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(1);
  type.mutable_shape();
  for (const std::int64_t size : shape) {
    auto& dimension = *type.mutable_shape()->add_dim();
    if (size >= 0) dimension.set_dim_value(size);
    else dimension.set_dim_param("batch");
  }
}

Model make_model(const std::vector<std::int64_t>& input) {
  Model model;
  model.proto.set_ir_version(8);
  model.set_opset(17);
  model.graph().set_name("g");
  add_value(*model.graph().add_input(), "x", input);
  auto& output = *model.graph().add_output();
  output.set_name("y");
  output.mutable_type()->mutable_tensor_type()->set_elem_type(1);
  return model;
}

onnx::NodeProto& add_node(Model& model, const std::string& type, const std::vector<std::string>& inputs, const std::string& output) {
  auto& node = *model.graph().add_node();
  node.set_op_type(type);
  for (const auto& name : inputs) node.add_input(name);
  node.add_output(output);
  return node;
}

void add_weights(Model& model, const std::string& name, std::vector<std::int64_t> shape) {
  const std::vector<float> values(static_cast<std::size_t>(element_count(shape)), 0.5f);
  model.set_initializer(name, make_tensor<float>(std::move(shape), values));
}

void set_integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

}  // namespace

TEST_CASE("convolutions: groups, transposed, dynamic batch taken as one") {
  Model model = make_model({-1, 4, 10, 10});
  add_weights(model, "w", {8, 2, 3, 3});
  set_integer(add_node(model, "Conv", {"x", "w"}, "a"), "group", 2);
  add_weights(model, "t", {8, 5, 2, 2});
  add_node(model, "ConvTranspose", {"a", "t"}, "y");
  const ModelCost cost = count_cost(model);
  REQUIRE(cost.nodes.size() == 2);
  CHECK(cost.nodes[0].multiply_accumulates == 8 * 8 * 8 * 2 * 9);  // output [1, 8, 8, 8]
  CHECK(cost.nodes[1].multiply_accumulates == 8 * 8 * 8 * 5 * 4);
  CHECK(cost.multiply_accumulates() == 9216 + 10240);
  CHECK(cost.parameters == 8 * 2 * 9 + 8 * 5 * 4);
  CHECK(cost.bytes_by_type.at("float32") == 4u * (144 + 160));
}

TEST_CASE("matrix products: batched, transposed, recurrent") {
  Model model = make_model({3, 2, 6});
  add_weights(model, "w", {6, 7});
  add_node(model, "MatMul", {"x", "w"}, "a");  // [3, 2, 7]
  add_weights(model, "lw", {1, 4l * 5, 7});
  add_weights(model, "lr", {1, 4l * 5, 5});
  set_integer(add_node(model, "LSTM", {"a", "lw", "lr"}, "y"), "hidden_size", 5);
  const ModelCost cost = count_cost(model);
  REQUIRE(cost.nodes.size() == 2);
  CHECK(cost.nodes[0].multiply_accumulates == 3 * 2 * 7 * 6);
  CHECK(cost.nodes[1].multiply_accumulates == 3 * 2 * 20 * (7 + 5));
}

TEST_CASE("what is unknown is not guessed") {
  Model model = make_model({2, -1, 6});  // the second dimension is open
  add_weights(model, "w", {6, 7});
  add_node(model, "MatMul", {"x", "w"}, "a");
  auto& custom = add_node(model, "Fancy", {"a"}, "y");
  custom.set_domain("plant.example");
  const ModelCost cost = count_cost(model);
  CHECK(cost.unknown_nodes == 1);
  CHECK(cost.uncounted == std::vector<std::string>{"plant.example.Fancy"});
  CHECK(!cost.multiply_accumulates());
}

TEST_CASE("a product inside a branch is unknown") {
  Model model = make_model({2, 6});
  auto& branch = add_node(model, "If", {"condition"}, "y");
  auto& attribute = *branch.add_attribute();
  attribute.set_name("then_branch");
  attribute.set_type(onnx::AttributeProto::GRAPH);
  attribute.mutable_g()->add_node()->set_op_type("MatMul");
  CHECK(count_cost(model).unknown_nodes == 1);
}

TEST_CASE("real models: parameters as their README says, all products counted") {
  for (const auto& [name, parameters] : std::vector<std::pair<std::string, std::int64_t>>{
           {"ai4i_mlp", 6898}, {"cmapss_cnn", 48137}, {"cmapss_cnn_bn", 48905}, {"cmapss_lstm", 55873}, {"digits_cnn", 38906}}) {
    if (!have_file("models/" + name + ".onnx")) return;
    const ModelCost cost = count_cost(read_model(real_file("models/" + name + ".onnx")));
    CHECK(cost.parameters == parameters);
    CHECK(cost.multiply_accumulates().value_or(0) > 0);
  }
  // Four Gemms: every weight is used once.
  const ModelCost mlp = count_cost(read_model(real_file("models/ai4i_mlp.onnx")));
  std::int64_t biases = 0;
  const Model model = read_model(real_file("models/ai4i_mlp.onnx"));
  for (const auto& tensor : model.graph().initializer()) biases += tensor.dims_size() == 1 ? tensor.dims(0) : 0;
  CHECK(*mlp.multiply_accumulates() <= mlp.parameters);
  CHECK(*mlp.multiply_accumulates() >= mlp.parameters - biases - 16);
}
