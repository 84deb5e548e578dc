#include "quantizer/graph/known_shapes.hpp"

#include <set>

namespace iai {

namespace {

/// Fixes the first dimension of every input that leaves it open, and all dimensions of the same name, to 1.
void take_one_sample(onnx::GraphProto& graph) {
  std::set<std::string> names, initializers;
  for (const auto& tensor : graph.initializer()) initializers.insert(tensor.name());
  for (auto& input : *graph.mutable_input()) {
    if (!input.type().tensor_type().has_shape() || initializers.count(input.name()) != 0) continue;
    auto& shape = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
    if (shape.dim_size() == 0 || shape.dim(0).has_dim_value()) continue;
    if (!shape.dim(0).dim_param().empty()) names.insert(shape.dim(0).dim_param());
    shape.mutable_dim(0)->set_dim_value(1);
  }
  const auto fix = [&](auto& values) {
    for (auto& value : values) {
      if (!value.type().tensor_type().has_shape()) continue;
      for (auto& dimension : *value.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) {
        if (names.count(dimension.dim_param()) != 0) dimension.set_dim_value(1);
      }
    }
  };
  fix(*graph.mutable_input());
  fix(*graph.mutable_value_info());
  fix(*graph.mutable_output());
}

}  // namespace

KnownShapes::KnownShapes(const Model& model) {
  Model inferred = model;
  take_one_sample(inferred.graph());
  infer_shapes(inferred);
  const onnx::GraphProto& graph = inferred.graph();
  for (const auto& value : graph.input()) add(value);
  for (const auto& value : graph.value_info()) add(value);
  for (const auto& value : graph.output()) add(value);
  for (const auto& tensor : graph.initializer()) shapes_[tensor.name()] = Shape(tensor.dims().begin(), tensor.dims().end());
}

void KnownShapes::add(const onnx::ValueInfoProto& value) {
  if (!value.type().tensor_type().has_shape()) return;
  Shape shape;
  for (const auto& dimension : value.type().tensor_type().shape().dim()) {
    if (!dimension.has_dim_value() || dimension.dim_value() < 0) return;
    shape.push_back(dimension.dim_value());
  }
  shapes_[value.name()] = std::move(shape);
}

const KnownShapes::Shape* KnownShapes::find(const std::string& tensor) const {
  const auto found = shapes_.find(tensor);
  return found == shapes_.end() ? nullptr : &found->second;
}

const KnownShapes::Shape* KnownShapes::input(const onnx::NodeProto& node, int position) const {
  return position < node.input_size() ? find(node.input(position)) : nullptr;
}

const KnownShapes::Shape* KnownShapes::output(const onnx::NodeProto& node) const { return node.output_size() > 0 ? find(node.output(0)) : nullptr; }

const onnx::AttributeProto* attribute_of(const onnx::NodeProto& node, const std::string& name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

std::int64_t integer_of(const onnx::NodeProto& node, const std::string& name, std::int64_t otherwise) {
  const auto* attribute = attribute_of(node, name);
  return attribute == nullptr ? otherwise : attribute->i();
}

}  // namespace iai
