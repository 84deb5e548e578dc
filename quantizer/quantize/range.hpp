#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <onnx/onnx_pb.h>

#include "quantizer/quantize/observer.hpp"
#include "quantizer/quantize/target.hpp"

namespace iai {

/// How an activation's range is chosen from what calibration saw.
enum class RangeMethod {
  min_max,       ///< all that was seen
  mean_min_max,  ///< the mean of the samples' minima to that of their maxima
  percentile,    ///< a share of the values, the same at both ends, is clipped
  entropy,       ///< the least divergence of the distribution (quantizer/quantize/divergence.hpp)
  mse,           ///< the range with the least mean squared error, seen through the operator that reads the tensor
  given,         ///< by hand, or by a file: chosen already
};
/// "min-max", "mse" ..., as users write it; "given".
std::string_view method_name(RangeMethod method);
/// Nothing when there is none of this name.
std::optional<RangeMethod> method_named(std::string_view name);

/// Range of an activation; zero lies inside, so that padding and Relu are exact.
struct Range {
  double low = 0, high = 0;
};

/// value = scale * (integer - zero_point), integer in [lowest, highest]. Unsigned by default, as x86-64's integer instructions
/// take activations: ONNX Runtime turns signed ones around itself, but not all, and then leaves Conv in float between them.
/// @source Jacob et al. (CVPR 2018), equation 1
struct AffineParameters {
  float scale = 1;
  int zero_point = 0;
  int lowest = 0, highest = 255;
  double integer(double value) const;    ///< that `value` becomes
  double quantized(double value) const;  ///< `value` after one trip through the integers
  double low() const { return static_cast<double>(scale) * (lowest - zero_point); }
  double high() const { return static_cast<double>(scale) * (highest - zero_point); }
};
AffineParameters affine_parameters(const Range& range, const ActivationScheme& scheme = {});

/// What happens to a value before anybody sees it; identity when the tensor is read as it is.
using SeenThrough = std::function<double(double)>;

/// @param percentile  for RangeMethod::percentile: share of the values that stays, in percent (99.99)
Range choose_range(const TensorStatistics& seen, RangeMethod method, double percentile, const SeenThrough& through = {}, const ActivationScheme& scheme = {});

/// How far values under `parameters` lie from those that calibration saw.
struct RangeError {
  double sqnr_db = 0;        ///< infinite when nothing is lost
  double clipped_share = 0;  ///< of the elements, outside of what the integers can say
};
RangeError range_error(const TensorStatistics& seen, const AffineParameters& parameters);

/// The function of an element-wise operator of one input (HardSwish, Sigmoid, Gelu ...), nothing for others.
SeenThrough elementwise_function(const onnx::NodeProto& node);

}  // namespace iai
