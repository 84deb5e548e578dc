#pragma once

#include "formats/model.hpp"

namespace iai {

// Rewrites that change no answer and that quantization and pruning both want first. All work on the main graph; nodes
// inside subgraphs stay as they are.

/// Weights that are also listed as graph inputs (IR version 3 wants that, later ones take it as a default that a caller may
/// replace) become weights only. @returns how many.
int drop_weight_inputs(Model& model);

/// Turns Constant nodes that hold a tensor or numbers into initializers of the same name, so that a weight is found in
/// one place only. @returns how many.
int lift_constants(Model& model);

/// Merges BatchNormalization (inference form) into the Conv, ConvTranspose or Gemm that alone feeds it:
/// W' = W * g, b' = (b - mean) * g + beta with g = gamma / sqrt(variance + epsilon) for each output channel.
/// Left alone: training form, statistics or weights that are no initializers, weights not float32.
/// The arithmetic is in double. @returns how many were merged.
/// @source Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference"
/// (CVPR 2018), section 3.2
int fold_batch_norms(Model& model);

/// Removes nodes whose outputs nobody reads and initializers that no node reads, and Identity nodes between them (not
/// where both ends are graph inputs or outputs). @returns how many nodes.
int remove_dead_nodes(Model& model);

/// The attribute of that name, null when absent.
const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name);
std::int64_t int_attribute(const onnx::NodeProto& node, std::string_view name, std::int64_t otherwise);
float float_attribute(const onnx::NodeProto& node, std::string_view name, float otherwise);
/// Is this an operator of the default domain?
bool is_standard(const onnx::NodeProto& node, std::string_view op_type);

}  // namespace iai
