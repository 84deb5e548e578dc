#include "quantizer/quantize/quantized_model.hpp"

namespace iai {

std::vector<std::int64_t> weight_shape(const Model& model, const onnx::NodeProto& node) {
  const auto weight = node.input_size() > 1 ? model.initializer(node.input(1)) : std::nullopt;
  return weight ? weight->shape : std::vector<std::int64_t>();
}

}  // namespace iai
