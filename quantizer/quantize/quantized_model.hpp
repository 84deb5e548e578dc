#pragma once

#include <limits>
#include <string>
#include <vector>

#include "formats/model.hpp"
#include "quantizer/quantize/saturation.hpp"

namespace iai {

/// What became of one operator with weights.
struct QuantizedLayer {
  std::string name, op_type;
  std::string form;                                                  ///< "int8" (static), "dynamic int8" or "float"
  std::string reason;                                                ///< float: why
  double weight_sqnr_db = std::numeric_limits<double>::quiet_NaN();  ///< int8 weights against the float ones; NaN without
  double input_sqnr_db = std::numeric_limits<double>::quiet_NaN();   ///< static: integer input against what calibration saw
  double clipped_share = std::numeric_limits<double>::quiet_NaN();   ///< static: of the input's elements, outside of the chosen range
  SaturationRisk risk = {};                                          ///< Target::cpu_avx2: of its weights as they would be without their cure
};

struct QuantizedModel {
  Model model;
  std::vector<QuantizedLayer> layers;  ///< in the order of the graph
};

}  // namespace iai
