#include "quantizer/quantize/quantized_model.hpp"

namespace iai {

std::vector<std::int64_t> weight_shape(const Model& model, const onnx::NodeProto& node) {
  const int at = node.op_type() == "Gather" ? 0 : 1;
  const auto weight = node.input_size() > at ? model.initializer(node.input(at)) : std::nullopt;
  return weight ? weight->shape : std::vector<std::int64_t>();
}

}  // namespace iai
