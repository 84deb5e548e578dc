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

/// The three results of DynamicQuantizeLinear.
struct DynamicActivation {
  std::string integers, scale, zero_point;
};

class DynamicWriter {
 public:
  DynamicWriter(const Model& source, const std::vector<std::string>& exclude, const std::set<std::string>& keep_float)
      : source_(source), exclude_(exclude), keep_float_(keep_float), made_{source, {}}, edit_(made_.model) {
    plan_ = plan_quantization(source, {exclude, /*attention=*/false, keep_float});
    for (const LinearNode& linear : plan_.linear) linear_[linear.node] = &linear;
  }

  QuantizedModel write() {
    for (int i = 0; i < source_.graph().node_size(); ++i) write_node(i);
    for (const FloatNode& node : plan_.floats) {
      if (!written_.contains(node.name)) made_.layers.push_back({node.name, node.op_type, "float", node.reason});
    }
    edit_.commit();
    if (uses_contrib_) import_contrib();
    return std::move(made_);
  }

 private:
  const Model& source_;
  const std::vector<std::string>& exclude_;
  const std::set<std::string>& keep_float_;
  QuantizedModel made_;
  GraphEdit edit_;
  QuantizationPlan plan_;
  std::map<int, const LinearNode*> linear_;
  std::map<std::string, DynamicActivation> activations_;
  std::set<std::string> written_;
  bool uses_contrib_ = false;

  void write_node(int at) {
    const onnx::NodeProto& node = source_.graph().node(at);
    const auto linear = linear_.find(at);
    if (linear != linear_.end() && write_linear(*linear->second, node)) return;
    if (is_standard(node, "LSTM") && !matches_any(exclude_, node) && !keep_float_.contains(node_title(node)) && write_lstm(node)) return;
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

  QuantizedWeight quantized(const std::string& node, const TensorView& weight, int axis) const {
    try {
      return quantize_weight(weight, axis);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("operator '{}': {}", node, error.message()), error.hint());
    }
  }

  bool write_linear(const LinearNode& linear, const onnx::NodeProto& node) {
    const bool conv = is_standard(node, "Conv"), gemm = is_standard(node, "Gemm");
    std::string reason;
    if (!conv && !gemm && !is_standard(node, "MatMul")) reason = "no integer kernel for it";
    if (gemm && int_attribute(node, "transA", 0) != 0) reason = "its input is transposed";
    if (!reason.empty()) {
      plan_.floats.push_back({linear.name, linear.op_type, reason});
      return false;
    }
    QuantizedWeight weight = quantized(linear.name, *source_.initializer(linear.weight), linear.axis);
    if (gemm && linear.axis == 0) weight.values = transposed(weight.values);
    const auto channels = static_cast<std::int64_t>(weight.scales.size());
    std::vector<std::int64_t> along{channels};  // what scales and bias are broadcast over
    if (conv) along.insert(along.end(), weight.values.shape.size() - 2, 1);
    const DynamicActivation input = activation(linear.input);
    const std::string integers = edit_.add_initializer(linear.weight + "_quantized", std::move(weight.values));
    const std::string scales = edit_.add_initializer(linear.weight + "_scale", make_tensor<float>(along, weight.scales));
    const std::string& output = linear.output;
    const std::string sums = edit_.add_node(conv ? "ConvInteger" : "MatMulInteger", {input.integers, integers, input.zero_point}, output + "_integers");
    if (conv) *edit_.last().mutable_attribute() = node.attribute();
    const std::string floats = edit_.add_node("Cast", {sums}, output + "_floats");
    set_attribute(edit_.last(), "to", onnx::TensorProto::FLOAT);
    const std::string scale = edit_.add_node("Mul", {input.scale, scales}, output + "_scale");
    edit_.add_node("Mul", {floats, scale}, output + "_scaled");
    if (!linear.bias.empty()) {
      const TensorView bias = *source_.initializer(linear.bias);
      const Tensor shaped{bias.type, along, {bias.bytes.begin(), bias.bytes.end()}};
      const std::string added = edit_.add_initializer(linear.bias + "_added", shaped);
      edit_.add_node("Add", {edit_.last().output(0), added}, output + "_biased");
    }
    edit_.last().set_output(0, output);
    report(linear.name, linear.op_type, weight.sqnr_db);
    return true;
  }

  void report(const std::string& name, const std::string& op_type, double sqnr_db) {
    made_.layers.push_back({name, op_type, "dynamic int8", {}, sqnr_db});
    written_.insert(name);
  }

  /// W [directions, 4 hidden, in] and R [directions, 4 hidden, hidden] become int8 [directions, in, 4 hidden], each of the
  /// 4 hidden columns with its own scale.
  bool write_lstm(const onnx::NodeProto& node) {
    const auto weight = source_.initializer(node.input(1)), recurrent = source_.initializer(node.input(2));
    if (!weight || !recurrent || weight->type != ElementType::float32 || recurrent->type != ElementType::float32 || weight->shape.size() != 3 ||
        recurrent->shape.size() != 3 || int_attribute(node, "layout", 0) != 0) {
      return false;
    }
    onnx::NodeProto made = node;
    made.set_op_type("DynamicQuantizeLSTM");
    made.set_domain("com.microsoft");
    while (made.input_size() < 8) made.add_input("");
    double worst = std::numeric_limits<double>::infinity();
    for (const int input : {1, 2}) {
      const TensorView floats = *source_.initializer(node.input(input));
      const auto [integers, scales, sqnr_db] = per_direction(node.name(), floats);
      worst = std::min(worst, sqnr_db);
      made.set_input(input, edit_.add_initializer(node.input(input) + "_quantized", integers));
      made.add_input(edit_.add_initializer(node.input(input) + "_scale", scales));
      made.add_input(edit_.add_initializer(node.input(input) + "_zero_point", Tensor{ElementType::int8, scales.shape, std::vector<std::byte>(scales.bytes.size() / 4)}));
    }
    edit_.append(std::move(made));
    uses_contrib_ = true;
    report(node_title(node), "LSTM", worst);
    return true;
  }

  std::tuple<Tensor, Tensor, double> per_direction(const std::string& name, const TensorView& floats) const {
    const std::int64_t directions = floats.shape[0], columns = floats.shape[1], in = floats.shape[2];
    // Directions do not share scales: both axes together are the channels.
    const QuantizedWeight made = quantized(name, TensorView{floats.type, {directions * columns, in}, floats.bytes}, 0);
    Tensor integers = made.values;
    integers.shape = {directions, columns, in};
    return {transposed(integers), make_tensor<float>({directions, columns}, made.scales), made.sqnr_db};
  }

  void import_contrib() {
    for (const onnx::OperatorSetIdProto& set : made_.model.proto.opset_import()) {
      if (set.domain() == "com.microsoft") return;
    }
    onnx::OperatorSetIdProto& set = *made_.model.proto.add_opset_import();
    set.set_domain("com.microsoft");
    set.set_version(1);
  }
};

}  // namespace

QuantizedModel quantize_dynamic(const Model& source, const std::vector<std::string>& exclude, const std::set<std::string>& keep_float) {
  return DynamicWriter(source, exclude, keep_float).write();
}

}  // namespace iai
