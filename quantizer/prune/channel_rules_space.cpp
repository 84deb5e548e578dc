#include <algorithm>

#include "quantizer/prune/channel_rules.hpp"

// Operators that change the other axes and leave the channels as they are.

namespace iai {

/// By scales, of which the channels' is 1 or is not given.
bool ChannelRules::resize(const onnx::NodeProto& node) {
  const Track* input = input_track(node, 0);
  const bool has_sizes = node.input_size() > 3 && !node.input(3).empty();
  if (input == nullptr || node.input_size() < 3 || has_sizes || node.input(2).empty()) return false;
  const auto scales = model_.initializer(node.input(2));
  if (!scales || scales->type != ElementType::float32) return false;
  const std::vector<float> values = to_floats(*scales);
  std::size_t at = static_cast<std::size_t>(input->axis);
  if (const auto* axes = attribute_of(node, "axes")) {
    const auto rank = static_cast<std::int64_t>(shapes_.input(node, 0) == nullptr ? 0 : shapes_.input(node, 0)->size());
    at = values.size();
    for (int i = 0; i < axes->ints_size(); ++i) {
      if (axes->ints(i) == input->axis || axes->ints(i) + rank == input->axis) at = static_cast<std::size_t>(i);
    }
    if (at == values.size()) return rank > 0 && same_axis(node);
  }
  return at < values.size() && values[at] == 1 && same_axis(node);
}

bool ChannelRules::pad(const onnx::NodeProto& node) {
  const Track* input = input_track(node, 0);
  const auto pads = integers(node, 1, "pads");
  if (input == nullptr || !pads || (node.input_size() > 3 && !node.input(3).empty())) return false;
  const auto axis = static_cast<std::size_t>(input->axis), rank = pads->size() / 2;
  return axis < rank && (*pads)[axis] == 0 && (*pads)[rank + axis] == 0 && same_axis(node);
}

/// Slice and Split along other axes.
bool ChannelRules::cut(const onnx::NodeProto& node) {
  const auto* shape = shapes_.input(node, 0);
  const Track* input = input_track(node, 0);
  if (shape == nullptr || input == nullptr) return false;
  const auto rank = static_cast<std::int64_t>(shape->size());
  const bool split = node.op_type() == "Split";
  const auto axes = split ? std::vector<std::int64_t>{integer_of(node, "axis", 0)} : integers(node, 3, "axes");
  if (!axes || std::any_of(axes->begin(), axes->end(), [&](std::int64_t axis) { return (axis < 0 ? axis + rank : axis) == input->axis; })) return false;
  for (int i = 1; i < node.input_size(); ++i) {
    if (input_track(node, i) != nullptr) return false;
  }
  const Track from = *input;
  for (const std::string& output : node.output()) {
    if (!output.empty()) set_track(output, from.axis, Units(from.units));
  }
  return true;
}

}  // namespace iai
