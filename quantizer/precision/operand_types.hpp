#pragma once

#include <functional>
#include <string>

#include <onnx/onnx_pb.h>

#include "formats/tensor.hpp"

namespace iai {

/// How an operator may deal with operands that change from float32 to a 16-bit type.
enum class Operand {
  follows,  ///< of a type variable that allows the 16-bit type
  fixed,    ///< float32 by definition: the scales of Resize and of quantized operators
  barred,   ///< of a type variable that does not allow it
  unknown,  ///< the operator has no definition here
};
/// @param opset  default-domain operator set
Operand input_operand(const onnx::NodeProto& node, int position, int opset, ElementType type);

enum class TensorKind { float32, other, unknown };

/// May the node compute in `type`? All its float32 inputs and outputs must be allowed to change, each float32 output must
/// take its type from an input that changes with it (or be a Cast or a constant, which are rewritten), and no type may be
/// unknown.
/// @param kind_of  what the tensor of a name is in the source
bool can_compute_in(const onnx::NodeProto& node, int opset, ElementType type, const std::function<TensorKind(const std::string&)>& kind_of);

}  // namespace iai
