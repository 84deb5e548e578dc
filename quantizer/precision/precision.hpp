#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "formats/model.hpp"

namespace iai {

/// What became of the elements of one float32 tensor that is now stored in 16 bits.
struct TensorRounding {
  std::string tensor;
  std::int64_t elements = 0;
  std::int64_t clamped = 0;           ///< finite, beyond the largest number of the type: became that number
  std::int64_t vanished = 0;          ///< not zero, became zero
  std::int64_t subnormal = 0;         ///< became a subnormal number, with fewer than the type's usual digits
  double largest_relative_error = 0;  ///< over the elements that neither clamped nor vanished
};

/// Rounds to the nearest float16 or bfloat16 (ties to even), beyond the largest number to that. Infinities stay.
/// @param type  float16 or bfloat16
/// @throws Error(input) naming the tensor when an element is NaN
Tensor round_tensor(const TensorView& tensor, ElementType type, TensorRounding& rounding);

enum class ModelPorts {
  float32,  ///< inputs and outputs of the model keep their type
  same,     ///< they become 16-bit too
};
enum class Arithmetic {
  reduced,  ///< operators compute in the 16-bit type wherever their definition allows it
  float32,  ///< weights are stored in 16 bits and widened where they are used
};
enum class Subgraphs {
  lowered,  ///< operators inside If, Loop and Scan become 16-bit too
  left,     ///< they stay float32, and so do the operators that hold them
};
struct PrecisionOptions {
  ElementType type = ElementType::float16;  ///< or bfloat16
  ModelPorts ports = ModelPorts::float32;
  Arithmetic arithmetic = Arithmetic::reduced;
  std::vector<std::string> exclude = {};  ///< globs on node names and operator types: they stay float32
  Subgraphs subgraphs = Subgraphs::lowered;
  std::set<int> float32_nodes = {};            ///< indices into graph.node() of the source: they compute in float32
  std::set<std::string> float32_weights = {};  ///< initializers that keep their type
};
struct PrecisionReport {
  std::vector<TensorRounding> tensors;     ///< every tensor that was rounded, in the order of the graph
  std::vector<std::string> float32_nodes;  ///< nodes that still compute in float32, "operator 'name'"
  std::int64_t casts = 0;                  ///< Cast nodes added
};

/// Makes float32 weights and activations 16-bit, in place, inside If, Loop and Scan too. An operator whose definition (in
/// the model's operator set) does not allow the type, that is quantized, excluded, or of a domain without definitions here
/// stays float32: Casts are put around it, and neighbours of that kind hand float32 to each other.
/// @throws Error(input) when a weight is NaN, or when element types cannot be inferred.
PrecisionReport lower_precision(Model& model, const PrecisionOptions& options);

}  // namespace iai
