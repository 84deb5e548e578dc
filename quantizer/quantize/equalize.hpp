#pragma once

#include <map>
#include <string>
#include <vector>

#include "quantizer/quantize/observer.hpp"
#include "quantizer/quantize/plan.hpp"

namespace iai {

/// For each tensor: exponents [channels]; a channel is divided by two to its exponent where it is made, and the weights that
/// read it are multiplied. Powers of two, so that the answers of the floating-point model stay the same bit for bit.
using ChannelExponents = std::map<std::string, std::vector<int>>;

/// Where the channels of an activation differ much in magnitude, its one scale serves the largest only. Moving half of the
/// difference into the weights, which have many scales, lets both be told apart. Possible where the tensor is read by quantized
/// operators alone and made by an operator with constants for each channel (Conv, Gemm, MatMul, LayerNormalization, Mul),
/// perhaps through an added constant and Relu, LeakyRelu or MaxPool. The others are absent.
/// @param statistics  of the tensors that plan.linear read, with magnitudes of the channels
/// @source Xiao et al., "SmoothQuant" (ICML 2023), section 4, equation 4 with alpha 1/2, which for two layers in a row is the
/// equalization of Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (ICCV 2019), section 4.1
ChannelExponents choose_exponents(const Model& model, const QuantizationPlan& plan, const std::map<std::string, TensorStatistics>& statistics);

/// @throws Error(input) naming a tensor whose channels cannot be scaled, or are not as many as its exponents.
void apply_exponents(Model& model, const QuantizationPlan& plan, const ChannelExponents& exponents);

}  // namespace iai
