#include "quantizer/graph/edit.hpp"

#include "quantizer/graph/fold.hpp"

namespace iai {

namespace {

void collect_names(const onnx::GraphProto& graph, std::set<std::string>& names) {
  for (const onnx::ValueInfoProto& input : graph.input()) names.insert(input.name());
  for (const onnx::TensorProto& tensor : graph.initializer()) names.insert(tensor.name());
  for (const onnx::NodeProto& node : graph.node()) {
    names.insert(node.name());
    names.insert(node.output().begin(), node.output().end());
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.has_g()) collect_names(attribute.g(), names);
      for (const onnx::GraphProto& inner : attribute.graphs()) collect_names(inner, names);
    }
  }
}

}  // namespace

GraphEdit::GraphEdit(Model& model) : model_(model) { collect_names(model.graph(), names_); }

std::string GraphEdit::new_name(std::string wanted) {
  while (!names_.insert(wanted).second) wanted += "_";
  return wanted;
}

std::string GraphEdit::add_initializer(const std::string& wanted, Tensor tensor) {
  std::string name = new_name(wanted);
  model_.set_initializer(name, std::move(tensor));
  return name;
}

std::string GraphEdit::add_node(const std::string& op_type, const std::vector<std::string>& inputs, const std::string& output, const std::string& domain) {
  onnx::NodeProto node;
  std::string made = new_name(output);
  node.set_name(new_name(made + "_" + op_type));
  node.set_op_type(op_type);
  node.set_domain(domain);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(made);
  append(std::move(node));
  return made;
}

void GraphEdit::commit() {
  onnx::GraphProto& graph = model_.graph();
  graph.clear_node();
  for (onnx::NodeProto& node : nodes_) *graph.add_node() = std::move(node);
  nodes_.clear();
  std::set<std::string> made;
  for (const onnx::NodeProto& node : graph.node()) made.insert(node.output().begin(), node.output().end());
  google::protobuf::RepeatedPtrField<onnx::ValueInfoProto> kept;
  for (const onnx::ValueInfoProto& value : graph.value_info()) {
    if (made.contains(value.name())) *kept.Add() = value;
  }
  graph.mutable_value_info()->Swap(&kept);
  remove_dead_nodes(model_);
}

void import_contrib(Model& model) {
  for (const onnx::OperatorSetIdProto& set : model.proto.opset_import()) {
    if (set.domain() == "com.microsoft") return;
  }
  onnx::OperatorSetIdProto& set = *model.proto.add_opset_import();
  set.set_domain("com.microsoft");
  set.set_version(1);
}

void set_attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.name() == name) return attribute.set_i(value);
  }
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

}  // namespace iai
