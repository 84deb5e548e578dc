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

/// Symmetric, largest magnitude of each channel = 127.
/// @param weight  float32, any rank
/// @param axis    of the channels
/// @param smallest_scales  [channels] or empty: lower bounds, so that an int32 bias at scale input * weight fits
/// @throws Error(input) when a weight is NaN or infinite.
/// @source Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018), section 2.2 and 3.1.2
QuantizedWeight quantize_weight(const TensorView& weight, int axis, std::span<const float> smallest_scales = {});

/// @throws Error(input) naming the operator when one of its biases is NaN or infinite.
void refuse_infinite_bias(const std::string& node, std::span<const double> bias);

/// Calls visit(channel, index) for each element of a tensor of `shape`, in storage order.
template <class Visit>
void for_each_element(std::span<const std::int64_t> shape, int axis, Visit visit) {
  std::int64_t inner = 1, outer = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (static_cast<int>(i) < axis) outer *= shape[i];
    if (static_cast<int>(i) > axis) inner *= shape[i];
  }
  const std::int64_t channels = shape[static_cast<std::size_t>(axis)];
  std::size_t index = 0;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t i = 0; i < inner; ++i) visit(static_cast<std::size_t>(c), index++);
    }
  }
}

}  // namespace iai
