#pragma once

#include <cstdint>
#include <optional>

#include "quantizer/graph/graph_index.hpp"
#include "quantizer/quantize/quantized_model.hpp"

namespace iai {

/// How far the integer weights of a layer lie from the float ones, as the quantized model has them. A column is all weights that
/// are multiplied with the same input.
struct WeightError {
  double sqnr_db = 0;
  double lost_share = 0;  ///< mean over the columns of noise over power, each at most 1; columns of zeros are left out
  std::int64_t columns = 0;
  std::int64_t largest_column = 0;  ///< with the largest absolute value
  double largest = 0, typical = 0;  ///< largest absolute value of that column, and the median of those of all
  int axis = 0;                     ///< along which the model gives each channel its scale
  std::optional<int> better_axis;   ///< under which the same integers and scales would lie nearer, by 6 dB or more
};

/// Nothing where the model does not hold the weights behind a DequantizeLinear with constant scales.
/// @param source  what was quantized, as for with_branches   @param index  of `quantized`
std::optional<WeightError> weight_error(const Model& source, const Model& quantized, const GraphIndex& index, const QuantizedLayer& layer);

}  // namespace iai
