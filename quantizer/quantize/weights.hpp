#pragma once

#include <span>
#include <string>
#include <vector>

#include "formats/tensor.hpp"

namespace iai {

/// int8 weights with one scale a channel: weight = scale[channel] * integer, integer in [-127, 127].
struct QuantizedWeight {
  Tensor values;              ///< int8, shape of the weight
  std::vector<float> scales;  ///< [channels]
  double sqnr_db = 0;         ///< of all elements; infinite when exact
};

/// Scales at which the largest magnitude of each channel is 127; 0 for a channel of zeros. @throws as quantize_weight
std::vector<float> least_scales(const TensorView& weight, int axis);

/// Symmetric, largest magnitude of each channel = 127.
/// @param weight  float32, any rank
/// @param axis    of the channels
/// @param smallest_scales  [channels] or empty: lower bounds, so that an int32 bias at scale input * weight fits
/// @throws Error(input) when a weight is NaN or infinite.
/// @source Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018), section 2.2 and 3.1.2
QuantizedWeight quantize_weight(const TensorView& weight, int axis, std::span<const float> smallest_scales = {});

/// What the rounded weights lose on average for each output channel: sum over its inputs of (weight - scale * integer) * mean.
/// @param weight  float32 [rows, columns, ...], the output channels along `axis` (0 or 1), the inputs of a group along the other
/// @param made    the same, rounded: one scale an output channel
/// @param means   of the input's channels, [groups * inputs of a group]
/// @source Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (ICCV 2019), section 4.2
std::vector<double> mean_shift(const TensorView& weight, const QuantizedWeight& made, int axis, std::span<const double> means, std::size_t groups);

/// @throws Error(input) naming the operator when one of its biases is NaN or infinite.
void refuse_infinite_bias(const std::string& node, std::span<const double> bias);

}  // namespace iai
