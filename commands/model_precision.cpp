#include "commands/model_precision.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <onnx/onnx_pb.h>

#include "formats/error.hpp"

namespace iai {

namespace {

/// The precision of weights of a type; empty for what is no weight (shapes, indices, int32 biases, texts).
std::string weights_of_type(int type) {
  switch (type) {
    case onnx::TensorProto::FLOAT: return "float32";
    case onnx::TensorProto::DOUBLE: return "float64";
    case onnx::TensorProto::FLOAT16: return "float16";
    case onnx::TensorProto::BFLOAT16: return "bfloat16";
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT8: return "int8";
    case onnx::TensorProto::INT4:
    case onnx::TensorProto::UINT4: return "int4";
    default: return {};
  }
}

double elements_of(const onnx::TensorProto& tensor) {
  double elements = 1;
  for (const std::int64_t size : tensor.dims()) elements *= static_cast<double>(size);
  return elements;
}

bool begins_with(const std::string& text, const char* begin) { return text.rfind(begin, 0) == 0; }

/// What the nodes say of the weights that they read.
struct Arithmetic {
  std::set<std::string> packed;     ///< initializers that hold two weights of 4 bits in each byte
  std::set<std::string> quantized;  ///< floats that become integers before anything reads them
  bool dynamic = false, integer_activations = false;
};

Arithmetic arithmetic_of(const onnx::GraphProto& graph) {
  Arithmetic found;
  for (const onnx::NodeProto& node : graph.node()) {
    const std::string& type = node.op_type();
    if (type == "MatMulNBits" && node.input_size() > 1) found.packed.insert(node.input(1));
    if (type == "QuantizeLinear" && node.input_size() > 0) found.quantized.insert(node.input(0));
    found.integer_activations = found.integer_activations || begins_with(type, "QLinear") || begins_with(type, "QGemm") || begins_with(type, "QAttention");
    found.dynamic = found.dynamic || begins_with(type, "DynamicQuantize") || type == "MatMulInteger" || type == "ConvInteger";
  }
  return found;
}

}  // namespace

std::string model_precision(const Model& model) {
  Arithmetic arithmetic = arithmetic_of(model.graph());
  std::map<std::string, double> elements;
  const auto count = [&](const onnx::TensorProto& tensor, const std::string& name) {
    std::string precision = weights_of_type(tensor.data_type());
    if (precision.empty()) return;
    const bool packed = arithmetic.packed.contains(name);
    if (packed) precision = "int4";
    else if (arithmetic.quantized.erase(name) > 0) precision = "int8";
    elements[precision] += elements_of(tensor) * (packed ? 2 : 1);
  };
  for (const onnx::TensorProto& tensor : model.graph().initializer()) count(tensor, tensor.name());
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (node.op_type() != "Constant" || node.output_size() == 0) continue;
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.has_t()) count(attribute.t(), node.output(0));
    }
  }
  if (elements.empty()) return "no weights";
  const auto most = std::max_element(elements.begin(), elements.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (!begins_with(most->first, "int")) return most->first;
  if (arithmetic.dynamic) return most->first + " dynamic";
  // What is still quantized is no weight: an activation.
  return most->first + (arithmetic.integer_activations || !arithmetic.quantized.empty() ? " static" : " weights");
}

std::string precision_of_file(const std::filesystem::path& path) {
  try {
    return model_precision(read_model(path));
  } catch (const Error&) {
    return "unknown";
  }
}

}  // namespace iai
