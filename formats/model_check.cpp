#include <algorithm>
#include <set>

#include <onnx/checker.h>
#include <onnx/defs/schema.h>
#include <onnx/shape_inference/implementation.h>

#include "formats/error.hpp"
#include "formats/model.hpp"

namespace iai {

namespace {

/// The skeleton in which initializers without their payload are graph inputs: of the same type and shape, of unknown
/// value, which is all that checker and inference may know of weights.
onnx::ModelProto without_payloads(const Model& model) {
  onnx::ModelProto proto = model.proto;
  auto& graph = *proto.mutable_graph();
  std::set<std::string> inputs;
  for (const auto& input : graph.input()) inputs.insert(input.name());
  auto& tensors = *graph.mutable_initializer();
  for (const auto& tensor : tensors) {
    if (tensor.has_raw_data() || model.payload(tensor.name()) == nullptr || inputs.contains(tensor.name())) continue;
    auto& input = *graph.add_input();
    input.set_name(tensor.name());
    auto& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(tensor.data_type());
    type.mutable_shape();
    for (const std::int64_t size : tensor.dims()) type.mutable_shape()->add_dim()->set_dim_value(size);
  }
  tensors.erase(
      std::remove_if(tensors.begin(), tensors.end(), [&](const auto& tensor) { return !tensor.has_raw_data() && model.payload(tensor.name()) != nullptr; }),
      tensors.end());
  return proto;
}

/// ONNX's messages run over several lines and end with "==> Context ..."; the first line says what is wrong.
std::string first_line(const std::string& text) {
  const std::size_t start = std::min(text.find_first_not_of(" \n"), text.size());
  return text.substr(start, text.find('\n', start) - start);
}

void infer(onnx::ModelProto& proto, bool strict) {
  onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(), onnx::ShapeInferenceOptions{true, strict ? 1 : 0, true});
}

}  // namespace

void check_model(const Model& model, const std::string& name) {
  try {
    onnx::checker::check_model(without_payloads(model));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input, name + ": ONNX's checker refuses it: " + first_line(error.what()),
                "export the model again, or with an operator set that this build knows (up to " + std::to_string(newest_opset()) + ")");
  }
}

std::string infer_shapes(Model& model) {
  std::string said;
  onnx::ModelProto proto = without_payloads(model);
  try {
    infer(proto, true);
  } catch (const std::exception& error) {
    said = first_line(error.what());
    proto = without_payloads(model);
    try {
      infer(proto, false);
    } catch (const std::exception&) {
      return said;
    }
  }
  auto& graph = model.graph();
  graph.mutable_value_info()->Swap(proto.mutable_graph()->mutable_value_info());
  graph.mutable_output()->Swap(proto.mutable_graph()->mutable_output());
  graph.mutable_node()->Swap(proto.mutable_graph()->mutable_node());  // subgraphs carry value_info too
  return said;
}

Model with_inferred_shapes(Model model) {
  infer_shapes(model);
  return model;
}

std::int64_t newest_opset() { return onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at(ONNX_NAMESPACE::ONNX_DOMAIN).second; }

}  // namespace iai
