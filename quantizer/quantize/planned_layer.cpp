#include "quantizer/quantize/planned_layer.hpp"

#include "quantizer/graph/node_names.hpp"
#include "quantizer/quantize/stored_weights.hpp"

namespace iai {
namespace {

constexpr std::uint64_t scale_bytes = 4, int8_bytes = 1, int32_bytes = 4;

std::map<std::string, std::uint64_t> float_inputs(const Model& model, const onnx::NodeProto& node) {
  std::map<std::string, std::uint64_t> sizes;
  for (const std::string& input : node.input()) {
    const auto tensor = model.initializer(input);
    if (tensor && (tensor->type == ElementType::float32 || tensor->type == ElementType::float64 || tensor->type == ElementType::float16 ||
                   tensor->type == ElementType::bfloat16)) {
      sizes[input] = tensor->bytes.size();
    }
  }
  return sizes;
}

std::uint64_t elements_of(const Model& model, const std::string& name) { return static_cast<std::uint64_t>(model.initializer(name)->size()); }

}  // namespace

std::uint64_t bytes_of(const std::map<std::string, std::uint64_t>& sizes) {
  std::uint64_t sum = 0;
  for (const auto& [name, bytes] : sizes) sum += bytes;
  return sum;
}

PlannedLayer planned_linear(const Model& model, const LinearNode& linear, LinearForm form) {
  const bool fixed = form == LinearForm::static_int8;
  PlannedLayer layer{linear.name, linear.op_type, fixed ? "int8" : "dynamic int8", {}, float_inputs(model, model.graph().node(linear.node)), {}};
  layer.after = layer.before;
  if (linear.weight.empty()) return layer;
  const TensorView weight = *model.initializer(linear.weight);
  // A stack of matrices has one scale in the static form, as quantize_static gives it.
  const bool stack = fixed && linear.op_type == "MatMul" && weight.shape.size() > 2;
  const std::uint64_t channels = stack ? 1 : static_cast<std::uint64_t>(weight.shape[static_cast<std::size_t>(linear.axis)]);
  layer.after[linear.weight] = elements_of(model, linear.weight) * int8_bytes + channels * (scale_bytes + (fixed ? int8_bytes : 0));
  if (fixed && !linear.bias.empty() && linear.op_type != "MatMul") {
    layer.after[linear.bias] = elements_of(model, linear.bias) * (int32_bytes + scale_bytes + int32_bytes);
  }
  return layer;
}

PlannedLayer planned_stored(const Model& model, const onnx::NodeProto& node) {
  PlannedLayer layer{node_title(node), node.op_type(), "int8 weights", {}, float_inputs(model, node), {}};
  layer.after = layer.before;
  for (const std::string& name : stored_weights(node)) {
    const TensorView weight = *model.initializer(name);
    const auto rows = static_cast<std::uint64_t>(is_recurrent(node) ? weight.shape[0] * weight.shape[1] : weight.shape[0]);
    layer.after[name] = static_cast<std::uint64_t>(weight.size()) * int8_bytes + rows * scale_bytes;
  }
  return layer;
}

PlannedLayer planned_lstm(const Model& model, const onnx::NodeProto& node) {
  PlannedLayer layer{node_title(node), node.op_type(), "dynamic int8", {}, float_inputs(model, node), {}};
  layer.after = layer.before;
  for (const int input : {1, 2}) {
    const TensorView weight = *model.initializer(node.input(input));
    const auto channels = static_cast<std::uint64_t>(weight.shape[0] * weight.shape[1]);
    layer.after[node.input(input)] = static_cast<std::uint64_t>(weight.size()) * int8_bytes + channels * (scale_bytes + int8_bytes);
  }
  return layer;
}

PlannedLayer planned_float(const Model& model, const onnx::NodeProto& node, FloatReason reason) {
  PlannedLayer layer{node_title(node), node.op_type(), "float", std::move(reason), float_inputs(model, node), {}};
  layer.after = layer.before;
  return layer;
}

}  // namespace iai
