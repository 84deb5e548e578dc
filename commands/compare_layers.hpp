#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/compare_tensors.hpp"

namespace iai {

/// What the operators of two models make of the same samples.
struct LayerComparison {
  TensorComparison tensors;            ///< in the order of the reference's operators, which is topological
  std::string diverging;               ///< operator behind first_divergence(), by name or output
  std::vector<std::string> constants;  ///< that it reads and that the other model lacks or holds otherwise
};

/// Every tensor that an operator of both makes under the same name. Nothing is fused, so that each can be seen. Tensors that do not fit
/// into memory together are compared in several passes over the samples.
/// @throws Error(input) when no tensor is common.
LayerComparison compare_layers(const std::filesystem::path& reference, const std::filesystem::path& candidate, const Samples& samples,
                               const Tolerance& tolerance, const RuntimeOption& runtime, Output& output);

}  // namespace iai
