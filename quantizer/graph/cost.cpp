#include "quantizer/graph/cost.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "formats/error.hpp"
#include "quantizer/graph/known_shapes.hpp"
#include "quantizer/graph/node_names.hpp"

namespace iai {

namespace {

using Shape = KnownShapes::Shape;
using Count = std::optional<std::int64_t>;

Count times(Count a, Count b) {
  std::int64_t product = 0;
  if (!a || !b || __builtin_mul_overflow(*a, *b, &product)) return std::nullopt;
  return product;
}

Count plus(Count a, Count b) {
  std::int64_t sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

Count product_of(const Shape& shape, std::size_t first = 0) {
  Count product = 1;
  for (std::size_t i = first; i < shape.size(); ++i) product = times(product, shape[i]);
  return product;
}

/// Every output element sums over the input channels of its group and the kernel. weights: [out, in / groups, kernel...]
Count convolution(const onnx::NodeProto& node, const KnownShapes& shapes, int weights_at) {
  const Shape* weights = shapes.input(node, weights_at);
  const Shape* output = shapes.output(node);
  if (weights == nullptr || output == nullptr || weights->empty()) return std::nullopt;
  return times(product_of(*output), product_of(*weights, 1));
}

/// Every input element is spread over the output channels of its group and the kernel. weights: [in, out / groups, kernel...]
Count transposed_convolution(const onnx::NodeProto& node, const KnownShapes& shapes) {
  const Shape* input = shapes.input(node, 0);
  const Shape* weights = shapes.input(node, 1);
  if (input == nullptr || weights == nullptr || weights->empty()) return std::nullopt;
  return times(product_of(*input), product_of(*weights, 1));
}

/// output elements times the summed axis of the first operand
Count product_over(const onnx::NodeProto& node, const KnownShapes& shapes, std::size_t from_last) {
  const Shape* first = shapes.input(node, 0);
  const Shape* output = shapes.output(node);
  if (first == nullptr || output == nullptr || first->size() < from_last) return std::nullopt;
  return times(product_of(*output), (*first)[first->size() - from_last]);
}

/// @param gates  matrices a step: 1 (RNN), 3 (GRU), 4 (LSTM)
Count recurrence(const onnx::NodeProto& node, const KnownShapes& shapes, std::int64_t gates) {
  const Shape* input = shapes.input(node, 0);    // [length, batch, in], or [batch, length, in]
  const Shape* weights = shapes.input(node, 1);  // [directions, gates * hidden, in]
  if (input == nullptr || weights == nullptr || input->size() != 3 || weights->size() != 3) return std::nullopt;
  const std::int64_t hidden = (*weights)[1] / gates;
  const Count step = times(times((*weights)[0], (*weights)[1]), plus((*weights)[2], hidden));
  return times(times((*input)[0], (*input)[1]), step);
}

/// Scores and weighted values. Q, K, V: [batch, heads, length, size], or [batch, length, heads * size]
Count attention(const onnx::NodeProto& node, const KnownShapes& shapes) {
  const Shape* q = shapes.input(node, 0);
  const Shape* k = shapes.input(node, 1);
  const Shape* v = shapes.input(node, 2);
  if (q == nullptr || k == nullptr || v == nullptr || q->size() != k->size() || q->size() != v->size()) return std::nullopt;
  if (q->size() != 3 && q->size() != 4) return std::nullopt;
  const bool split = q->size() == 4;
  const std::int64_t heads = split ? (*q)[1] : integer_of(node, "q_num_heads", 0);
  const std::int64_t key_heads = split ? (*k)[1] : integer_of(node, "kv_num_heads", 0);
  if (heads <= 0 || key_heads <= 0) return std::nullopt;
  const std::int64_t length = split ? (*q)[2] : (*q)[1];
  Count keys = split ? (*k)[2] : (*k)[1];
  if (node.input_size() > 4 && !node.input(4).empty()) {
    const Shape* past = shapes.input(node, 4);
    keys = past == nullptr || past->size() != 4 ? std::nullopt : plus(keys, (*past)[2]);
  }
  const std::int64_t size = split ? (*q)[3] : (*q)[2] / heads, value_size = split ? (*v)[3] : (*v)[2] / key_heads;
  return times(times(times((*q)[0], heads), times(length, keys)), plus(size, value_size));
}

/// Product of the sizes of all labels, for every operand after the first.
Count einsum(const onnx::NodeProto& node, const KnownShapes& shapes) {
  const auto* equation = attribute_of(node, "equation");
  if (equation == nullptr) return std::nullopt;
  std::map<char, std::int64_t> sizes;
  int operand = 0;
  std::size_t axis = 0;
  for (const char c : equation->s()) {
    if (c == '-') break;
    if (c == ' ') continue;
    if (c == '.') return std::nullopt;
    if (c == ',') {
      ++operand;
      axis = 0;
      continue;
    }
    const Shape* shape = shapes.input(node, operand);
    if (shape == nullptr || axis >= shape->size()) return std::nullopt;
    sizes[c] = std::max(sizes[c], (*shape)[axis++]);
  }
  Count product = node.input_size() - 1;
  for (const auto& [label, size] : sizes) product = times(product, size);
  return product;
}

Count matrix_product(const onnx::NodeProto& node, const KnownShapes& shapes) {
  const std::string& type = node.op_type();
  if (type == "Gemm" || type == "FusedGemm" || type == "QGemm") return product_over(node, shapes, integer_of(node, "transA", 0) != 0 ? 2 : 1);
  if (type == "FusedMatMul") return product_over(node, shapes, integer_of(node, "transA", 0) != 0 ? 2 : 1);
  return product_over(node, shapes, 1);
}

using Counter = Count (*)(const onnx::NodeProto&, const KnownShapes&);

const std::unordered_map<std::string, Counter>& counters() {
  static const std::unordered_map<std::string, Counter> all{
      {"Conv", [](const auto& node, const auto& shapes) { return convolution(node, shapes, 1); }},
      {"FusedConv", [](const auto& node, const auto& shapes) { return convolution(node, shapes, 1); }},
      {"DeformConv", [](const auto& node, const auto& shapes) { return convolution(node, shapes, 1); }},
      {"ConvInteger", [](const auto& node, const auto& shapes) { return convolution(node, shapes, 1); }},
      {"QLinearConv", [](const auto& node, const auto& shapes) { return convolution(node, shapes, 3); }},
      {"ConvTranspose", transposed_convolution},
      {"RNN", [](const auto& node, const auto& shapes) { return recurrence(node, shapes, 1); }},
      {"GRU", [](const auto& node, const auto& shapes) { return recurrence(node, shapes, 3); }},
      {"LSTM", [](const auto& node, const auto& shapes) { return recurrence(node, shapes, 4); }},
      {"Attention", attention},
      {"Einsum", einsum},
      {"Gemm", matrix_product},
      {"MatMul", matrix_product},
      {"MatMulInteger", matrix_product},
      {"QLinearMatMul", matrix_product},
      {"QGemm", matrix_product},
      {"FusedGemm", matrix_product},
      {"FusedMatMul", matrix_product},
      {"MatMulNBits", matrix_product},
      {"MatMulBnb4", matrix_product},
      {"MatMulIntegerToFloat", matrix_product},
      {"DynamicQuantizeMatMul", matrix_product},
  };
  return all;
}

/// Operators of ONNX Runtime's domain that are counted, or that are known not to multiply.
bool is_known_extension(const std::string& type) {
  static const std::set<std::string> known{"FusedConv",
                                           "QGemm",
                                           "FusedGemm",
                                           "FusedMatMul",
                                           "MatMulNBits",
                                           "MatMulBnb4",
                                           "MatMulIntegerToFloat",
                                           "DynamicQuantizeMatMul",
                                           "QuantizeLinear",
                                           "DequantizeLinear",
                                           "QLinearAdd",
                                           "QLinearMul",
                                           "QLinearSigmoid",
                                           "QLinearLeakyRelu",
                                           "QLinearConcat",
                                           "QLinearAveragePool",
                                           "QLinearGlobalAveragePool",
                                           "Gelu",
                                           "FastGelu",
                                           "QuickGelu",
                                           "BiasGelu",
                                           "SkipLayerNormalization",
                                           "SimplifiedLayerNormalization"};
  return known.count(type) != 0;
}

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

bool multiplies_inside(const onnx::GraphProto& graph) {
  return std::any_of(graph.node().begin(), graph.node().end(), [](const onnx::NodeProto& node) {
    if (counters().count(node.op_type()) != 0) return true;
    return std::any_of(node.attribute().begin(), node.attribute().end(),
                       [](const onnx::AttributeProto& attribute) { return attribute.has_g() && multiplies_inside(attribute.g()); });
  });
}

void count_node(const onnx::NodeProto& node, const KnownShapes& shapes, std::set<std::string>& uncounted, ModelCost& cost) {
  const std::string& type = node.op_type();
  const bool ours = is_default_domain(node.domain());
  if (!ours && node.domain() != "ai.onnx.ml" && !(node.domain() == "com.microsoft" && is_known_extension(type))) {
    uncounted.insert(node.domain() + "." + type);
    return;
  }
  const auto counter = counters().find(type);
  const bool holds = std::any_of(node.attribute().begin(), node.attribute().end(),
                                 [](const onnx::AttributeProto& attribute) { return attribute.has_g() && multiplies_inside(attribute.g()); });
  if (counter == counters().end() && !holds) return;
  const Count count = holds ? std::nullopt : counter->second(node, shapes);
  cost.nodes.push_back({node_title(node), type, count});
  const Count sum = count ? plus(cost.known_multiply_accumulates, count) : std::nullopt;
  if (sum) cost.known_multiply_accumulates = *sum;
  else ++cost.unknown_nodes;
}

void count_tensor(const onnx::TensorProto& tensor, ModelCost& cost) {
  const auto type = static_cast<ElementType>(tensor.data_type());
  const Shape shape(tensor.dims().begin(), tensor.dims().end());
  const std::int64_t count = element_count(shape);
  const auto bytes = stored_bytes(type, count);
  if (__builtin_add_overflow(cost.bytes, bytes.value_or(0), &cost.bytes) || cost.bytes > std::uint64_t{1} << 60)
    throw Error(ErrorKind::input, "initializer '" + tensor.name() + "' has the impossible shape " + shape_text(shape), "export the model again");
  if (type != ElementType::int64 && type != ElementType::boolean) cost.parameters += count;
  cost.bytes_by_type[type_name(type)] += bytes.value_or(0);
}

/// Initializers, and the tensors that older exporters keep in Constant nodes; a single number is no weight.
void count_weights(const onnx::GraphProto& graph, ModelCost& cost) {
  for (const auto& tensor : graph.initializer()) count_tensor(tensor, cost);
  for (const auto& node : graph.node()) {
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) count_weights(attribute.g(), cost);
      if (node.op_type() != "Constant" || !attribute.has_t() || attribute.t().dims_size() == 0) continue;
      if (element_count(Shape(attribute.t().dims().begin(), attribute.t().dims().end())) > 1) count_tensor(attribute.t(), cost);
    }
  }
}

}  // namespace

ModelCost count_cost(const Model& model) {
  ModelCost cost;
  count_weights(model.graph(), cost);
  const KnownShapes shapes(model);
  std::set<std::string> uncounted;
  for (const auto& node : model.graph().node()) count_node(node, shapes, uncounted, cost);
  cost.uncounted.assign(uncounted.begin(), uncounted.end());
  return cost;
}

}  // namespace iai
