#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formats/model.hpp"
#include "quantizer/quantize/quantized_model.hpp"
#include "quantizer/quantize/range.hpp"

namespace iai {

// One layer's integers held against its floats, without what other layers lose. The layer's part of the quantized model is
// taken as it stands there, so that whatever is wrong with it is measured, not what should be there.

/// A tensor as the source computes it, and what the layer's integers make of it.
struct BranchPair {
  enum class Place { input, result };
  Place place = Place::result;
  std::string floats, integers;  ///< tensors of BranchedModel::model
  int axis = -1;                 ///< of the channels; negative counts from the end
  std::optional<Range> range;    ///< what the integers can say, as the quantized model's scale and zero point have it
};

struct LayerBranch {
  std::string layer;              ///< QuantizedLayer::name
  std::vector<BranchPair> pairs;  ///< inputs, then the result
};

struct BranchedModel {
  Model model;                        ///< the source, and beside each quantized layer its quantized form, which reads the source's floats
  std::vector<LayerBranch> branches;  ///< of the layers that are not in float, in their order
};

/// @param source     what was quantized, in the form whose tensors the layers name
/// @param quantized  of it, in QDQ form or with the operators of dynamic int8. A pair of QuantizeLinear and DequantizeLinear counts to the
/// layers that read it, and where there are none to the layer that makes the tensor.
BranchedModel with_branches(const Model& source, const QuantizedModel& quantized);

}  // namespace iai
