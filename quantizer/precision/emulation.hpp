#pragma once

#include <map>
#include <span>
#include <string>

#include "quantizer/precision/float_operators.hpp"

namespace iai {

// A runtime on a CPU computes 16-bit operators in float32 and keeps what they hand to each other in float32 too, so that nothing
// clamps there that would on another device. What a model loses in 16 bits is therefore measured on float32 models in which
// every rounding is an operator of its own (a Cast there and one back).

/// `source` as a device answers that computes each 16-bit operator in float32 and rounds what it reads and makes.
/// @param source     the model that was lowered
/// @param operators  of `source`, with the reasons under which it was lowered
/// @param lowered    what lower_precision made of it: its weights are taken, widened
/// @source Micikevicius et al., "Mixed Precision Training" (ICLR 2018), section 3.3: products accumulate in float32
Model emulated(const Model& source, std::span<const FloatOperator> operators, const Model& lowered, ElementType type);

/// `source` with a copy of each of `operators` beside it that reads weights rounded, where they would be, and other inputs too where it
/// is reduced and arithmetic as well. None where both are the same.
struct ModelWithTwins {
  Model model;
  std::map<std::string, std::string> twins;  ///< float32 tensor that an operator makes -> what its copy makes instead
};
ModelWithTwins with_twins(const Model& source, std::span<const FloatOperator> operators, const PrecisionOptions& options);

}  // namespace iai
