#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "formats/model.hpp"
#include "quantizer/quantize/plan.hpp"

namespace iai {

/// What would become of one operator with weights, known without its weights being read.
struct PlannedLayer {
  std::string name, op_type;
  std::string form;                             ///< "int8", "dynamic int8", "int8 weights" or "float"
  FloatReason reason;                           ///< float: why
  std::map<std::string, std::uint64_t> before;  ///< its initializers of floating point -> bytes
  std::map<std::string, std::uint64_t> after;   ///< -> bytes of what stands for them: integers, scales, zero points
};

/// Sum of the sizes.
std::uint64_t bytes_of(const std::map<std::string, std::uint64_t>& sizes);

enum class LinearForm { static_int8, dynamic_int8 };
PlannedLayer planned_linear(const Model& model, const LinearNode& linear, LinearForm form);
/// int8 weights, one scale a row (quantizer/quantize/stored_weights.hpp).
PlannedLayer planned_stored(const Model& model, const onnx::NodeProto& node);
/// DynamicQuantizeLSTM.
PlannedLayer planned_lstm(const Model& model, const onnx::NodeProto& node);
PlannedLayer planned_float(const Model& model, const onnx::NodeProto& node, FloatReason reason);

}  // namespace iai
