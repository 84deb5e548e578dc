#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "formats/model.hpp"
#include "quantizer/quantize/saturation.hpp"

namespace iai {

/// What became of one operator with weights.
struct QuantizedLayer {
  std::string name, op_type;
  std::string form;                                                  ///< "int8" (static), "dynamic int8", "int8 weights" (stored only) or "float"
  std::string reason;                                                ///< float: why
  double weight_sqnr_db = std::numeric_limits<double>::quiet_NaN();  ///< int8 weights against the float ones; NaN without
  double input_sqnr_db = std::numeric_limits<double>::quiet_NaN();   ///< static: integer input against what calibration saw
  double clipped_share = std::numeric_limits<double>::quiet_NaN();   ///< static: of the input's elements, outside of the chosen range
  SaturationRisk risk = {};                                          ///< Target::cpu_avx2: of its weights as they would be without their cure
  int node = -1;                                                     ///< index into graph.node() of the source
  std::vector<std::int64_t> shape = {};                              ///< of the weight, in float too; empty without a constant one
  std::string weight = {};                                           ///< initializer of the source; empty for products of two activations and in float
  int axis = 0;                                                      ///< of the weight, along which each channel has its scale
  bool one_scale = false;                                            ///< it has one for all channels instead
  std::vector<std::string> inputs = {};                              ///< activations that become integers, as the source names them
  int input_axis = -1;                                               ///< of the first input's channels; negative counts from the end
  std::string result = {};                                           ///< what it makes, behind an activation function that the runtime fuses
};

struct QuantizedModel {
  Model model;
  std::vector<QuantizedLayer> layers;                   ///< in the order of the graph
  std::map<std::string, ElementType> activations = {};  ///< static: tensors of the source that exist as integers -> their type
};

/// Of the weight of `node`; empty where it is no initializer.
std::vector<std::int64_t> weight_shape(const Model& model, const onnx::NodeProto& node);

}  // namespace iai
