#pragma once

#include <string>
#include <vector>

#include "quantizer/precision/precision.hpp"
#include "quantizer/quantize/float_reason.hpp"

namespace iai {

/// An operator of the main graph that reads or makes float32 tensors.
struct FloatOperator {
  int node = -1;  ///< index into graph.node()
  std::string name, op_type;
  std::vector<std::string> inputs;   ///< float32 activations that change with the type
  std::vector<std::string> weights;  ///< float32 initializers that do
  std::vector<std::string> outputs;  ///< float32 tensors that it makes
  FloatReason reason;                ///< why it computes in float32; none: it computes in the 16-bit type, or has its weights in it
  bool weights_stay = false;         ///< its weights stay float32; else they become 16-bit also where it computes in float32
  bool reduced() const { return reason.none(); }
};

/// All of them, in the order of the graph, with what lower_precision can make of each under `options`, subgraphs left. Where
/// arithmetic is float32: those that read weights; reduced() says that the weights become 16-bit. No payload is read.
/// @param inferred  checked, shapes inferred, since types decide
std::vector<FloatOperator> float_operators(const Model& inferred, const PrecisionOptions& options);

}  // namespace iai
