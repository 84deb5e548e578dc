#include "quantizer/quantize/static_int8.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "quantizer/graph/edit.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/quantize/adaptive_rounding.hpp"
#include "quantizer/quantize/stored_weights.hpp"
#include "quantizer/quantize/weights.hpp"

namespace iai {
namespace {

/// Room for the sum that the bias is added to: 2^30 of 2^31.
constexpr double largest_bias = 1 << 30;
/// Weights of larger scales could overflow when they are turned back into floats.
constexpr double largest_scale = 1e30;

struct Activation {
  AffineParameters parameters;
  std::string scale, zero_point;  // names of the initializers
  std::string domain;             // of the operators that convert
};

Tensor zero_point_of(const AffineParameters& parameters) {
  if (parameters.highest > 255) return make_tensor<std::uint16_t>({}, std::array{static_cast<std::uint16_t>(parameters.zero_point)});
  if (parameters.lowest < 0) return make_tensor<std::int8_t>({}, std::array{static_cast<std::int8_t>(parameters.zero_point)});
  return make_tensor<std::uint8_t>({}, std::array{static_cast<std::uint8_t>(parameters.zero_point)});
}

class StaticWriter {
 public:
  StaticWriter(const Model& source, const QuantizationPlan& plan, const std::map<std::string, TensorRange>& ranges, Target target,
               const ProductsByOperator& products, const RecurrentMomentsByOperator& moments)
      : source_(source),
        plan_(plan),
        ranges_(ranges),
        target_(target),
        form_(form_of(target)),
        products_(products),
        moments_(moments),
        index_(source.graph()),
        made_{source, {}},
        edit_(made_.model),
        stored_writer_(source, edit_) {
    for (const StoredNode& stored : plan.stored) stored_[stored.node] = &stored;
    for (const LinearNode& linear : plan.linear) {
      linear_[linear.node] = &linear;
      if (linear.output_quantized) results_.insert(linear.result);
    }
  }

  QuantizedModel write() {
    for (const std::string& tensor : plan_.sources())
      activations_[tensor].parameters = affine_parameters(ranges_.at(tensor).range, plan_.scheme_of(tensor, form_.activations));
    find_smallest_scales();
    for (auto& [tensor, activation] : activations_) add_activation(tensor, activation);
    for (const onnx::ValueInfoProto& input : source_.graph().input()) wrap(input.name());
    for (int i = 0; i < source_.graph().node_size(); ++i) write_node(i);
    for (const FloatNode& node : plan_.floats) layers_[node.node] = {node.name, node.op_type, "float", node.reason.text};
    for (auto& [node, layer] : layers_) {
      layer.node = node;
      layer.shape = weight_shape(source_, source_.graph().node(node));
      made_.layers.push_back(std::move(layer));
    }
    edit_.commit();
    return std::move(made_);
  }

 private:
  /// A weight as it is written.
  struct WrittenWeight {
    QuantizedWeight made;
    std::string floats;  // tensor that holds it again
    SaturationRisk risk;
  };

  const Model& source_;
  const QuantizationPlan& plan_;
  const std::map<std::string, TensorRange>& ranges_;
  const Target target_;
  const TargetForm form_;
  const ProductsByOperator& products_;
  const RecurrentMomentsByOperator& moments_;
  const GraphIndex index_;
  QuantizedModel made_;
  GraphEdit edit_;
  StoredWriter stored_writer_;
  std::map<int, const StoredNode*> stored_;
  std::map<int, const LinearNode*> linear_;
  std::map<int, QuantizedLayer> layers_;  // by node
  std::set<std::string> results_;
  std::map<std::string, Activation> activations_;                       // by the tensor whose range is used
  std::map<std::string, std::string> dequantized_;                      // tensor -> what its integer readers read
  std::map<std::pair<std::string, int>, std::vector<float>> smallest_;  // weight and axis -> bounds of its scales
  std::map<std::pair<std::string, int>, WrittenWeight> weights_;

  const Activation& activation(const std::string& tensor) const { return activations_.at(plan_.ranges.at(tensor)); }

  void add_activation(const std::string& tensor, Activation& activation) {
    const AffineParameters& made = activation.parameters;
    activation.scale = edit_.add_initializer(tensor + "_scale", make_tensor<float>({}, std::array{made.scale}));
    activation.zero_point = edit_.add_initializer(tensor + "_zero_point", zero_point_of(made));
    // The default domain knows 16 bits since operator set 21, ONNX Runtime's own always.
    if (made.highest > 255 && source_.opset() < 21) activation.domain = "com.microsoft";
    if (!activation.domain.empty()) import_contrib(made_.model);
  }

  std::vector<double> bias_of(const LinearNode& linear) const {
    return linear.bias.empty() ? std::vector<double>() : to_doubles(*source_.initializer(linear.bias));
  }

  /// Scales under which every bias fits into int32 and no product of scales loses its digits. What the coarser weights or
  /// inputs lose lies below 2^-22 of the bias that asked for it.
  void find_smallest_scales() {
    for (const LinearNode& linear : plan_.linear) {
      if (linear.weight.empty() || linear.bias.empty() || linear.wide || !form_.integer_bias) continue;
      const std::vector<double> bias = bias_of(linear);
      refuse_infinite_bias(linear.name, bias);
      float& input_scale = activations_.at(plan_.ranges.at(linear.input)).parameters.scale;
      for (const double value : bias) input_scale = std::max(input_scale, static_cast<float>(std::abs(value) / (largest_bias * largest_scale)));
    }
    for (const LinearNode& linear : plan_.linear) {
      if (linear.weight.empty() || linear.bias.empty() || linear.wide || !form_.integer_bias) continue;
      const std::vector<double> bias = bias_of(linear);
      std::vector<float>& smallest = smallest_[{linear.weight, linear.axis}];
      smallest.resize(bias.size());
      const double scale = static_cast<double>(activation(linear.input).parameters.scale);
      for (std::size_t c = 0; c < bias.size(); ++c) {
        const double least = std::max(std::abs(bias[c]) / (scale * largest_bias), static_cast<double>(std::numeric_limits<float>::min()) / scale);
        smallest[c] = std::max(smallest[c], static_cast<float>(least));
      }
    }
  }

  /// Appends QuantizeLinear and DequantizeLinear behind `tensor` when the plan has it.
  void wrap(const std::string& tensor) {
    if (!plan_.ranges.contains(tensor)) return;
    const Activation& how = activation(tensor);
    made_.activations[tensor] = zero_point_of(how.parameters).type;
    const bool renamed = results_.contains(tensor) && index_.is_graph_output(tensor);  // its producer writes raw_name()
    const std::string integers =
        edit_.add_node("QuantizeLinear", {renamed ? raw_names_.at(tensor) : tensor, how.scale, how.zero_point}, tensor + "_quantized", how.domain);
    dequantized_[tensor] = edit_.add_node("DequantizeLinear", {integers, how.scale, how.zero_point}, tensor + "_dequantized", how.domain);
    if (!renamed) return;
    edit_.last().set_output(0, tensor);
    dequantized_[tensor] = tensor;
  }
  std::map<std::string, std::string> raw_names_;

  /// Does `node` compute on the integers of input `i`?
  bool reads_integers(const onnx::NodeProto& node, int at, int i) const {
    const std::string& tensor = node.input(i);
    const auto range = plan_.ranges.find(tensor);
    if (range == plan_.ranges.end()) return false;
    if (results_.contains(tensor)) return true;  // there are no other values of it
    if (const auto linear = linear_.find(at); linear != linear_.end()) return i == 0 || (i == 1 && !linear->second->other.empty());
    const auto output = node.output_size() > 0 ? plan_.ranges.find(node.output(0)) : plan_.ranges.end();
    if (output == plan_.ranges.end() || output->second != range->second) return false;
    return is_standard(node, "Concat") || i == 0;
  }

  void write_node(int at) {
    onnx::NodeProto node = source_.graph().node(at);
    for (int i = 0; i < node.input_size(); ++i) {
      if (reads_integers(source_.graph().node(at), at, i)) node.set_input(i, dequantized_.at(node.input(i)));
    }
    if (const auto stored = stored_.find(at); stored != stored_.end()) return write_stored(*stored->second, std::move(node));
    if (const auto linear = linear_.find(at); linear != linear_.end()) write_linear(*linear->second, node);
    for (std::string& output : *node.mutable_output()) {
      if (!results_.contains(output) || !index_.is_graph_output(output)) continue;
      raw_names_[output] = edit_.new_name(output + "_float");
      output = raw_names_[output];
    }
    edit_.append(std::move(node));
    for (const std::string& output : source_.graph().node(at).output()) wrap(output);
  }

  void write_stored(const StoredNode& stored, onnx::NodeProto node) {
    const auto moments = moments_.find(stored.name);
    layers_[stored.node] = stored_writer_.write(stored, std::move(node), moments == moments_.end() ? nullptr : &moments->second);
    for (const std::string& output : source_.graph().node(stored.node).output()) wrap(output);
  }

  void write_linear(const LinearNode& linear, onnx::NodeProto& node) {
    const TensorRange& input = ranges_.at(plan_.ranges.at(linear.input));
    QuantizedLayer layer{linear.name,
                         linear.op_type,
                         linear.wide ? "int8, int16 inputs" : "int8",
                         {},
                         std::numeric_limits<double>::quiet_NaN(),
                         input.sqnr_db,
                         input.clipped_share,
                         {}};
    layer.inputs = {linear.input};
    if (!linear.other.empty()) layer.inputs.push_back(linear.other);
    layer.input_axis = linear.input_axis;
    layer.weight = linear.weight;
    layer.axis = linear.axis;
    layer.one_scale = !linear.weight.empty() && (is_stack(linear) || has_one_scale(linear));
    layer.result = linear.result;
    if (!linear.weight.empty()) {
      const WrittenWeight& weight = weight_of(linear);
      layer.weight_sqnr_db = weight.made.sqnr_db;
      layer.risk = weight.risk;
      node.set_input(1, weight.floats);
      write_bias(linear, weight.made, node);
    }
    layers_[linear.node] = std::move(layer);
  }

  /// ONNX Runtime's integer MatMul takes a scale for each column of one matrix only, not of a stack of them.
  bool is_stack(const LinearNode& linear) const { return linear.op_type == "MatMul" && source_.initializer(linear.weight)->shape.size() > 2; }

  /// Do all columns share one scale? It stands in QuantizedWeight once for each.
  bool has_one_scale(const LinearNode& linear) const { return !form_.column_scales && (linear.op_type == "Gemm" || linear.op_type == "MatMul"); }

  const WrittenWeight& weight_of(const LinearNode& linear) {
    const std::pair key{linear.weight, linear.axis};
    const auto found = weights_.find(key);
    if (found != weights_.end()) return found->second;
    try {
      const TensorView source = *source_.initializer(linear.weight);
      const bool stack = is_stack(linear);
      const TensorView seen{source.type, stack ? std::vector<std::int64_t>{1, source.size()} : source.shape, source.bytes};
      WrittenWeight made;
      made.made = quantize_safely(linear, seen, stack ? 0 : linear.axis, made.risk);
      made.made.values.shape = source.shape;
      made.floats = dequantize(linear.weight, made.made.values, made.made.scales, stack || has_one_scale(linear), linear.axis, ElementType::int8);
      return weights_.emplace(key, std::move(made)).first->second;
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("operator '{}': {}", linear.name, error.message()), error.hint());
    }
  }

  /// @param seen  the weight under the shape whose `axis` has a scale for each channel
  QuantizedWeight quantize_safely(const LinearNode& linear, const TensorView& seen, int axis, SaturationRisk& risk) const {
    const auto bounds = smallest_.find({linear.weight, linear.axis});
    std::vector<float> smallest = bounds == smallest_.end() ? std::vector<float>() : bounds->second;
    if (has_one_scale(linear)) smallest = one_bound(seen, axis, smallest);
    const std::optional<ReductionLayout> layout = target_ == Target::cpu_avx2 ? layout_of(linear) : std::nullopt;
    if (!layout) {
      QuantizedWeight made = quantize_weight(seen, axis, smallest);
      const auto products = products_.find(linear.name);
      if (target_ != Target::cpu_avx2 && products != products_.end()) round_adaptively(seen, axis, products->second, made);
      return made;
    }
    return quantize_uncut(seen, axis, std::move(smallest), *layout, largest_input(linear), risk);
  }

  /// Bounds under which all channels get the scale of the one that needs the largest.
  static std::vector<float> one_bound(const TensorView& seen, int axis, const std::vector<float>& smallest) {
    const std::vector<float> least = least_scales(seen, axis);
    float bound = *std::max_element(least.begin(), least.end());
    for (const float scale : smallest) bound = std::max(bound, scale);
    return std::vector<float>(least.size(), bound);
  }

  /// How the runtime's saturating kernels would walk the weight; nothing where they are not used.
  std::optional<ReductionLayout> layout_of(const LinearNode& linear) const {
    const std::vector<std::int64_t> shape = source_.initializer(linear.weight)->shape;
    if (linear.op_type == "ConvTranspose") return std::nullopt;  // computes in float
    if (linear.op_type == "Gemm" && linear.axis == 0) return ReductionLayout{ReductionLayout::Form::rows, shape};
    if (linear.op_type != "Conv") return ReductionLayout{ReductionLayout::Form::columns, shape};
    const std::int64_t groups = int_attribute(source_.graph().node(linear.node), "group", 1);
    if (shape[1] == 1 && groups == shape[0]) return std::nullopt;  // depthwise
    return ReductionLayout{ReductionLayout::Form::convolution, shape};
  }

  /// Largest uint8 that calibration saw, or padding puts, at the input of any operator that reads the weight like `linear`.
  int largest_input(const LinearNode& linear) const {
    int largest = 0;
    for (const LinearNode& other : plan_.linear) {
      if (other.weight != linear.weight || other.axis != linear.axis) continue;
      const AffineParameters& parameters = activation(other.input).parameters;
      const double place = std::nearbyint(static_cast<double>(ranges_.at(other.input).maximum) / static_cast<double>(parameters.scale)) + parameters.zero_point;
      largest = std::max({largest, static_cast<int>(std::clamp(place, 0.0, 255.0)), static_cast<int>(parameters.zero_point)});
    }
    return largest;
  }

  /// Adds integers with their scales, zero points 0, and appends the DequantizeLinear that reads them.
  /// @param one_scale  the first stands for all
  /// @returns the name of the floats
  std::string dequantize(const std::string& name, const Tensor& integers, std::span<const float> scales, bool one_scale, int axis, ElementType type) {
    if (one_scale) scales = scales.first(1);
    const std::vector<std::int64_t> shape = one_scale ? std::vector<std::int64_t>() : std::vector<std::int64_t>{static_cast<std::int64_t>(scales.size())};
    const std::string values = edit_.add_initializer(name + "_quantized", integers);
    const std::string scale = edit_.add_initializer(name + "_scale", make_tensor<float>(shape, scales));
    const std::string zero = edit_.add_initializer(name + "_zero_point", Tensor{type, shape, std::vector<std::byte>(scales.size() * element_size(type))});
    std::string floats = edit_.add_node("DequantizeLinear", {values, scale, zero}, name + "_dequantized");
    set_attribute(edit_.last(), "axis", axis);
    return floats;
  }

  void write_bias(const LinearNode& linear, const QuantizedWeight& weight, onnx::NodeProto& node) {
    if (linear.op_type == "MatMul" || linear.bias.empty()) return;
    std::vector<double> bias = bias_of(linear);
    refuse_infinite_bias(linear.name, bias);
    const std::vector<double> shift = shift_of(linear, weight);
    if (!form_.integer_bias || linear.wide) return write_float_bias(linear, bias, shift, node);
    const double input_scale = static_cast<double>(activation(linear.input).parameters.scale);
    std::vector<std::int32_t> integers(bias.size());
    std::vector<float> scales(bias.size());
    for (std::size_t c = 0; c < bias.size(); ++c) {
      if (!shift.empty()) bias[c] += shift[c];
      scales[c] = static_cast<float>(input_scale * static_cast<double>(weight.scales[c]));
      integers[c] = static_cast<std::int32_t>(std::clamp(std::nearbyint(bias[c] / static_cast<double>(scales[c])), -2147483647.0, 2147483647.0));
    }
    const auto channels = static_cast<std::int64_t>(bias.size());
    node.set_input(2, dequantize(linear.bias, make_tensor<std::int32_t>({channels}, integers), scales, has_one_scale(linear), 0, ElementType::int32));
  }

  void write_float_bias(const LinearNode& linear, const std::vector<double>& bias, const std::vector<double>& shift, onnx::NodeProto& node) {
    std::vector<float> values(bias.size());
    for (std::size_t c = 0; c < bias.size(); ++c) values[c] = static_cast<float>(shift.empty() ? bias[c] : bias[c] + shift[c]);
    node.set_input(2, edit_.add_initializer(linear.bias + "_corrected", make_tensor<float>(source_.initializer(linear.bias)->shape, values)));
  }

  /// What the rounded weights lose on average for each output channel, from the means of the input's channels; empty when
  /// these were not observed.
  std::vector<double> shift_of(const LinearNode& linear, const QuantizedWeight& weight) const {
    const std::vector<double>& means = ranges_.at(linear.input).channel_means;
    if (plan_.ranges.at(linear.input) != linear.input || means.empty()) return {};
    const TensorView floats = *source_.initializer(linear.weight);
    const auto groups = static_cast<std::size_t>(std::max<std::int64_t>(1, int_attribute(source_.graph().node(linear.node), "group", 1)));
    const auto inputs = static_cast<std::size_t>(floats.shape[linear.axis == 0 ? 1 : 0]);
    if (means.size() != inputs * groups || weight.scales.size() % groups != 0) {
      throw Error(ErrorKind::input,
                  fmt::format("tensor '{}' has means of {} channels, operator '{}' reads {}", linear.input, means.size(), linear.name, inputs * groups),
                  "calibrate the model again");
    }
    return mean_shift(floats, weight, linear.axis, means, groups);
  }
};

}  // namespace

QuantizedModel quantize_static(const Model& source, const QuantizationPlan& plan, const std::map<std::string, TensorRange>& ranges, Target target,
                               const ProductsByOperator& products, const RecurrentMomentsByOperator& moments) {
  return StaticWriter(source, plan, ranges, target, products, moments).write();
}

ProductsByOperator wanted_products(const Model& source, const QuantizationPlan& plan, const std::map<std::string, TensorRange>& ranges, Target target) {
  constexpr std::size_t most_sums = std::size_t{256} << 17;  // doubles in 256 MB
  ProductsByOperator wanted;
  std::size_t sums = 0;
  for (const LinearNode& linear : plan.linear) {
    const onnx::NodeProto& node = source.graph().node(linear.node);
    if (linear.weight.empty()) continue;
    const std::vector<std::int64_t> shape = source.initializer(linear.weight)->shape;
    if (!InputProducts::possible(linear, node, shape)) continue;
    const TensorRange& input = ranges.at(linear.input);
    const AffineParameters parameters =
        affine_parameters(ranges.at(plan.ranges.at(linear.input)).range, plan.scheme_of(linear.input, form_of(target).activations));
    const std::int64_t channels = linear.op_type == "Conv" ? shape[1] * int_attribute(node, "group", 1) : shape[linear.axis == 0 ? 1 : 0];
    InputProducts products(linear, node, shape, parameters, input.elements / std::max<std::int64_t>(channels, 1));
    sums += products.groups() * products.inputs() * products.inputs();
    if (sums > most_sums) break;
    wanted.emplace(linear.name, std::move(products));
  }
  return wanted;
}

std::vector<PlannedLayer> plan_static(const Model& source, const QuantizationPlan& plan) {
  std::map<int, PlannedLayer> layers;  // in the order of the graph
  for (const LinearNode& linear : plan.linear) layers.emplace(linear.node, planned_linear(source, linear, LinearForm::static_int8));
  for (const StoredNode& stored : plan.stored) layers.emplace(stored.node, planned_stored(source, source.graph().node(stored.node)));
  for (const FloatNode& left : plan.floats) layers.emplace(left.node, planned_float(source, source.graph().node(left.node), left.reason));
  std::vector<PlannedLayer> list;
  for (auto& [node, layer] : layers) list.push_back(std::move(layer));
  return list;
}

}  // namespace iai
