#include "quantizer/graph/fold.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

#include "quantizer/graph/graph_index.hpp"

namespace iai {
namespace {

/// The tensor that a Constant node holds, or nothing when it is of a kind that stays (strings, sparse).
std::optional<Tensor> constant_value(const onnx::NodeProto& node) {
  if (node.attribute_size() != 1) return std::nullopt;
  const onnx::AttributeProto& value = node.attribute(0);
  if (value.name() == "value" && value.has_t()) {
    if (!value.t().has_raw_data()) return std::nullopt;  // strings
    const TensorView view = tensor_view(value.t());
    return Tensor{view.type, view.shape, {view.bytes.begin(), view.bytes.end()}};
  }
  if (value.name() == "value_float") return make_tensor<float>({}, std::array{value.f()});
  if (value.name() == "value_int") return make_tensor<std::int64_t>({}, std::array{std::int64_t{value.i()}});
  if (value.name() == "value_floats") {
    const std::vector<float> values(value.floats().begin(), value.floats().end());
    return make_tensor<float>({value.floats_size()}, values);
  }
  if (value.name() == "value_ints") {
    const std::vector<std::int64_t> values(value.ints().begin(), value.ints().end());
    return make_tensor<std::int64_t>({value.ints_size()}, values);
  }
  return std::nullopt;
}

void erase_nodes(onnx::GraphProto& graph, const std::vector<bool>& dead) {
  int kept = 0;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (dead[static_cast<std::size_t>(i)]) continue;
    if (kept != i) graph.mutable_node()->SwapElements(kept, i);
    ++kept;
  }
  graph.mutable_node()->DeleteSubrange(kept, graph.node_size() - kept);
}

std::optional<std::vector<double>> float_initializer(const Model& model, const std::string& name, std::int64_t size) {
  const auto view = model.initializer(name);
  if (!view || view->type != ElementType::float32 || view->size() != size) return std::nullopt;
  if (!view->shape.empty() && view->shape.back() != size) return std::nullopt;  // [M, 1] holds one number a row, not a channel
  return to_doubles(*view);
}

/// Output channels of a weight: their number, and the axis they lie along (with `groups` blocks of it along axis 0 for
/// ConvTranspose, whose weight is [in, out / groups, ...]).
struct Channels {
  std::int64_t count = 0;
  int axis = 0;
  std::int64_t groups = 1;
};

std::optional<Channels> output_channels(const onnx::NodeProto& node, std::span<const std::int64_t> shape) {
  if (is_standard(node, "Conv") && shape.size() >= 2) return Channels{shape[0], 0, 1};
  if (is_standard(node, "ConvTranspose") && shape.size() >= 2) {
    const std::int64_t groups = int_attribute(node, "group", 1);
    if (groups < 1 || shape[0] % groups != 0) return std::nullopt;
    return Channels{shape[1] * groups, 1, groups};
  }
  if (is_standard(node, "Gemm") && shape.size() == 2) {
    const int axis = int_attribute(node, "transB", 0) != 0 ? 0 : 1;
    return Channels{shape[static_cast<std::size_t>(axis)], axis, 1};
  }
  return std::nullopt;
}

/// Multiplies each output channel of `weight` by its `factor`.
void scale_channels(Tensor& weight, const Channels& channels, std::span<const double> factor) {
  const auto axis = static_cast<std::size_t>(channels.axis);
  std::int64_t inner = 1, outer = 1;
  for (std::size_t i = 0; i < weight.shape.size(); ++i) (i < axis ? outer : inner) *= weight.shape[i];
  const std::int64_t along = weight.shape[axis];
  inner /= std::max<std::int64_t>(along, 1);
  const std::int64_t block = std::max<std::int64_t>(outer / channels.groups, 1);
  const auto values = weight.values<float>();
  for (std::int64_t o = 0, at = 0; o < outer; ++o) {
    const std::int64_t first = channels.groups > 1 ? o / block * along : 0;
    for (std::int64_t c = 0; c < along; ++c) {
      for (std::int64_t i = 0; i < inner; ++i, ++at) {
        float& value = values[static_cast<std::size_t>(at)];
        value = static_cast<float>(static_cast<double>(value) * factor[static_cast<std::size_t>(first + c)]);
      }
    }
  }
}

std::string unused_name(const Model& model, const GraphIndex& index, std::string name) {
  while (model.has_initializer(name) || index.producer(name) >= 0 || index.is_graph_input(name)) name += "_";
  return name;
}

/// Initializers that only one node reads can be changed in place; others get a copy under a new name.
std::string own_name(const Model& model, const GraphIndex& index, const std::string& name) {
  return index.uses(name).size() == 1 && !index.is_graph_output(name) ? name : unused_name(model, index, name + "_folded");
}

bool fold_one(Model& model, const GraphIndex& index, int at) {
  onnx::NodeProto& norm = *model.graph().mutable_node(at);
  if (!is_standard(norm, "BatchNormalization") || norm.input_size() < 5 || int_attribute(norm, "training_mode", 0) != 0) return false;
  for (int i = 1; i < norm.output_size(); ++i) {
    if (!norm.output(i).empty()) return false;  // running statistics are asked for
  }
  const int producer = index.producer(norm.input(0));
  if (producer < 0 || index.only_user(norm.input(0)) != at) return false;
  onnx::NodeProto& linear = *model.graph().mutable_node(producer);
  const auto view = linear.input_size() >= 2 ? model.initializer(linear.input(1)) : std::nullopt;
  if (!view || view->type != ElementType::float32 || index.is_graph_input(linear.input(1))) return false;
  const auto channels = output_channels(linear, view->shape);
  if (!channels) return false;
  if (is_standard(linear, "Gemm") && (float_attribute(linear, "alpha", 1) != 1.0F || float_attribute(linear, "beta", 1) != 1.0F)) return false;

  const std::string bias_name = linear.input_size() >= 3 ? linear.input(2) : std::string();
  const auto count = static_cast<std::size_t>(channels->count);
  std::optional<std::vector<double>> bias = std::vector<double>(count);
  if (!bias_name.empty()) bias = float_initializer(model, bias_name, channels->count);
  const auto gamma = float_initializer(model, norm.input(1), channels->count), beta = float_initializer(model, norm.input(2), channels->count);
  const auto mean = float_initializer(model, norm.input(3), channels->count), variance = float_initializer(model, norm.input(4), channels->count);
  if (!bias || !gamma || !beta || !mean || !variance) return false;

  const double epsilon = static_cast<double>(float_attribute(norm, "epsilon", 1e-5F));
  std::vector<double> factor(count);
  std::vector<float> shifted(count);
  for (std::size_t c = 0; c < count; ++c) {
    factor[c] = (*gamma)[c] / std::sqrt((*variance)[c] + epsilon);
    shifted[c] = static_cast<float>(((*bias)[c] - (*mean)[c]) * factor[c] + (*beta)[c]);
    if (!std::isfinite(factor[c]) || !std::isfinite(shifted[c])) return false;
  }
  Tensor weight{view->type, view->shape, {view->bytes.begin(), view->bytes.end()}};
  scale_channels(weight, *channels, factor);
  const std::string weight_name = own_name(model, index, linear.input(1));
  model.set_initializer(weight_name, std::move(weight));
  linear.set_input(1, weight_name);
  const std::string new_bias = bias_name.empty() ? unused_name(model, index, weight_name + "_bias") : own_name(model, index, bias_name);
  model.set_initializer(new_bias, make_tensor<float>({channels->count}, shifted));
  while (linear.input_size() < 3) linear.add_input();
  linear.set_input(2, new_bias);
  linear.set_output(0, norm.output(0));
  norm.clear_output();  // marks it dead
  return true;
}

/// Lets the readers of an Identity's output read its input. Where the output is a graph output, its producer takes the name.
bool skip_identity(onnx::GraphProto& graph, const GraphIndex& index, int at) {
  onnx::NodeProto& node = *graph.mutable_node(at);
  if (!is_standard(node, "Identity") || node.input_size() != 1 || node.output_size() != 1) return false;
  const std::string from = node.output(0), to = node.input(0);
  if (index.is_graph_output(from)) {
    const int producer = index.producer(to);
    if (producer < 0 || index.only_user(to) != at) return false;
    for (std::string& output : *graph.mutable_node(producer)->mutable_output()) {
      if (output == to) output = from;
    }
    node.clear_output();
    return true;
  }
  for (const GraphIndex::Use& use : index.uses(from)) {
    if (use.input < 0) return false;  // a subgraph reads it by name
  }
  for (const GraphIndex::Use& use : index.uses(from)) graph.mutable_node(use.node)->set_input(use.input, to);
  node.clear_output();
  return true;
}

std::vector<bool> dead_nodes(const onnx::GraphProto& graph) {
  const GraphIndex index(graph);
  std::vector<bool> live(static_cast<std::size_t>(graph.node_size()));
  // Readers come after makers, so that one sweep from the end sees all readers first; subgraph reads count as uses.
  for (int i = graph.node_size() - 1; i >= 0; --i) {
    for (const std::string& output : graph.node(i).output()) {
      if (output.empty()) continue;
      bool read = index.is_graph_output(output);
      for (const GraphIndex::Use& use : index.uses(output)) read = read || live[static_cast<std::size_t>(use.node)];
      if (read) live[static_cast<std::size_t>(i)] = true;
    }
  }
  live.flip();
  return live;
}

}  // namespace

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

std::int64_t int_attribute(const onnx::NodeProto& node, std::string_view name, std::int64_t otherwise) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute == nullptr ? otherwise : attribute->i();
}

float float_attribute(const onnx::NodeProto& node, std::string_view name, float otherwise) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute == nullptr ? otherwise : attribute->f();
}

bool is_standard(const onnx::NodeProto& node, std::string_view op_type) {
  return node.op_type() == op_type && (node.domain().empty() || node.domain() == "ai.onnx");
}

int drop_weight_inputs(Model& model) {
  onnx::GraphProto& graph = model.graph();
  google::protobuf::RepeatedPtrField<onnx::ValueInfoProto> kept;
  for (const onnx::ValueInfoProto& input : graph.input()) {
    if (!model.has_initializer(input.name())) *kept.Add() = input;
  }
  const int dropped = graph.input_size() - kept.size();
  graph.mutable_input()->Swap(&kept);
  constexpr std::int64_t first_without = 4;
  if (model.proto.ir_version() < first_without) model.proto.set_ir_version(first_without);
  return dropped;
}

int lift_constants(Model& model) {
  const GraphIndex index(model.graph());
  std::vector<bool> dead(static_cast<std::size_t>(model.graph().node_size()));
  int lifted = 0;
  for (int i = 0; i < model.graph().node_size(); ++i) {
    const onnx::NodeProto& node = model.graph().node(i);
    if (!is_standard(node, "Constant") || node.output_size() != 1 || index.is_graph_output(node.output(0))) continue;
    std::optional<Tensor> value = constant_value(node);
    if (!value) continue;
    model.set_initializer(node.output(0), std::move(*value));
    dead[static_cast<std::size_t>(i)] = true;
    ++lifted;
  }
  erase_nodes(model.graph(), dead);
  return lifted;
}

int fold_batch_norms(Model& model) {
  const GraphIndex index(model.graph());
  std::vector<bool> dead(static_cast<std::size_t>(model.graph().node_size()));
  int folded = 0;
  for (int i = 0; i < model.graph().node_size(); ++i) {
    if (!fold_one(model, index, i)) continue;
    dead[static_cast<std::size_t>(i)] = true;
    ++folded;
  }
  erase_nodes(model.graph(), dead);
  if (folded > 0) remove_dead_nodes(model);
  return folded;
}

int remove_dead_nodes(Model& model) {
  onnx::GraphProto& graph = model.graph();
  int removed = 0;
  for (bool again = true; again;) {  // skipping one Identity changes what the index knows
    again = false;
    const GraphIndex index(graph);
    for (int i = 0; i < graph.node_size() && !again; ++i) again = skip_identity(graph, index, i);
    if (!again) break;
    std::vector<bool> dead;
    for (const onnx::NodeProto& node : graph.node()) dead.push_back(is_standard(node, "Identity") && node.output_size() == 0);
    erase_nodes(graph, dead);
    ++removed;
  }
  const std::vector<bool> dead = dead_nodes(graph);
  removed += static_cast<int>(std::count(dead.begin(), dead.end(), true));
  erase_nodes(graph, dead);
  const GraphIndex index(graph);
  std::vector<std::string> unread;
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    if (index.uses(tensor.name()).empty() && !index.is_graph_output(tensor.name())) unread.push_back(tensor.name());
  }
  for (const std::string& name : unread) model.remove_initializer(name);
  return removed;
}

}  // namespace iai
