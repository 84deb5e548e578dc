#include "quantizer/prune/channel_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "quantizer/graph/node_names.hpp"

namespace iai {

ChannelRules::ChannelRules(const Model& model, const std::vector<std::string>& exclude, ChannelMap& map)
    : model_(model), exclude_(exclude), map_(map), index_(model.graph()), shapes_(model) {}

void ChannelRules::follow() {
  for (int i = 0; i < model_.graph().node_size(); ++i) visit(i, model_.graph().node(i));
  for (const auto& output : model_.graph().output()) {
    if (const Track* made = track(output.name())) map_.pin(made->units, fmt::format("they are the model's output '{}'", output.name()));
  }
  // Weights that something reads that was not understood must stay whole.
  for (const auto& slice : map_.slices) {
    const std::size_t uses = index_.uses(slice.tensor).size();
    if (index_.is_graph_output(slice.tensor) || understood_[slice.tensor].size() != uses)
      map_.pin(slice.units, fmt::format("weights '{}' are read elsewhere too", slice.tensor));
  }
}

void ChannelRules::visit(int index, const onnx::NodeProto& node) {
  const bool default_domain = node.domain().empty() || node.domain() == "ai.onnx";
  if (!default_domain || !(follow_layer(index, node) || follow_plain(index, node)))
    pin_inputs(node, fmt::format("they reach {} '{}'", node.op_type(), node_title(node)));
  if (!matches_any(exclude_, node)) return;
  if (!map_.producers.empty() && map_.producers.back().node == index) map_.pin(map_.producers.back().units, "excluded");
  else pin_inputs(node, fmt::format("they reach {} '{}', which is excluded", node.op_type(), node_title(node)));
}

bool ChannelRules::follow_layer(int index, const onnx::NodeProto& node) {
  const std::string& type = node.op_type();
  if (type == "Conv") return convolution(index, node);
  if (type == "ConvTranspose") return transposed_convolution(index, node);
  if (type == "Gemm") return gemm(index, node);
  if (type == "MatMul") return product(index, node);
  return false;
}

bool ChannelRules::is_weight(const onnx::NodeProto& node, int position, std::size_t rank) const {
  if (position >= node.input_size()) return false;
  const auto tensor = model_.initializer(node.input(position));
  return tensor && tensor->type == ElementType::float32 && tensor->shape.size() >= rank;
}

const ChannelRules::Track* ChannelRules::track(const std::string& tensor) const {
  const auto found = tracks_.find(tensor);
  return found == tracks_.end() ? nullptr : &found->second;
}

const ChannelRules::Track* ChannelRules::input_track(const onnx::NodeProto& node, int position) const {
  return position < node.input_size() ? track(node.input(position)) : nullptr;
}

void ChannelRules::set_track(const std::string& tensor, int axis, Units units) {
  // A file may declare shapes that its operators do not make.
  if (const auto* shape = shapes_.find(tensor)) {
    const auto at = static_cast<std::size_t>(axis);
    if (axis < 0 || at >= shape->size() || (*shape)[at] != static_cast<std::int64_t>(units.size()))
      return map_.pin(units, fmt::format("the declared shape of '{}' does not fit", tensor));
  }
  // What inner graphs read is not followed into them.
  for (const GraphIndex::Use& use : index_.uses(tensor)) {
    if (use.input < 0)
      map_.pin(units, fmt::format("they reach the inner graph of {} '{}'", model_.graph().node(use.node).op_type(), node_title(model_.graph().node(use.node))));
  }
  tracks_[tensor] = {axis, std::move(units)};
}

void ChannelRules::pin_inputs(const onnx::NodeProto& node, const std::string& reason) {
  for (const std::string& input : node.input()) {
    if (const Track* known = track(input)) map_.pin(known->units, reason);
  }
}

void ChannelRules::slice(const onnx::NodeProto& node, int position, int axis, const Units& units) {
  const auto shape = model_.initializer(node.input(position))->shape;
  if (static_cast<std::size_t>(axis) >= shape.size() || shape[static_cast<std::size_t>(axis)] != static_cast<std::int64_t>(units.size()))
    return map_.pin(units, fmt::format("weights '{}' do not fit {} '{}'", node.input(position), node.op_type(), node_title(node)));
  map_.slice(node.input(position), axis, units);
  understood_[node.input(position)].insert({&node, position});  // both axes of a layer's weights are one use
}

ChannelRules::Units ChannelRules::produce(int index, const onnx::NodeProto& node, int axis, std::int64_t channels) {
  Units units = map_.make_units(channels);
  map_.producers.push_back({index, node.input(1), axis, units});
  slice(node, 1, axis, units);
  return units;
}

void ChannelRules::consume(int index, const onnx::NodeProto& node, int axis, const Track* input) {
  if (input == nullptr) return keep_rows(node, axis);
  slice(node, 1, axis, input->units);
  if (index_.uses(node.input(1)).size() != 1 || index_.is_graph_output(node.input(1))) return;  // weights that others read too
  map_.consumers.push_back({index, node.input(1), axis, input->units, node.input(0), input->axis, bias_for_means(node)});
}

void ChannelRules::keep_rows(const onnx::NodeProto& node, int axis) {
  const std::string& weights = node.input(1);
  if (index_.uses(weights).size() < 2) return;
  const Units rows = map_.make_units(model_.initializer(weights)->shape[static_cast<std::size_t>(axis)]);
  map_.slice(weights, axis, rows);
  map_.pin(rows, fmt::format("weights '{}' are read elsewhere too", weights));
}

std::string ChannelRules::bias_for_means(const onnx::NodeProto& node) const {
  const bool is_conv = node.op_type() == "Conv";
  if ((!is_conv && node.op_type() != "Gemm") || !is_weight(node, 2, 1)) return {};
  if (model_.initializer(node.input(2))->shape.size() != 1 || index_.uses(node.input(2)).size() != 1) return {};
  for (const auto& attribute : node.attribute()) {
    if ((attribute.name() == "alpha" || attribute.name() == "beta") && attribute.f() != 1) return {};
    // Padding is zero whatever the mean is.
    if (attribute.name() == "auto_pad" && attribute.s() != "NOTSET" && attribute.s() != "VALID") return {};
    if (attribute.name() == "pads" && std::any_of(attribute.ints().begin(), attribute.ints().end(), [](auto pad) { return pad != 0; })) return {};
  }
  const auto outputs = model_.initializer(node.input(1))->shape[is_conv || integer_of(node, "transB", 0) != 0 ? 0 : 1];
  return model_.initializer(node.input(2))->shape[0] == outputs ? node.input(2) : std::string();
}

std::optional<std::vector<std::int64_t>> ChannelRules::integers(const onnx::NodeProto& node, int position, const std::string& attribute) const {
  if (const auto* known = attribute_of(node, attribute)) return std::vector<std::int64_t>(known->ints().begin(), known->ints().end());
  if (position >= node.input_size() || node.input(position).empty()) return std::nullopt;
  if (const auto tensor = model_.initializer(node.input(position))) return to_int64s(*tensor);
  const int producer = index_.producer(node.input(position));
  if (producer < 0 || model_.graph().node(producer).op_type() != "Constant") return std::nullopt;
  const auto* value = attribute_of(model_.graph().node(producer), "value");
  if (value != nullptr && value->has_t()) return to_int64s(tensor_view(value->t()));
  const auto* list = attribute_of(model_.graph().node(producer), "value_ints");
  if (list != nullptr) return std::vector<std::int64_t>(list->ints().begin(), list->ints().end());
  return std::nullopt;
}

// Layers. Each first decides whether its case is covered, then changes the map.

bool ChannelRules::convolution(int index, const onnx::NodeProto& node) {
  if (!is_weight(node, 1, 3)) return false;
  const auto shape = model_.initializer(node.input(1))->shape;  // [out, in / groups, kernel...]
  const bool has_bias = node.input_size() > 2 && !node.input(2).empty();
  if (has_bias && !is_weight(node, 2, 1)) return false;
  const Track* input = input_track(node, 0);
  if (input != nullptr && input->axis != 1) return false;
  const std::int64_t groups = integer_of(node, "group", 1);
  if (groups != 1) return groups > 0 && shape[1] == 1 && shape[0] % groups == 0 && depthwise(index, node, input);
  if (input != nullptr && static_cast<std::int64_t>(input->units.size()) != shape[1]) return false;
  const Units units = produce(index, node, 0, shape[0]);
  consume(index, node, 1, input);
  if (has_bias) slice(node, 2, 0, units);
  set_track(node.output(0), 1, units);
  return true;
}

/// Every input channel makes its own output channels, so they go together.
bool ChannelRules::depthwise(int index, const onnx::NodeProto& node, const Track* input) {
  const auto shape = model_.initializer(node.input(1))->shape;
  const std::int64_t groups = integer_of(node, "group", 1);
  if (input == nullptr || static_cast<std::int64_t>(input->units.size()) != groups) return false;
  const Units from = input->units;
  const Units units = produce(index, node, 0, shape[0]);
  const auto each = static_cast<std::size_t>(shape[0] / groups);
  for (std::size_t i = 0; i < units.size(); ++i) map_.unite(from[i / each], units[i]);
  if (node.input_size() > 2 && !node.input(2).empty()) slice(node, 2, 0, units);
  map_.group_counts.push_back({index, from});
  set_track(node.output(0), 1, units);
  return true;
}

bool ChannelRules::transposed_convolution(int index, const onnx::NodeProto& node) {
  if (!is_weight(node, 1, 3) || integer_of(node, "group", 1) != 1) return false;
  const auto shape = model_.initializer(node.input(1))->shape;  // [in, out, kernel...]
  const bool has_bias = node.input_size() > 2 && !node.input(2).empty();
  if (has_bias && !is_weight(node, 2, 1)) return false;
  const Track* input = input_track(node, 0);
  if (input != nullptr && (input->axis != 1 || static_cast<std::int64_t>(input->units.size()) != shape[0])) return false;
  const Units units = produce(index, node, 1, shape[1]);
  consume(index, node, 0, input);
  if (has_bias) slice(node, 2, 0, units);
  set_track(node.output(0), 1, units);
  return true;
}

bool ChannelRules::gemm(int index, const onnx::NodeProto& node) {
  if (!is_weight(node, 1, 2) || integer_of(node, "transA", 0) != 0 || input_track(node, 2) != nullptr) return false;
  const int out = integer_of(node, "transB", 0) != 0 ? 0 : 1, in = 1 - out;
  const auto shape = model_.initializer(node.input(1))->shape;
  const std::int64_t channels = shape[static_cast<std::size_t>(out)];
  const Track* input = input_track(node, 0);
  if (input != nullptr && (input->axis != 1 || static_cast<std::int64_t>(input->units.size()) != shape[static_cast<std::size_t>(in)])) return false;
  const bool has_bias = node.input_size() > 2 && !node.input(2).empty();
  const auto bias = has_bias ? model_.initializer(node.input(2)) : std::nullopt;
  if (has_bias && !bias) return false;
  const Units units = produce(index, node, out, channels);
  consume(index, node, in, input);
  if (bias && !bias->shape.empty() && bias->shape.back() == channels && channels > 1) slice(node, 2, static_cast<int>(bias->shape.size()) - 1, units);
  set_track(node.output(0), 1, units);
  return true;
}

bool ChannelRules::product(int index, const onnx::NodeProto& node) {
  const auto* shape = shapes_.input(node, 0);
  if (!is_weight(node, 1, 2) || model_.initializer(node.input(1))->shape.size() != 2 || shape == nullptr || shape->size() < 2) return false;
  const auto weights = model_.initializer(node.input(1))->shape;  // [in, out]
  const int last = static_cast<int>(shape->size()) - 1;
  const Track* input = input_track(node, 0);
  // Channels on another axis pass through untouched; what the product makes is then not followed.
  if (input != nullptr && input->axis != last) {
    set_track(node.output(0), input->axis, input->units);
    return true;
  }
  const Units units = produce(index, node, 1, weights[1]);
  consume(index, node, 0, input);
  set_track(node.output(0), last, units);
  return true;
}

}  // namespace iai
