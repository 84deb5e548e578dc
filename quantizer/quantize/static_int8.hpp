#pragma once

#include <map>

#include "quantizer/quantize/input_products.hpp"
#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/planned_layer.hpp"
#include "quantizer/quantize/quantized_model.hpp"
#include "quantizer/quantize/recurrent_moments.hpp"
#include "quantizer/quantize/tensor_range.hpp"

namespace iai {

/// By name (LinearNode::name).
using ProductsByOperator = std::map<std::string, InputProducts>;

/// Writes int8 in QDQ form: QuantizeLinear and DequantizeLinear around the tensors of the plan, weights int8 with one
/// symmetric scale a channel, biases int32 at scale input * weight, corrected by what the rounding of the weights shifts
/// on average. Float readers of a tensor that also exists as floats keep the floats.
/// @param source  as planned (batch norms folded), default operator set 13 or newer
/// @param ranges  of plan.observed(); means of the channels where a bias is to be corrected
/// @param target  cpu_avx2: scales of channels whose products could be cut grow until none can (quantizer/quantize/saturation.hpp)
/// @throws Error(input) when a weight or bias is NaN or infinite, or the means are not as many as the channels, naming the operator.
/// @source ONNX, operators QuantizeLinear and DequantizeLinear; bias correction: Nagel et al., "Data-Free Quantization
/// Through Weight Equalization and Bias Correction" (ICCV 2019), section 4.2, with measured means
/// @param products  of operators whose weights are rounded adaptively (quantizer/quantize/adaptive_rounding.hpp), but for cpu_avx2
/// @param moments  of recurrent operators whose weights are rounded adaptively (quantizer/quantize/recurrent_rounding.hpp)
QuantizedModel quantize_static(const Model& source, const QuantizationPlan& plan, const std::map<std::string, TensorRange>& ranges,
                               Target target = Target::generic, const ProductsByOperator& products = {}, const RecurrentMomentsByOperator& moments = {});

/// Of the operators of `plan` whose weights can be rounded adaptively, nothing seen yet. In the order of the graph, as far as
/// 256 MB reach.
ProductsByOperator wanted_products(const Model& source, const QuantizationPlan& plan, const std::map<std::string, TensorRange>& ranges,
                                   Target target = Target::generic);

/// What quantize_static would do under `plan`. No payload is read.
std::vector<PlannedLayer> plan_static(const Model& source, const QuantizationPlan& plan);

}  // namespace iai
