#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.hpp"
#include "commands/options.hpp"
#include "evaluator/metrics/tensor_difference.hpp"

namespace iai {

/// A tensor that both models have.
struct ComparedTensor {
  std::string name;       ///< in the reference
  std::string operation;  ///< that makes it in the reference: "Conv"; of layers only
  TensorDifference difference;
};

/// Tensors of two models on the same samples.
struct TensorComparison {
  std::vector<ComparedTensor> tensors;  ///< in the order of the reference
  std::vector<std::string> without_partner, others_without_partner;
  std::int64_t samples = 0;
  /// The first that is not the same within the tolerance: an element beyond it, or another shape.
  std::optional<std::size_t> first_divergence() const;
  bool identical() const;
};

/// Outputs are matched by name; by place where no name is common and both have as many.
/// @throws Error(input) when the models take other inputs, or no output has a partner.
TensorComparison compare_model_outputs(const Session& reference, const Session& candidate, const Samples& samples, const Tolerance& tolerance, int threads,
                                       Output& output);

}  // namespace iai
