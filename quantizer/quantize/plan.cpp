#include "quantizer/quantize/plan.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/spelling.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/graph/node_names.hpp"
#include "quantizer/quantize/stored_weights.hpp"

namespace iai {
namespace {

bool has_type(const onnx::NodeProto& node, std::span<const std::string_view> types) {
  return std::any_of(types.begin(), types.end(), [&](std::string_view type) { return is_standard(node, type); });
}

/// Operators that only move or pick values, so that input and output may share a scale; input 0 is the data.
bool is_pass_through(const onnx::NodeProto& node) {
  static constexpr std::array<std::string_view, 9> types{"MaxPool", "Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Gather", "Identity"};
  return has_type(node, types);
}

bool is_linear(const onnx::NodeProto& node) {
  static constexpr std::array<std::string_view, 4> types{"Conv", "ConvTranspose", "Gemm", "MatMul"};
  return has_type(node, types);
}

/// Has a subgraph operators that could be quantized?
bool has_weights(const onnx::GraphProto& graph) {
  return std::any_of(graph.node().begin(), graph.node().end(), [](const onnx::NodeProto& node) {
    if (is_linear(node) || is_recurrent(node)) return true;
    return std::any_of(node.attribute().begin(), node.attribute().end(), [](const onnx::AttributeProto& attribute) {
      return has_weights(attribute.g()) || std::any_of(attribute.graphs().begin(), attribute.graphs().end(), has_weights);
    });
  });
}

class Planner {
 public:
  Planner(const Model& model, const PlanOptions& options) : model_(model), options_(options), index_(model.graph()) {
    for (const auto* list : {&model.graph().value_info(), &model.graph().input(), &model.graph().output()}) {
      for (const onnx::ValueInfoProto& value : *list) types_[value.name()] = value.type().tensor_type().elem_type();
    }
  }

  QuantizationPlan plan() {
    for (int i = 0; i < model_.graph().node_size(); ++i) look_at(i);
    leave_small_products();
    leave_named(options_.keep_float);
    share_ranges();
    return std::move(plan_);
  }

 private:
  const Model& model_;
  const PlanOptions& options_;
  const GraphIndex index_;
  std::map<std::string, int> types_;
  QuantizationPlan plan_;

  void leave(int at, FloatReason reason) {
    const onnx::NodeProto& node = model_.graph().node(at);
    plan_.floats.push_back({at, node_title(node), node.op_type(), std::move(reason)});
  }

  void look_at(int i) {
    const onnx::NodeProto& node = model_.graph().node(i);
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (has_weights(attribute.g()) || std::any_of(attribute.graphs().begin(), attribute.graphs().end(), has_weights)) {
        return leave(i, {"subgraph", "its subgraphs stay as they are"});
      }
    }
    if (is_recurrent(node) || picks_from_table(model_, node)) return look_at_stored(i);
    if (!is_linear(node) || node.input_size() < 2 || node.output_size() != 1) return;
    if (matches_any(options_.exclude, node)) return leave(i, {"excluded", "excluded"});
    LinearNode made{i, node_title(node), node.op_type(), node.input(0), {}, {}, 0, 1, {}, node.output(0), {}, false};
    FloatReason reason = is_standard(node, "MatMul") ? look_at_matmul(node, made) : look_at_weights(node, made);
    if (!reason.none()) return leave(i, std::move(reason));
    made.result = fused_result(i);
    // ONNX Runtime's CPU kernels: integer Conv writes integers; Gemm and MatMul also write floats, but a Gemm in front of an
    // activation is merged with it into a float operator unless its output is quantized.
    made.wide = matches_any(options_.wide, node) || options_.widened.contains(made.name);
    made.output_quantized = !made.wide && (is_standard(node, "Conv") || (is_standard(node, "Gemm") && feeds_merged_activation(node)));
    plan_.linear.push_back(std::move(made));
  }

  void look_at_stored(int i) {
    const onnx::NodeProto& node = model_.graph().node(i);
    if (matches_any(options_.exclude, node)) return leave(i, {"excluded", "excluded"});
    if (FloatReason fault = stored_fault(model_, index_, node); !fault.none()) return leave(i, std::move(fault));
    if (const auto kept = options_.keep_float.find(node_title(node)); kept != options_.keep_float.end()) return leave(i, kept->second);
    if (!options_.stored) return leave(i, {"weights", "the outputs suffer too much from int8 weights"});
    plan_.stored.push_back({i, node_title(node), node.op_type()});
  }

  /// A product of few outputs: the last layer of a regression or of a binary classifier.
  bool is_small(const LinearNode& linear) const {
    constexpr std::int64_t fewest_channels = 4;
    const bool product = linear.op_type == "Gemm" || linear.op_type == "MatMul";
    return product && !linear.weight.empty() && model_.initializer(linear.weight)->shape[static_cast<std::size_t>(linear.axis)] < fewest_channels;
  }

  /// Turning the inputs of a product into integers takes as long as a channel or two of it. Where a product makes so few,
  /// int8 saves neither time nor bytes, and its error goes straight into the answer. A model that has no other weights is
  /// quantized as asked. Products of activations have no say, so that plans with and without them choose alike.
  void leave_small_products() {
    const auto small = [&](const LinearNode& linear) { return is_small(linear); };
    const auto large = [&](const LinearNode& linear) { return !linear.weight.empty() && !is_small(linear); };
    if (std::any_of(plan_.linear.begin(), plan_.linear.end(), large)) leave_where(small, {"small", "too few outputs to gain from integers"});
  }

  void leave_named(const KeepFloat& names) {
    const auto is_named = [&](const LinearNode& linear) { return names.contains(linear.name); };
    for (const LinearNode& linear : plan_.linear) {
      if (is_named(linear)) leave(linear.node, names.at(linear.name));
    }
    std::erase_if(plan_.linear, is_named);
  }

  template <class Condition>
  void leave_where(Condition condition, const FloatReason& reason) {
    for (const LinearNode& linear : plan_.linear) {
      if (condition(linear)) leave(linear.node, reason);
    }
    std::erase_if(plan_.linear, condition);
  }

  /// Why `name` cannot be the weight, empty when it can.
  FloatReason weight_fault(const std::string& name) const {
    if (!model_.has_initializer(name) || index_.is_graph_input(name)) return {"computed", "its weights are computed"};
    const TensorView view = *model_.initializer(name);
    if (view.type != ElementType::float32) return {"type", "its weights are " + type_name(view.type)};
    if (view.size() == 0) return {"empty", "its weights are empty"};
    return {};
  }

  /// 0 where neither the model nor inference knows it.
  int type_of(const std::string& tensor) const {
    const auto found = types_.find(tensor);
    return found == types_.end() ? 0 : found->second;
  }
  bool is_float(const std::string& tensor) const { return type_of(tensor) == static_cast<int>(ElementType::float32); }
  bool may_be_float(const std::string& tensor) const { return type_of(tensor) == 0 || is_float(tensor); }

  FloatReason look_at_matmul(const onnx::NodeProto& node, LinearNode& made) const {
    if (model_.has_initializer(node.input(0))) return {"constant", "its left side is constant"};
    if (!may_be_float(node.input(0))) return {"type", "its inputs are not float32"};
    if (!model_.has_initializer(node.input(1))) {
      if (!options_.attention) return {"attention", "product of two activations"};
      if (!is_float(node.input(0)) && !is_float(node.input(1)) && !is_float(node.output(0))) return {"type", "the type of its inputs is not known"};
      made.other = node.input(1);
      return {};
    }
    FloatReason fault = weight_fault(node.input(1));
    if (!fault.none()) return fault;
    const std::size_t rank = model_.initializer(node.input(1))->shape.size();
    if (rank < 2) return {"vector", "its weight is a vector"};
    made.weight = node.input(1);
    made.axis = static_cast<int>(rank) - 1;
    made.input_axis = -1;
    return {};
  }

  FloatReason look_at_weights(const onnx::NodeProto& node, LinearNode& made) const {
    if (model_.has_initializer(node.input(0))) return {"constant", "its input is constant"};
    if (!may_be_float(node.input(0))) return {"type", "its input is not float32"};
    if (FloatReason fault = weight_fault(node.input(1)); !fault.none()) return fault;
    const TensorView weight = *model_.initializer(node.input(1));
    const bool gemm = is_standard(node, "Gemm"), transposed = is_standard(node, "ConvTranspose");
    if (weight.shape.size() < 2) return {"vector", "its weight is a vector"};
    if (const std::int64_t groups = int_attribute(node, "group", 1); !gemm && (groups < 1 || weight.shape[0] % groups != 0)) {
      return {"groups", "its groups do not divide its channels"};
    }
    if (gemm) made.input_axis = int_attribute(node, "transA", 0) != 0 ? 0 : -1;  // a matrix: as MatMul reads it, or transposed
    if (gemm && (float_attribute(node, "alpha", 1) != 1.0F || float_attribute(node, "beta", 1) != 1.0F)) return {"scaled", "alpha or beta is not 1"};
    made.weight = node.input(1);
    made.axis = gemm ? (int_attribute(node, "transB", 0) != 0 ? 0 : 1) : transposed ? 1 : 0;
    if (node.input_size() < 3 || node.input(2).empty() || transposed) return {};  // ConvTranspose adds its bias in float
    if (!weight_fault(node.input(2)).none()) return {"bias", "its bias is computed or not float32"};
    const TensorView bias = *model_.initializer(node.input(2));
    const std::int64_t channels = weight.shape[static_cast<std::size_t>(made.axis)];
    if (bias.size() != channels || (!bias.shape.empty() && bias.shape.back() != channels)) {
      return {"bias", "its bias is not one number a channel"};
    }
    made.bias = node.input(2);
    return {};
  }

  /// Bounds of a Clip as constants, so that a quantized range can stand for it.
  bool is_constant_clip(const onnx::NodeProto& node) const {
    if (!is_standard(node, "Clip")) return false;
    for (int i = 1; i < node.input_size(); ++i) {
      if (!node.input(i).empty() && !model_.has_initializer(node.input(i))) return false;
    }
    return true;
  }

  bool feeds_merged_activation(const onnx::NodeProto& gemm) const {
    static constexpr std::array<std::string_view, 10> merged{"Relu", "LeakyRelu", "Tanh",     "Sigmoid",  "HardSigmoid",
                                                             "Elu",  "Selu",      "Softplus", "Softsign", "ThresholdedRelu"};
    const int user = index_.only_user(gemm.output(0));
    return user >= 0 && has_type(model_.graph().node(user), merged);
  }

  std::string fused_result(int i) const {
    const std::string& output = model_.graph().node(i).output(0);
    const int user = index_.only_user(output);
    if (user < 0) return output;
    const onnx::NodeProto& node = model_.graph().node(user);
    return (is_standard(node, "Relu") || is_constant_clip(node)) && node.input(0) == output ? node.output(0) : output;
  }

  void share_ranges() {
    std::set<std::string> results;
    for (const LinearNode& linear : plan_.linear) {
      plan_.ranges[linear.input] = linear.input;
      if (!linear.other.empty()) plan_.ranges[linear.other] = linear.other;
      if (linear.output_quantized) results.insert(linear.result);
    }
    for (const std::string& result : results) plan_.ranges[result] = result;
    for (const onnx::NodeProto& node : model_.graph().node()) {
      if (node.output_size() == 0 || !plan_.ranges.contains(node.output(0))) continue;
      if (is_pass_through(node)) {
        const auto source = plan_.ranges.find(node.input(0));
        if (source != plan_.ranges.end()) plan_.ranges[node.output(0)] = source->second;
      } else if (is_standard(node, "Concat")) {
        // Parts that exist only as integers take the scale of the whole: they are rounded once, not twice.
        for (const std::string& part : node.input()) {
          if (results.contains(part) && index_.only_user(part) >= 0) plan_.ranges[part] = plan_.ranges[node.output(0)];
        }
      }
    }
    for (const LinearNode& linear : plan_.linear) {
      if (!linear.wide) continue;
      plan_.wide.insert(plan_.ranges.at(linear.input));
      if (!linear.other.empty()) plan_.wide.insert(plan_.ranges.at(linear.other));
    }
  }
};

}  // namespace

const ActivationScheme& QuantizationPlan::scheme_of(const std::string& tensor, const ActivationScheme& usual) const {
  return wide.contains(ranges.at(tensor)) ? wide_activations : usual;
}

std::vector<std::string> QuantizationPlan::observed() const {
  std::vector<std::string> names;
  for (const auto& [tensor, source] : ranges) names.push_back(tensor);
  return names;
}

std::vector<std::string> QuantizationPlan::sources() const {
  std::set<std::string> names;
  for (const auto& [tensor, source] : ranges) names.insert(source);
  return {names.begin(), names.end()};
}

QuantizationPlan plan_quantization(const Model& model, const PlanOptions& options) {
  refuse_quantized(model);
  check_patterns(model.graph(), options.exclude, "--exclude");
  check_patterns(model.graph(), options.wide, "--int16");
  return Planner(model, options).plan();
}

std::map<std::string, int> channel_axes(const QuantizationPlan& plan) {
  std::map<std::string, int> axes;
  std::set<std::string> both;
  for (const LinearNode& linear : plan.linear) {
    if (linear.weight.empty()) continue;
    const auto [known, added] = axes.emplace(linear.input, linear.input_axis);
    if (!added && known->second != linear.input_axis) both.insert(linear.input);
  }
  for (const std::string& tensor : both) axes.erase(tensor);
  return axes;
}

void check_patterns(const onnx::GraphProto& graph, const std::vector<std::string>& patterns, std::string_view flag) {
  for (const std::string& pattern : patterns) {
    std::vector<std::string> names;
    bool found = false;
    for (const onnx::NodeProto& node : graph.node()) {
      found = found || matches_any({pattern}, node);
      names.push_back(node_title(node));
      names.push_back(node.op_type());
    }
    if (!found) {
      throw Error(ErrorKind::usage, fmt::format("{} {}: no operator of the model is named or typed so", flag, pattern),
                  did_you_mean(pattern, names, "iai inspect shows the operators; * and ? stand for any text and any character"));
    }
  }
}

void refuse_quantized(const Model& model) {
  static constexpr std::array<std::string_view, 8> marks{"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv",
                                                         "QLinearMatMul",  "MatMulInteger",    "ConvInteger",           "DynamicQuantizeLSTM"};
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (std::find(marks.begin(), marks.end(), node.op_type()) == marks.end()) continue;
    throw Error(ErrorKind::input, fmt::format("the model is quantized already: it has {} ('{}')", node.op_type(), node_title(node)),
                "quantize the floating-point model it was made from");
  }
}

}  // namespace iai
