#pragma once

#include <string>
#include <vector>

#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/planned_layer.hpp"
#include "quantizer/quantize/quantized_model.hpp"

namespace iai {

/// Makes the weights int8 (one symmetric scale a channel) and lets the runtime quantize each activation when it meets it:
/// DynamicQuantizeLinear with MatMulInteger for MatMul and Gemm and ConvInteger for Conv; LSTM becomes ONNX Runtime's
/// com.microsoft.DynamicQuantizeLSTM, weights of GRU and RNN and tables of Gather are stored as int8 (quantizer/quantize/stored_weights.hpp). Needs no
/// calibration; the scale of an activation is that of its whole batch.
/// @param source      checked, constants lifted and batch norms folded (quantizer/graph/fold.hpp); default operator set 11 or newer
/// @param exclude     globs over node names and operator types
/// @param keep_float  operators that stay in float
/// @param target      cpu_avx2: as for quantize_static; an input may reach 255
/// @throws Error(input) when the model is quantized already, or a weight is NaN or infinite; Error(usage) when a pattern
/// names nothing.
/// @source ONNX, operators DynamicQuantizeLinear, MatMulInteger and ConvInteger; ONNX Runtime, contrib operators
QuantizedModel quantize_dynamic(const Model& source, const std::vector<std::string>& exclude, const KeepFloat& keep_float = {},
                                Target target = Target::generic);

/// What quantize_dynamic would do, from the skeleton: no payload is read. @throws as it does, but for weights.
std::vector<PlannedLayer> plan_dynamic(const Model& source, const std::vector<std::string>& exclude);

}  // namespace iai
