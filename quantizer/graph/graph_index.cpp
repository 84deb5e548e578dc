#include "quantizer/graph/graph_index.hpp"

namespace iai {

GraphIndex::GraphIndex(const onnx::GraphProto& graph) {
  for (int n = 0; n < graph.node_size(); ++n) {
    const onnx::NodeProto& node = graph.node(n);
    for (int i = 0; i < node.input_size(); ++i) {
      if (!node.input(i).empty()) tensors_[node.input(i)].uses.push_back({n, i});
    }
    for (const std::string& output : node.output()) {
      if (!output.empty()) tensors_[output].producer = n;
    }
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.has_g()) add_uses(attribute.g(), n);
      for (const onnx::GraphProto& inner : attribute.graphs()) add_uses(inner, n);
    }
  }
  for (const onnx::ValueInfoProto& output : graph.output()) tensors_[output.name()].output = true;
  for (const onnx::ValueInfoProto& input : graph.input()) tensors_[input.name()].input = true;
}

// A name made inside the subgraph may hide an outer one; counting it as a use only makes a rewrite more careful.
void GraphIndex::add_uses(const onnx::GraphProto& graph, int node) {
  const auto use = [&](const std::string& name) {
    if (name.empty()) return;
    auto& uses = tensors_[name].uses;
    if (uses.empty() || uses.back().node != node || uses.back().input != -1) uses.push_back({node, -1});
  };
  for (const onnx::NodeProto& inner : graph.node()) {
    for (const std::string& input : inner.input()) use(input);
    for (const onnx::AttributeProto& attribute : inner.attribute()) {
      if (attribute.has_g()) add_uses(attribute.g(), node);
      for (const onnx::GraphProto& nested : attribute.graphs()) add_uses(nested, node);
    }
  }
  for (const onnx::ValueInfoProto& output : graph.output()) use(output.name());
}

const GraphIndex::Tensor& GraphIndex::find(std::string_view tensor) const {
  static const Tensor nothing;
  const auto found = tensors_.find(std::string(tensor));
  return found == tensors_.end() ? nothing : found->second;
}

int GraphIndex::producer(std::string_view tensor) const { return find(tensor).producer; }
const std::vector<GraphIndex::Use>& GraphIndex::uses(std::string_view tensor) const { return find(tensor).uses; }
bool GraphIndex::is_graph_output(std::string_view tensor) const { return find(tensor).output; }
bool GraphIndex::is_graph_input(std::string_view tensor) const { return find(tensor).input; }

int GraphIndex::only_user(std::string_view tensor) const {
  const Tensor& entry = find(tensor);
  return entry.uses.size() == 1 && !entry.output && entry.uses[0].input >= 0 ? entry.uses[0].node : -1;
}

}  // namespace iai
