#include "quantizer/quantize/dynamic_int8.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "quantizer/graph/edit.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/graph/node_names.hpp"
#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/planned_layer.hpp"
#include "quantizer/quantize/stored_weights.hpp"
#include "quantizer/quantize/weights.hpp"

namespace iai {
namespace {

/// `tensor` [.., rows, columns] -> [.., columns, rows], elements of one byte.
Tensor transposed(const Tensor& tensor) {
  Tensor made{tensor.type, tensor.shape, std::vector<std::byte>(tensor.bytes.size())};
  const std::size_t rank = tensor.shape.size();
  std::swap(made.shape[rank - 1], made.shape[rank - 2]);
  const auto rows = static_cast<std::size_t>(tensor.shape[rank - 2]), columns = static_cast<std::size_t>(tensor.shape[rank - 1]);
  const std::size_t matrix = rows * columns;
  for (std::size_t i = 0; i < tensor.bytes.size(); ++i) {
    const std::size_t at = i % matrix, base = i - at;
    made.bytes[base + at % columns * rows + at / columns] = tensor.bytes[i];
  }
  return made;
}

FloatReason dynamic_reason(const LinearNode& linear) {
  if (linear.op_type == "ConvTranspose") return {"no_kernel", "the runtime has no integer kernel for it"};
  if (linear.input_axis == 0) return {"transposed", "its input is transposed"};
  return {};
}

/// Does the runtime have an integer kernel for a recurrent operator whose weights can be stored as int8?
bool is_dynamic_lstm(const onnx::NodeProto& node) { return is_standard(node, "LSTM") && int_attribute(node, "layout", 0) == 0; }

/// The three results of DynamicQuantizeLinear.
struct DynamicActivation {
  std::string integers, scale, zero_point;
};

/// Names of a weight's integers and scales.
struct SharedWeight {
  std::string integers, scales;
  std::vector<std::int64_t> along;  ///< shape of the scales: what they and a bias are broadcast over
  double sqnr_db = 0;
  SaturationRisk risk;
};

class DynamicWriter {
 public:
  DynamicWriter(const Model& source, const std::vector<std::string>& exclude, const KeepFloat& keep_float, Target target)
      : source_(source), target_(target), made_{source, {}}, edit_(made_.model), stored_writer_(source, edit_) {
    plan_ = plan_quantization(source, {exclude, /*attention=*/false, keep_float});
    for (const LinearNode& linear : plan_.linear) linear_[linear.node] = &linear;
    for (const StoredNode& stored : plan_.stored) stored_[stored.node] = &stored;
  }

  QuantizedModel write() {
    for (int i = 0; i < source_.graph().node_size(); ++i) write_node(i);
    for (const FloatNode& node : plan_.floats) layers_.emplace(node.node, QuantizedLayer{node.name, node.op_type, "float", node.reason.text});
    for (auto& [node, layer] : layers_) {
      layer.node = node;
      layer.shape = weight_shape(source_, source_.graph().node(node));
      made_.layers.push_back(std::move(layer));
    }
    edit_.commit();
    if (uses_contrib_) import_contrib(made_.model);
    return std::move(made_);
  }

 private:
  const Model& source_;
  const Target target_;
  QuantizedModel made_;
  GraphEdit edit_;
  StoredWriter stored_writer_;
  QuantizationPlan plan_;
  std::map<int, const LinearNode*> linear_;
  std::map<int, const StoredNode*> stored_;
  std::map<std::string, DynamicActivation> activations_;
  std::map<std::pair<std::string, int>, SharedWeight> weights_;  // by weight and axis
  std::map<int, QuantizedLayer> layers_;                         // by node
  bool uses_contrib_ = false;

  void write_node(int at) {
    const onnx::NodeProto& node = source_.graph().node(at);
    if (const auto stored = stored_.find(at); stored != stored_.end()) {
      if (is_dynamic_lstm(node)) return write_lstm(at, node);
      layers_[at] = stored_writer_.write(*stored->second, node, nullptr);
      return;
    }
    const auto linear = linear_.find(at);
    if (linear == linear_.end()) return edit_.append(node);
    const FloatReason reason = dynamic_reason(*linear->second);
    if (reason.none()) return write_linear(*linear->second, node);
    layers_[at] = {node_title(node), node.op_type(), "float", reason.text};
    edit_.append(node);
  }

  /// Activations read by several operators are quantized once.
  const DynamicActivation& activation(const std::string& tensor) {
    const auto found = activations_.find(tensor);
    if (found != activations_.end()) return found->second;
    DynamicActivation& made = activations_[tensor];
    made.integers = edit_.add_node("DynamicQuantizeLinear", {tensor}, tensor + "_quantized");
    made.scale = edit_.new_name(tensor + "_scale");
    made.zero_point = edit_.new_name(tensor + "_zero_point");
    edit_.last().add_output(made.scale);
    edit_.last().add_output(made.zero_point);
    return made;
  }

  QuantizedWeight quantized(const std::string& node, const TensorView& weight, int axis, ReductionLayout::Form form, SaturationRisk& risk) const {
    constexpr int largest_input = 255;  // activations bring their own scale
    try {
      if (target_ != Target::cpu_avx2) return quantize_weight(weight, axis);
      return quantize_uncut(weight, axis, {}, {form, weight.shape}, largest_input, risk);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("operator '{}': {}", node, error.message()), error.hint());
    }
  }

  /// Operators that read one weight alike share its integers.
  const SharedWeight& weight_of(const LinearNode& linear, const onnx::NodeProto& node) {
    const auto found = weights_.find({linear.weight, linear.axis});
    if (found != weights_.end()) return found->second;
    using Form = ReductionLayout::Form;
    const Form form = is_standard(node, "Conv") ? Form::convolution : linear.axis == 0 ? Form::rows : Form::columns;
    SharedWeight made;
    QuantizedWeight weight = quantized(linear.name, *source_.initializer(linear.weight), linear.axis, form, made.risk);
    made.along = {static_cast<std::int64_t>(weight.scales.size())};
    if (is_standard(node, "Conv")) made.along.insert(made.along.end(), weight.values.shape.size() - 2, 1);
    else if (linear.axis == 0) weight.values = transposed(weight.values);
    made.sqnr_db = weight.sqnr_db;
    made.integers = edit_.add_initializer(linear.weight + "_quantized", std::move(weight.values));
    made.scales = edit_.add_initializer(linear.weight + "_scale", make_tensor<float>(made.along, weight.scales));
    return weights_.emplace(std::pair(linear.weight, linear.axis), std::move(made)).first->second;
  }

  void write_linear(const LinearNode& linear, const onnx::NodeProto& node) {
    const bool conv = is_standard(node, "Conv");
    const SharedWeight& weight = weight_of(linear, node);
    const std::vector<std::int64_t>& along = weight.along;
    const DynamicActivation input = activation(linear.input);
    const std::string& output = linear.output;
    const std::string sums = edit_.add_node(conv ? "ConvInteger" : "MatMulInteger", {input.integers, weight.integers, input.zero_point}, output + "_integers");
    if (conv) *edit_.last().mutable_attribute() = node.attribute();
    const std::string floats = edit_.add_node("Cast", {sums}, output + "_floats");
    set_attribute(edit_.last(), "to", onnx::TensorProto::FLOAT);
    const std::string scale = edit_.add_node("Mul", {input.scale, weight.scales}, output + "_scale");
    edit_.add_node("Mul", {floats, scale}, output + "_scaled");
    if (!linear.bias.empty()) {
      const TensorView bias = *source_.initializer(linear.bias);
      refuse_infinite_bias(linear.name, to_doubles(bias));
      const Tensor shaped{bias.type, along, {bias.bytes.begin(), bias.bytes.end()}};
      const std::string added = edit_.add_initializer(linear.bias + "_added", shaped);
      edit_.add_node("Add", {edit_.last().output(0), added}, output + "_biased");
    }
    edit_.last().set_output(0, output);
    QuantizedLayer& layer = layers_[linear.node] = {linear.name, linear.op_type, "dynamic int8", {}, weight.sqnr_db};
    layer.risk = weight.risk;
    layer.inputs = {linear.input};
    layer.input_axis = linear.input_axis;
    layer.weight = linear.weight;
    layer.axis = linear.axis;
    layer.result = output;
  }

  /// W [directions, 4 hidden, in] and R [directions, 4 hidden, hidden] become int8 [directions, in, 4 hidden], each of the
  /// 4 hidden columns with its own scale.
  void write_lstm(int at, const onnx::NodeProto& node) {
    onnx::NodeProto made = node;
    made.set_op_type("DynamicQuantizeLSTM");
    made.set_domain("com.microsoft");
    auto& attributes = *made.mutable_attribute();  // DynamicQuantizeLSTM does not know layout
    attributes.erase(std::remove_if(attributes.begin(), attributes.end(), [](const onnx::AttributeProto& attribute) { return attribute.name() == "layout"; }),
                     attributes.end());
    while (made.input_size() < 8) made.add_input("");
    double worst = std::numeric_limits<double>::infinity();
    SaturationRisk risk;
    for (const int input : {1, 2}) {
      const TensorView floats = *source_.initializer(node.input(input));
      const auto [integers, scales, sqnr_db] = per_direction(node_title(node), floats, risk);
      worst = std::min(worst, sqnr_db);
      made.set_input(input, edit_.add_initializer(node.input(input) + "_quantized", integers));
      made.add_input(edit_.add_initializer(node.input(input) + "_scale", scales));
      made.add_input(
          edit_.add_initializer(node.input(input) + "_zero_point", Tensor{ElementType::int8, scales.shape, std::vector<std::byte>(scales.bytes.size() / 4)}));
    }
    edit_.append(std::move(made));
    uses_contrib_ = true;
    QuantizedLayer& layer = layers_[at] = {node_title(node), "LSTM", "dynamic int8", {}, worst};
    layer.risk = risk;
    layer.inputs = {node.input(0)};
    for (const std::string& output : node.output()) {
      if (layer.result.empty()) layer.result = output;
    }
  }

  std::tuple<Tensor, Tensor, double> per_direction(const std::string& name, const TensorView& floats, SaturationRisk& risk) const {
    const std::int64_t directions = floats.shape[0], columns = floats.shape[1], in = floats.shape[2];
    // Directions do not share scales: both axes together are the channels.
    SaturationRisk own;
    const QuantizedWeight made = quantized(name, TensorView{floats.type, {directions * columns, in}, floats.bytes}, 0, ReductionLayout::Form::rows, own);
    risk.pairs += own.pairs;
    risk.channels += own.channels;
    Tensor integers = made.values;
    integers.shape = {directions, columns, in};
    return {transposed(integers), make_tensor<float>({directions, columns}, made.scales), made.sqnr_db};
  }
};

}  // namespace

std::vector<PlannedLayer> plan_dynamic(const Model& source, const std::vector<std::string>& exclude) {
  const QuantizationPlan plan = plan_quantization(source, {exclude, /*attention=*/false, {}});
  std::map<int, PlannedLayer> layers;
  for (const FloatNode& left : plan.floats) layers.emplace(left.node, planned_float(source, source.graph().node(left.node), left.reason));
  for (const StoredNode& stored : plan.stored) {
    const onnx::NodeProto& node = source.graph().node(stored.node);
    layers.emplace(stored.node, is_dynamic_lstm(node) ? planned_lstm(source, node) : planned_stored(source, node));
  }
  for (const LinearNode& linear : plan.linear) {
    const FloatReason reason = dynamic_reason(linear);
    const onnx::NodeProto& node = source.graph().node(linear.node);
    layers.emplace(linear.node, reason.none() ? planned_linear(source, linear, LinearForm::dynamic_int8) : planned_float(source, node, reason));
  }
  std::vector<PlannedLayer> list;
  for (auto& [node, layer] : layers) list.push_back(std::move(layer));
  return list;
}

QuantizedModel quantize_dynamic(const Model& source, const std::vector<std::string>& exclude, const KeepFloat& keep_float, Target target) {
  return DynamicWriter(source, exclude, keep_float, target).write();
}

}  // namespace iai
