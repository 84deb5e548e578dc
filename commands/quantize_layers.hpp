#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/quantize_sensitivity.hpp"
#include "commands/quantize_workbench.hpp"
#include "evaluator/metrics/channel_error.hpp"
#include "quantizer/quantize/layer_branches.hpp"
#include "quantizer/quantize/layer_weights.hpp"

namespace iai {

/// So many samples, at most, are run to measure the layers.
constexpr std::int64_t most_for_layers = 32;

/// A tensor that a layer reads or makes, in integers and in float.
struct TensorError {
  std::string tensor;          ///< of the source
  ChannelError error;          ///< integers against floats
  std::optional<Range> range;  ///< of the integers; nothing where the tensor stays in float
};

/// What a layer loses by itself: its integers read the float activations of the source, so that nothing of what other layers lose is
/// in it.
struct LayerError {
  std::string layer;  ///< QuantizedLayer::name
  std::vector<TensorError> inputs;
  TensorError result;                 ///< behind bias and activation function
  std::optional<WeightError> weight;  ///< nothing for products of two activations and for dynamic int8
};

/// Runs the source with the integer form of every layer beside it. What is measured is the candidate's model as it is. Layers whose
/// tensors would take more than 64 MB together are measured in groups, a run over the samples for each.
/// @returns one for each layer that is not in float, in the order of the graph; empty where there are no samples
std::vector<LayerError> layer_errors(QuantizeWorkbench& workbench, const Candidate& candidate);

/// All that --layers measures.
struct MeasuredLayers {
  std::vector<LayerError> errors;
  std::vector<LayerSensitivity> alone;  ///< what each does to the outputs
  std::map<std::string, double> times;  ///< with --layers: what of a run's time each takes, by name
};
/// @param candidate  its layers' `risk` is filled in too
MeasuredLayers measure_layers(QuantizeWorkbench& workbench, Candidate& candidate);

}  // namespace iai
