#include <algorithm>
#include <set>

#include "quantizer/prune/channel_rules.hpp"

// Operators without filters: they hand channels on, move them, bring them together.

namespace iai {

namespace {

bool is_unary(const std::string& type) {
  static const std::set<std::string> types{
      "Relu",       "LeakyRelu",       "Clip", "HardSwish", "HardSigmoid", "Sigmoid", "Tanh", "Elu",      "Celu",    "Selu", "Softplus",
      "Softsign",   "ThresholdedRelu", "Gelu", "Mish",      "Swish",       "Erf",     "Abs",  "Neg",      "Sqrt",    "Exp",  "Log",
      "Reciprocal", "Floor",           "Ceil", "Round",     "Sign",        "Sin",     "Cos",  "Identity", "Dropout", "Cast"};
  return types.count(type) != 0;
}

bool is_binary(const std::string& type) {
  static const std::set<std::string> types{"Add", "Sub", "Mul", "Div", "Pow", "PRelu", "Min", "Max", "Sum", "Mean"};
  return types.count(type) != 0;
}

bool is_pooling(const std::string& type) {
  static const std::set<std::string> types{"MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "GlobalLpPool"};
  return types.count(type) != 0;
}

std::int64_t product_of(const std::vector<std::int64_t>& shape, std::size_t first, std::size_t last) {
  std::int64_t product = 1;
  for (std::size_t i = first; i < last; ++i) product *= shape[i];
  return product;
}

}  // namespace

bool ChannelRules::follow_plain(int index, const onnx::NodeProto& node) {
  const std::string& type = node.op_type();
  if (std::none_of(node.input().begin(), node.input().end(), [&](const std::string& input) { return track(input) != nullptr; })) return true;
  if (type == "Shape" || type == "Size") return false;
  if (is_unary(type)) return same_axis(node);
  if (is_pooling(type)) return input_track(node, 0)->axis == 1 && same_axis(node);
  if (is_binary(type)) return element_wise(node);
  if (type == "BatchNormalization" || type == "InstanceNormalization") return normalisation(node);
  if (type == "Softmax" || type == "LogSoftmax") return over_other_axis(node, integer_of(node, "axis", -1));
  if (type == "Flatten") return flatten(node);
  if (type == "Reshape") return reshape(index, node);
  if (type == "Transpose" || type == "Squeeze" || type == "Unsqueeze") return move_axes(node);
  if (type.rfind("Reduce", 0) == 0) return reduce(node);
  if (type == "Gather") return gather(node);
  if (type == "Concat") return concat(node);
  if (type == "Resize") return resize(node);
  if (type == "Pad") return pad(node);
  if (type == "Slice" || type == "Split") return cut(node);
  return false;
}

/// Output 0 has the channels of input 0. Other inputs (the limits of Clip) are single numbers.
bool ChannelRules::same_axis(const onnx::NodeProto& node) {
  const Track* input = input_track(node, 0);
  if (input == nullptr) return false;
  for (int i = 1; i < node.input_size(); ++i) {
    if (input_track(node, i) != nullptr) return false;
  }
  for (int i = 1; i < node.output_size(); ++i) {
    if (!node.output(i).empty() && !index_.uses(node.output(i)).empty()) return false;  // indices of MaxPool, mask of Dropout
  }
  set_track(node.output(0), input->axis, Units(input->units));
  return true;
}

/// Broadcast from the right: operands that have the channels bring them together, operands of size 1 there do not matter.
bool ChannelRules::element_wise(const onnx::NodeProto& node) {
  const auto* out = shapes_.output(node);
  if (out == nullptr) return false;
  const int rank = static_cast<int>(out->size());
  int axis = -1;
  for (int i = 0; i < node.input_size(); ++i) {
    const auto* shape = shapes_.input(node, i);
    if (shape == nullptr) return false;
    const Track* known = input_track(node, i);
    if (known == nullptr) continue;
    const int aligned = known->axis + rank - static_cast<int>(shape->size());
    if (axis >= 0 && aligned != axis) return false;
    axis = aligned;
  }
  Units units;
  struct Constant {
    int position, axis;
  };
  std::vector<Constant> constants;
  for (int i = 0; i < node.input_size(); ++i) {
    const int here = axis - rank + static_cast<int>(shapes_.input(node, i)->size());
    if (here < 0 || (*shapes_.input(node, i))[static_cast<std::size_t>(here)] == 1) {
      if (input_track(node, i) != nullptr) return false;  // one channel spread over many
      continue;
    }
    if (const Track* known = input_track(node, i)) {
      if (units.empty()) units = known->units;
      else if (known->units.size() != units.size()) return false;
    } else if (model_.has_initializer(node.input(i))) {
      constants.push_back({i, here});
    } else {
      return false;
    }
  }
  for (int i = 0; i < node.input_size(); ++i) {
    if (const Track* known = input_track(node, i)) map_.unite(units, known->units);
  }
  for (const Constant& constant : constants) slice(node, constant.position, constant.axis, units);
  set_track(node.output(0), axis, units);
  return true;
}

bool ChannelRules::normalisation(const onnx::NodeProto& node) {
  const Track* input = input_track(node, 0);
  if (input == nullptr || input->axis != 1) return false;
  for (int i = 1; i < node.input_size(); ++i) {
    if (!is_weight(node, i, 1)) return false;
  }
  for (int i = 1; i < node.output_size(); ++i) {
    if (!node.output(i).empty()) return false;  // training mode
  }
  const Units units = input->units;
  for (int i = 1; i < node.input_size(); ++i) slice(node, i, 0, units);
  set_track(node.output(0), 1, units);
  return true;
}

bool ChannelRules::over_other_axis(const onnx::NodeProto& node, std::int64_t axis) {
  const auto* shape = shapes_.input(node, 0);
  const Track* input = input_track(node, 0);
  if (shape == nullptr || input == nullptr || model_.opset() < 13) return false;  // earlier forms flatten first
  if (axis < 0) axis += static_cast<std::int64_t>(shape->size());
  return axis != input->axis && same_axis(node);
}

/// Axes from the channels' on become `axis` of the output: each channel becomes as many neighbours as the later axes hold.
bool ChannelRules::merge_axes(const onnx::NodeProto& node, int axis) {
  const auto* in = shapes_.input(node, 0);
  const Track* input = input_track(node, 0);
  const auto each = static_cast<std::size_t>(product_of(*in, static_cast<std::size_t>(input->axis) + 1, in->size()));
  Units units;
  for (const int unit : input->units) units.insert(units.end(), each, unit);
  set_track(node.output(0), axis, units);
  return true;
}

bool ChannelRules::flatten(const onnx::NodeProto& node) {
  const auto* shape = shapes_.input(node, 0);
  const Track* input = input_track(node, 0);
  return shape != nullptr && input != nullptr && input->axis == 1 && integer_of(node, "axis", 1) == 1 && merge_axes(node, 1);
}

/// [N, C, rest] to [N, C * rest], with a constant target whose first number is the batch.
bool ChannelRules::reshape(int index, const onnx::NodeProto& node) {
  const auto* in = shapes_.input(node, 0);
  const auto* out = shapes_.output(node);
  const Track* input = input_track(node, 0);
  const auto target = integers(node, 1, "shape");
  if (in == nullptr || out == nullptr || input == nullptr || !target || target->size() != 2 || out->size() != 2) return false;
  if (input->axis != 1 || integer_of(node, "allowzero", 0) != 0) return false;
  if ((*target)[0] > 0 && (*target)[0] != (*in)[0]) return false;
  if ((*out)[0] != (*in)[0] || (*out)[1] != product_of(*in, 1, in->size()) || (*target)[1] == 0) return false;
  // A fixed batch in the target belongs to a model whose batch is fixed; with -1 in both places nothing would be provable.
  if ((*target)[1] > 0) {
    if (!model_.has_initializer(node.input(1))) return false;
    merge_axes(node, 1);
    map_.reshape_counts.push_back({index, 1, track(node.output(0))->units});
    return true;
  }
  return merge_axes(node, 1);
}

bool ChannelRules::move_axes(const onnx::NodeProto& node) {
  const auto* shape = shapes_.input(node, 0);
  const auto* out = shapes_.output(node);
  const Track* input = input_track(node, 0);
  if (shape == nullptr || out == nullptr || input == nullptr) return false;
  const auto rank = static_cast<std::int64_t>(shape->size());
  if (node.op_type() == "Transpose") {
    const auto* order = attribute_of(node, "perm");
    std::int64_t axis = rank - 1 - input->axis;
    for (int i = 0; order != nullptr && i < order->ints_size(); ++i) {
      if (order->ints(i) == input->axis) axis = i;
    }
    set_track(node.output(0), static_cast<int>(axis), Units(input->units));
    return true;
  }
  const auto axes = integers(node, 1, "axes");
  if (!axes) return false;
  const bool squeeze = node.op_type() == "Squeeze";
  std::set<std::int64_t> named;
  for (const std::int64_t axis : *axes) named.insert(axis < 0 ? axis + (squeeze ? rank : static_cast<std::int64_t>(out->size())) : axis);
  std::int64_t axis = squeeze ? input->axis : 0;
  if (squeeze) {
    if (named.count(input->axis) != 0) return false;
    axis -= std::count_if(named.begin(), named.end(), [&](std::int64_t other) { return other < input->axis; });
  } else {
    for (std::int64_t seen = -1; axis < static_cast<std::int64_t>(out->size()); ++axis) {
      if (named.count(axis) == 0 && ++seen == input->axis) break;
    }
  }
  set_track(node.output(0), static_cast<int>(axis), Units(input->units));
  return true;
}

bool ChannelRules::reduce(const onnx::NodeProto& node) {
  const auto* shape = shapes_.input(node, 0);
  const Track* input = input_track(node, 0);
  const auto axes = integers(node, 1, "axes");
  if (shape == nullptr || input == nullptr || !axes) return false;
  std::int64_t axis = input->axis;
  for (std::int64_t other : *axes) {
    if (other < 0) other += static_cast<std::int64_t>(shape->size());
    if (other == input->axis) return false;
    if (other < input->axis && integer_of(node, "keepdims", 1) == 0) --axis;
  }
  set_track(node.output(0), static_cast<int>(axis), Units(input->units));
  return true;
}

bool ChannelRules::gather(const onnx::NodeProto& node) {
  const auto* shape = shapes_.input(node, 0);
  const auto* indices = shapes_.input(node, 1);
  const Track* input = input_track(node, 0);
  if (shape == nullptr || indices == nullptr || input == nullptr || input_track(node, 1) != nullptr) return false;
  std::int64_t axis = integer_of(node, "axis", 0);
  if (axis < 0) axis += static_cast<std::int64_t>(shape->size());
  if (axis == input->axis) return false;
  const int moved = axis < input->axis ? input->axis + static_cast<int>(indices->size()) - 1 : input->axis;
  set_track(node.output(0), moved, Units(input->units));
  return true;
}

bool ChannelRules::concat(const onnx::NodeProto& node) {
  const auto* out = shapes_.output(node);
  if (out == nullptr) return false;
  std::int64_t along = integer_of(node, "axis", 0);
  if (along < 0) along += static_cast<std::int64_t>(out->size());
  int axis = -1;
  for (int i = 0; i < node.input_size(); ++i) {
    const Track* known = input_track(node, i);
    if (shapes_.input(node, i) == nullptr || (known != nullptr && axis >= 0 && known->axis != axis)) return false;
    if (known != nullptr) axis = known->axis;
  }
  if (axis != along) {  // side by side along another axis: all must have the same channels
    for (int i = 0; i < node.input_size(); ++i) {
      if (input_track(node, i) == nullptr || input_track(node, i)->units.size() != input_track(node, 0)->units.size()) return false;
    }
    for (int i = 1; i < node.input_size(); ++i) map_.unite(input_track(node, 0)->units, input_track(node, i)->units);
    set_track(node.output(0), axis, Units(input_track(node, 0)->units));
    return true;
  }
  Units units;
  for (int i = 0; i < node.input_size(); ++i) {
    const Track* known = input_track(node, i);
    Units own;
    if (known == nullptr) {
      own = map_.make_units((*shapes_.input(node, i))[static_cast<std::size_t>(along)]);
      map_.pin(own, "they do not come from a layer");
    }
    const Units& here = known == nullptr ? own : known->units;
    units.insert(units.end(), here.begin(), here.end());
  }
  set_track(node.output(0), axis, units);
  return true;
}

}  // namespace iai
