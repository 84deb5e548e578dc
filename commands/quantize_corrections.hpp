#pragma once

#include <functional>

#include "commands/calibration.hpp"
#include "quantizer/quantize/bias_correction.hpp"

namespace iai {

/// Where quantized models are shifted on average, and by how much, found by running them.
struct BiasCorrection {
  const Samples& samples;  ///< all of them are run, once for each place
  const RuntimeOption& runtime;
  Output& output;
};

/// `source` with biases from which is taken what quantization adds to the mean of their tensors.
/// @param source    prepared, as `quantize` takes it
/// @param quantize  makes the int8 model; called once for each place, with those before it corrected
Model corrected(const Model& source, const std::function<Model(const Model&)>& quantize, const BiasCorrection& how);

}  // namespace iai
