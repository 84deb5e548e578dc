#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "quantizer/quantize/target.hpp"
#include "quantizer/quantize/weights.hpp"

namespace iai {

// Without VNNI, x86-64 multiplies uint8 activations with int8 weights by vpmaddubsw, which adds two neighbouring products
// and cuts the sum to 16 bits. Two weights of one sign can exceed them: 255 * (64 + 65) = 32895 > 32767. ONNX Runtime packs
// neighbours along the reduction axis: rows of a matrix in their order, taps of a convolution position by position with the
// channels innermost (QLinearConv) or channel by channel (ConvInteger). A depthwise QLinearConv widens to 16 bits first.
// @source Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, PMADDUBSW; ONNX Runtime, MLAS U8S8 kernels
// for AVX2 (groups of four along K) and QLinearConv (order of the filter)

/// Where the weights of one output lie.
struct ReductionLayout {
  enum class Form { rows, columns, convolution };
  Form form = Form::rows;
  std::vector<std::int64_t> shape;  ///< rows: [outputs, in]; columns: [.., in, outputs]; convolution: [outputs, in, taps..]
};

struct SaturationRisk {
  std::int64_t pairs = 0;     ///< neighbours whose products could be cut
  std::int64_t channels = 0;  ///< that have such pairs
};

/// Largest |a| + |b| of two weights of one sign whose products with activations up to `largest_input` (0 to 255) fit into 16 bits.
int largest_pair_sum(int largest_input);

/// @param weight         int8 as made by quantize_weight over a shape of `channels` along `axis`
/// @param channel_shape  the shape and axis whose channels have a scale each
SaturationRisk saturation_risk(const Tensor& weight, const ReductionLayout& layout, std::span<const std::int64_t> channel_shape, int axis, int largest_input);

/// Scales under which no pair can be cut, for channels at risk; 0 for the others. They are as small as the largest pair of the
/// channel lets them be, at most twice the ordinary ones: seven bits.
/// @param floats  the weight before
std::vector<float> safe_scales(const TensorView& floats, const Tensor& weight, const ReductionLayout& layout, std::span<const std::int64_t> channel_shape,
                               int axis, int largest_input);

/// quantize_weight, once more with safe scales where pairs could be cut.
/// @param smallest_scales  as there   @param risk  what the ordinary scales would have cut
QuantizedWeight quantize_uncut(const TensorView& weight, int axis, std::vector<float> smallest_scales, const ReductionLayout& layout, int largest_input,
                               SaturationRisk& risk);

}  // namespace iai
