#include "evaluator/bench/operator_work.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace iai {

namespace {

using Shape = std::vector<std::int64_t>;
using Count = std::optional<double>;

double product(std::span<const std::int64_t> shape) {
  double count = 1;
  for (const std::int64_t size : shape) count *= static_cast<double>(std::max<std::int64_t>(size, 0));
  return count;
}

double elements(const KernelTensor& tensor) { return tensor.type.empty() ? 0 : product(tensor.shape); }

double width_of(const std::string& type) {
  static const std::map<std::string, double> widths{{"float", 4},  {"double", 8}, {"float16", 2}, {"bfloat16", 2}, {"int64", 8},
                                                    {"uint64", 8}, {"int32", 4},  {"uint32", 4},  {"int16", 2},    {"uint16", 2},
                                                    {"int8", 1},   {"uint8", 1},  {"bool", 1},    {"int4", 0.5},   {"uint4", 0.5}};
  const auto width = widths.find(type);
  return width == widths.end() ? 0 : width->second;
}

double bytes_of(const KernelTensor& tensor) { return elements(tensor) * width_of(tensor.type); }

/// Weights have the type of the input, but for operators that quantize it on the way.
std::string weight_type(const KernelTime& kernel) { return kernel.op_type.rfind("DynamicQuantize", 0) == 0 ? "int8" : kernel.inputs.front().type; }

const KernelTensor* at(const std::vector<KernelTensor>& tensors, std::size_t i) {
  return i < tensors.size() && !tensors[i].type.empty() ? &tensors[i] : nullptr;
}

/// What a sum is made of. The runtime does not list weights that it packed for itself, and the inputs behind them move up, so none
/// is taken by its place: weights are known by their shape, or their size follows from the shapes of input and output.
struct Sum {
  Count operations;
  double unlisted_weights = 0;  ///< elements
};

/// A bias, one element an output channel, is an addition an output element. @param quantized  it is the one of 32-bit integers
double bias(const KernelTime& kernel, std::int64_t channels, bool quantized) {
  const auto is_bias = [&](const KernelTensor& tensor) {
    return tensor.shape == Shape{channels} && tensor.type == (quantized ? "int32" : kernel.inputs.front().type);
  };
  return std::any_of(kernel.inputs.begin() + 1, kernel.inputs.end(), is_bias) ? elements(kernel.outputs[0]) : 0;
}

/// Each output element sums over the channels of its group and the kernel. weights: [out, in / groups, kernel...]
Sum convolution(const KernelTime& kernel) {
  const KernelTensor *input = at(kernel.inputs, 0), *output = at(kernel.outputs, 0);
  if (input == nullptr || output == nullptr || output->shape.size() < 3) return {};
  const std::int64_t channels = output->shape[1];
  const auto is_weights = [&](const KernelTensor& tensor) { return tensor.shape.size() == output->shape.size() && tensor.shape[0] == channels; };
  const auto weights = std::find_if(kernel.inputs.begin() + 1, kernel.inputs.end(), is_weights);
  if (weights == kernel.inputs.end()) return {};
  const bool quantized = kernel.op_type.front() == 'Q';
  return {2 * elements(*output) * product(std::span(weights->shape).subspan(1)) + bias(kernel, channels, quantized)};
}

/// Each input element is spread over the output channels of its group and the kernel. weights: [in, out / groups, kernel...]
Sum transposed_convolution(const KernelTime& kernel) {
  const KernelTensor *input = at(kernel.inputs, 0), *output = at(kernel.outputs, 0);
  if (input == nullptr || output == nullptr || input->shape.size() < 3 || output->shape.size() < 3) return {};
  const auto is_weights = [&](const KernelTensor& tensor) { return tensor.shape.size() == input->shape.size() && tensor.shape[0] == input->shape[1]; };
  const auto weights = std::find_if(kernel.inputs.begin() + 1, kernel.inputs.end(), is_weights);
  if (weights == kernel.inputs.end()) return {};
  return {2 * elements(*input) * product(std::span(weights->shape).subspan(1)) + bias(kernel, output->shape[1], false)};
}

/// [..., M, K] or transposed [..., K, M], into [..., M, N]: the summed axis is the one that the output has not.
Sum matrix_product(const KernelTime& kernel) {
  const KernelTensor *first = at(kernel.inputs, 0), *output = at(kernel.outputs, 0);
  if (first == nullptr || output == nullptr || first->shape.empty() || output->shape.empty()) return {};
  const Shape &a = first->shape, &out = output->shape;
  std::int64_t summed = a.back();
  if (a.size() >= 2 && out.size() >= 2 && a[a.size() - 2] != out[out.size() - 2]) summed = a[a.size() - 2];
  const std::int64_t columns = out.back();
  const auto is_second = [&](const KernelTensor& tensor) {
    const std::size_t rank = tensor.shape.size();
    if (rank < 2) return false;
    const std::int64_t last = tensor.shape[rank - 1], before = tensor.shape[rank - 2];
    return (last == columns && before == summed) || (last == summed && before == columns);
  };
  Sum sum{2 * elements(*output) * static_cast<double>(summed)};
  if (kernel.op_type.find("Gemm") != std::string::npos) *sum.operations += bias(kernel, columns, kernel.op_type.front() == 'Q');
  if (std::none_of(kernel.inputs.begin() + 1, kernel.inputs.end(), is_second))
    sum.unlisted_weights = static_cast<double>(summed) * static_cast<double>(columns);
  return sum;
}

/// Each step multiplies input and state with a matrix a gate. input: [length, batch, in]; outputs: [length, directions, batch, hidden],
/// then [directions, batch, hidden]
Sum recurrence(const KernelTime& kernel, double gates) {
  const KernelTensor* input = at(kernel.inputs, 0);
  const auto listed = std::find_if(kernel.outputs.begin(), kernel.outputs.end(), [](const KernelTensor& tensor) { return tensor.shape.size() >= 3; });
  if (input == nullptr || input->shape.size() != 3 || listed == kernel.outputs.end()) return {};
  const std::size_t rank = listed->shape.size();
  const auto directions = static_cast<double>(listed->shape[rank - 3]), hidden = static_cast<double>(listed->shape[rank - 1]);
  const double weights = directions * gates * hidden * static_cast<double>(input->shape[2]), recurrent = directions * gates * hidden * hidden;
  const auto is_weights = [&](const KernelTensor& tensor) { return tensor.shape.size() == 3 && elements(tensor) == weights; };
  const bool is_listed = std::any_of(kernel.inputs.begin() + 1, kernel.inputs.end(), is_weights);
  return {2 * product(std::span(input->shape).first(2)) * (weights + recurrent), is_listed ? 0 : weights + recurrent};
}

Sum sum_of(const KernelTime& kernel) {
  using Counter = std::function<Sum(const KernelTime&)>;
  static const std::map<std::string, Counter> sums{{"Conv", convolution},
                                                   {"FusedConv", convolution},
                                                   {"ConvInteger", convolution},
                                                   {"QLinearConv", convolution},
                                                   {"ConvTranspose", transposed_convolution},
                                                   {"Gemm", matrix_product},
                                                   {"FusedGemm", matrix_product},
                                                   {"QGemm", matrix_product},
                                                   {"MatMul", matrix_product},
                                                   {"FusedMatMul", matrix_product},
                                                   {"MatMulInteger", matrix_product},
                                                   {"MatMulIntegerToFloat", matrix_product},
                                                   {"QLinearMatMul", matrix_product},
                                                   {"DynamicQuantizeMatMul", matrix_product},
                                                   {"LSTM", [](const KernelTime& k) { return recurrence(k, 4); }},
                                                   {"DynamicQuantizeLSTM", [](const KernelTime& k) { return recurrence(k, 4); }},
                                                   {"GRU", [](const KernelTime& k) { return recurrence(k, 3); }},
                                                   {"RNN", [](const KernelTime& k) { return recurrence(k, 1); }}};
  if (kernel.outputs.empty() || kernel.inputs.empty()) return {};
  const auto sum = sums.find(kernel.op_type);
  return sum == sums.end() ? Sum{} : sum->second(kernel);
}

Count simple_operations(const KernelTime& kernel) {
  static const std::set<std::string> each_output{"Add",
                                                 "Sub",
                                                 "Mul",
                                                 "Div",
                                                 "Relu",
                                                 "LeakyRelu",
                                                 "PRelu",
                                                 "Clip",
                                                 "Neg",
                                                 "Abs",
                                                 "Max",
                                                 "Min",
                                                 "Sqrt",
                                                 "Exp",
                                                 "Log",
                                                 "Pow",
                                                 "Erf",
                                                 "Tanh",
                                                 "Sigmoid",
                                                 "HardSwish",
                                                 "HardSigmoid",
                                                 "Gelu",
                                                 "Elu",
                                                 "Softplus",
                                                 "Sum",
                                                 "Where",
                                                 "Equal",
                                                 "Greater",
                                                 "Less",
                                                 "FastGelu",
                                                 "BiasGelu",
                                                 "QuickGelu",
                                                 "QuantizeLinear",
                                                 "DequantizeLinear",
                                                 "QLinearAdd",
                                                 "QLinearMul",
                                                 "QLinearSigmoid",
                                                 "QLinearLeakyRelu",
                                                 "Reciprocal",
                                                 "Floor",
                                                 "Round"};
  static const std::set<std::string> each_input{
      "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "GlobalAveragePool", "GlobalMaxPool", "ArgMax", "QLinearGlobalAveragePool"};
  static const std::set<std::string> moves{"Transpose", "Reshape",      "Gather",        "Concat",          "Slice",        "Cast",          "Shape",
                                           "Unsqueeze", "Squeeze",      "Flatten",       "Identity",        "Split",        "Expand",        "Pad",
                                           "Tile",      "ReorderInput", "ReorderOutput", "ConstantOfShape", "Constant",     "DepthToSpace",  "GatherND",
                                           "Range",     "SpaceToDepth", "Dropout",       "QLinearConcat",   "MemcpyToHost", "MemcpyFromHost"};
  if (moves.contains(kernel.op_type)) return 0;
  if (kernel.outputs.empty()) return std::nullopt;
  if (each_output.contains(kernel.op_type)) return elements(kernel.outputs[0]);
  if (each_input.contains(kernel.op_type) && !kernel.inputs.empty()) return elements(kernel.inputs[0]);
  return std::nullopt;
}

}  // namespace

OperatorWork operator_work(const KernelTime& kernel) {
  OperatorWork work;
  const Sum sum = sum_of(kernel);
  work.operations = sum.operations ? sum.operations : simple_operations(kernel);
  for (const KernelTensor& tensor : kernel.inputs) work.bytes += bytes_of(tensor);
  for (const KernelTensor& tensor : kernel.outputs) work.bytes += bytes_of(tensor);
  if (sum.unlisted_weights > 0) work.bytes += sum.unlisted_weights * width_of(weight_type(kernel));
  return work;
}

Bound bound_of(const OperatorWork& work, double seconds, const MachinePeak& peak) {
  constexpr double least_share = 0.1;
  Bound bound;
  if (work.operations && work.bytes > 0) bound.intensity = *work.operations / work.bytes;
  bound.by = "unknown";
  if (seconds <= 0) return bound;
  const double compute_s = work.operations.value_or(0) / peak.operations_per_s;
  const double memory_s = work.bytes / (work.bytes <= peak.cache_bytes ? peak.cache_bytes_per_s : peak.memory_bytes_per_s);
  bound.share = std::max(compute_s, memory_s) / seconds;
  if (memory_s >= compute_s && *bound.share >= least_share) bound.by = "memory";
  else if (!work.operations) return bound;
  else bound.by = *bound.share < least_share ? "overhead" : "compute";
  return bound;
}

}  // namespace iai
