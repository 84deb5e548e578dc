#include "quantizer/precision/float_operators.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "quantizer/graph/node_names.hpp"
#include "quantizer/precision/operand_types.hpp"

namespace iai {
namespace {

std::map<std::string, TensorKind> kinds_of(const onnx::GraphProto& graph) {
  constexpr int float32 = static_cast<int>(ElementType::float32);
  std::map<std::string, TensorKind> kinds;
  for (const auto* values : {&graph.input(), &graph.output(), &graph.value_info()}) {
    for (const auto& value : *values) {
      const auto& type = value.type();
      if (type.value_case() == onnx::TypeProto::VALUE_NOT_SET || (type.has_tensor_type() && type.tensor_type().elem_type() == 0)) continue;
      kinds[value.name()] = type.tensor_type().elem_type() == float32 ? TensorKind::float32 : TensorKind::other;
    }
  }
  for (const auto& tensor : graph.initializer()) kinds[tensor.name()] = tensor.data_type() == float32 ? TensorKind::float32 : TensorKind::other;
  return kinds;
}

bool holds_graph(const onnx::NodeProto& node) {
  return std::any_of(node.attribute().begin(), node.attribute().end(), [](const auto& attribute) { return attribute.has_g(); });
}

}  // namespace

std::vector<FloatOperator> float_operators(const Model& inferred, const PrecisionOptions& options) {
  const onnx::GraphProto& graph = inferred.graph();
  const std::map<std::string, TensorKind> kinds = kinds_of(graph);
  const int opset = static_cast<int>(inferred.opset());
  const auto kind_of = [&](const std::string& name) {
    const auto found = kinds.find(name);
    return found == kinds.end() ? TensorKind::unknown : found->second;
  };
  std::vector<FloatOperator> operators;
  for (int at = 0; at < graph.node_size(); ++at) {
    const onnx::NodeProto& node = graph.node(at);
    FloatOperator made{at, node_title(node), node.op_type(), {}, {}, {}, {}, false};
    bool unknown = false;
    const auto is_float = [&](const std::string& name) {
      unknown = unknown || (!name.empty() && kind_of(name) == TensorKind::unknown);
      return !name.empty() && kind_of(name) == TensorKind::float32;
    };
    for (int i = 0; i < node.input_size(); ++i) {
      if (!is_float(node.input(i)) || input_operand(node, i, opset, options.type) == Operand::fixed) continue;
      (inferred.has_initializer(node.input(i)) ? made.weights : made.inputs).push_back(node.input(i));
    }
    for (const std::string& output : node.output()) {
      if (is_float(output)) made.outputs.push_back(output);
    }
    const bool holds = holds_graph(node), only_weights = options.arithmetic == Arithmetic::float32;
    if (only_weights && made.weights.empty()) continue;
    if (made.inputs.empty() && made.weights.empty() && made.outputs.empty() && !holds && !unknown) continue;
    if (holds) made.reason = {"subgraph", "its subgraphs stay as they are"};
    else if (matches_any(options.exclude, node)) made.reason = {"excluded", "excluded"};
    else if (!only_weights && !can_compute_in(node, opset, options.type, kind_of))
      made.reason = {"type", fmt::format("not defined for {} in operator set {}", type_name(options.type), opset)};
    made.weights_stay = made.reason.word == "excluded";
    operators.push_back(std::move(made));
  }
  return operators;
}

}  // namespace iai
