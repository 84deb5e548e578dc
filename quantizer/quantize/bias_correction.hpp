#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "formats/model.hpp"

namespace iai {

/// A constant that is added, channel by channel, to what an operator with weights computes.
struct BiasPlace {
  std::string constant;  ///< float32 initializer that nothing else reads
  std::string tensor;    ///< that has it in
  int axis = 0;          ///< of the tensor's channels; -1: the last
};

/// Biases of Conv, ConvTranspose and Gemm, and vectors added to MatMul, in the order of the graph. What int8 shifts on average
/// at `tensor` can be taken back there, place by place, each with those before it corrected.
/// @source Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (ICCV 2019), appendix D
/// (empirical bias correction)
std::vector<BiasPlace> bias_places(const Model& model);

/// Values by constant.
using Biases = std::map<std::string, std::vector<float>>;
/// What `corrected` has in the places of `model` where the two differ.
Biases changed_biases(const Model& model, const Model& corrected);
/// @throws Error(input) naming a constant that is no float32 vector of as many values.
void set_biases(Model& model, const Biases& biases);

/// Takes `shift` [channels] from the constant. @returns false, and changes nothing, when they are not as many or not finite.
bool take_from_bias(Model& model, const BiasPlace& place, std::span<const double> shift);

}  // namespace iai
