#pragma once

#include <cstdint>

#include "quantizer/quantize/input_products.hpp"
#include "quantizer/quantize/weights.hpp"

namespace iai {

/// What the rounding of one weight costs at the output of its operator: sums of squares over outputs and positions.
struct RoundingGain {
  double nearest = 0, adaptive = 0;
};

/// Rounds the weights of one operator again, at the scales that they have, so that its outputs suffer least from all roundings
/// together: input by input, what the rounding of one loses is made up for by those that are not rounded yet, in closed form.
/// Outputs that would not gain keep their integers.
/// @param floats   the weight, [outputs, inputs, taps..] (Conv, axis 0), [outputs, inputs] (axis 0) or [inputs, outputs] (axis 1)
/// @param weight   what quantize_weight made of it; changed
/// @source Frantar et al., "GPTQ" (ICLR 2023), section 3, with the inputs of largest products first and 1 % of the mean
/// diagonal added; Hassibi and Stork, "Second Order Derivatives for Network Pruning: Optimal Brain Surgeon" (NIPS 1992)
RoundingGain round_adaptively(const TensorView& floats, int axis, const InputProducts& products, QuantizedWeight& weight);

}  // namespace iai
