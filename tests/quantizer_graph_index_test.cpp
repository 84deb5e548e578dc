#include <doctest/doctest.h>

#include "quantizer/graph/graph_index.hpp"

using namespace iai;

static onnx::NodeProto& add(onnx::GraphProto& graph, const std::string& type, const std::vector<std::string>& in, const std::string& out) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(type);
  for (const auto& name : in) node.add_input(name);
  node.add_output(out);
  return node;
}

TEST_CASE("producer, users and graph borders of a tensor") {
  onnx::GraphProto graph;
  graph.add_input()->set_name("x");
  graph.add_output()->set_name("y");
  add(graph, "Relu", {"x"}, "a");
  add(graph, "Add", {"a", "a"}, "b");
  add(graph, "Neg", {"b"}, "y");
  const GraphIndex index(graph);
  CHECK(index.producer("a") == 0);
  CHECK(index.producer("x") == -1);
  CHECK(index.producer("no such tensor") == -1);
  CHECK(index.is_graph_input("x"));
  CHECK(index.is_graph_output("y"));
  CHECK(index.uses("a").size() == 2);
  CHECK(index.only_user("a") == -1);
  CHECK(index.only_user("b") == 2);
  CHECK(index.only_user("y") == -1);
}

TEST_CASE("a read inside a subgraph keeps a tensor from having one user") {
  onnx::GraphProto graph;
  add(graph, "Relu", {"x"}, "a");
  onnx::NodeProto& branch = add(graph, "If", {"condition"}, "z");
  onnx::AttributeProto& attribute = *branch.add_attribute();
  attribute.set_name("then_branch");
  add(*attribute.mutable_g(), "Neg", {"a"}, "inner");
  const GraphIndex index(graph);
  REQUIRE(index.uses("a").size() == 1);
  CHECK(index.uses("a")[0].input == -1);
  CHECK(index.only_user("a") == -1);
}
