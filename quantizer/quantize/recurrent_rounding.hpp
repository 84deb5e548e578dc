#pragma once

#include <onnx/onnx_pb.h>

#include "quantizer/quantize/recurrent_moments.hpp"
#include "quantizer/quantize/weights.hpp"

namespace iai {

/// Rounds W and R of a recurrent operator again, at the scales that they have, row by row of both together: what one weight loses is
/// made up for by the others, as far as inputs and states go together (quantizer/quantize/rounding_metric.hpp). In GRU's candidate gate, where a reset
/// gate lies between the two, each for itself.
/// @param w, r              [directions, gates * hidden, inputs] and [.., hidden], float32
/// @param rounded_w, rounded_r  what quantize_weight made of them, a scale for each direction and row; changed
/// @returns [directions, 2 * gates * hidden]: what the roundings add to the gates on average, for the bias of W and that of R
std::vector<double> round_recurrent(const onnx::NodeProto& node, const TensorView& w, const TensorView& r, const RecurrentMoments& moments,
                                    QuantizedWeight& rounded_w, QuantizedWeight& rounded_r);

}  // namespace iai
