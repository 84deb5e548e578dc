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

/// @throws Error(input) naming the operator when one of its biases is NaN or infinite.
void refuse_infinite_bias(const std::string& node, std::span<const double> bias);

}  // namespace iai
