#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "commands/context.hpp"
#include "commands/options.hpp"
#include "evaluator/task/samples.hpp"
#include "quantizer/precision/islands.hpp"

namespace iai {

/// What the type does to the weights that become 16-bit.
std::map<std::string, TensorMeasurement> measure_weights(const Model& source, const std::vector<FloatOperator>& operators, ElementType type);

struct ActivationMeasurement {
  const std::filesystem::path& file;  ///< the model's, for errors
  const Samples& samples;
  const RuntimeOption& runtime;
  std::uint64_t max_memory = 0;  ///< bytes; 0: no limit. Tensors that do not fit together are watched in several runs.
  Output& output;
};

/// Runs `source` over the samples, each operator beside a copy with rounded inputs (quantizer/precision/emulation.hpp), and
/// measures all that they read and make. Exact sums: neither threads nor the order of the samples change a figure.
/// @param source  with inferred shapes
std::map<std::string, TensorMeasurement> measure_activations(const Model& source, const std::vector<FloatOperator>& operators,
                                                             const PrecisionOptions& precision, const ActivationMeasurement& how);

}  // namespace iai
