#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "quantizer/quantize/observer.hpp"
#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/range.hpp"

namespace iai {

/// The range that one tensor is quantized with, and what of calibration the writer needs besides: small enough to be
/// written to a file, enough to make the same bytes again.
struct TensorRange {
  float minimum = 0, maximum = 0;                                   ///< what calibration saw
  std::int64_t elements = 0;                                        ///< so many values
  Range range;                                                      ///< what was chosen; that of QuantizationPlan::ranges' tensor where a range is shared
  RangeMethod method = RangeMethod::given;                          ///< how
  double sqnr_db = std::numeric_limits<double>::quiet_NaN();        ///< integers against what was seen; NaN: not known
  double clipped_share = std::numeric_limits<double>::quiet_NaN();  ///< of the elements, outside of the range; NaN: not known
  std::vector<double> channel_means;                                ///< one a channel, where a bias is to be corrected
};

struct RangeChoice {
  RangeMethod method = RangeMethod::mse;
  double percentile = 99.99;                    ///< RangeMethod::percentile: share of the values that stays, in percent
  std::map<std::string, RangeMethod> own = {};  ///< tensors (of plan.sources()) with a method of their own
  ActivationScheme scheme = {};                 ///< of tensors that are not of plan.wide
};

/// Ranges of one model's tensors that were chosen already: a search asks for the same again and again.
class RangeMemo {
 public:
  Range range(const std::string& tensor, RangeMethod method, const ActivationScheme& scheme, const std::function<Range()>& choose);

 private:
  std::map<std::tuple<std::string, RangeMethod, int, bool>, Range> known_;
};

/// Methods whose range for `tensor` (of plan.sources()) is another than that of `choice`, each range once, and not much worse
/// on what was seen: worth a try where the error of the model's outputs decides.
std::vector<RangeMethod> other_methods(const onnx::GraphProto& graph, const std::string& tensor, const TensorStatistics& seen, const RangeChoice& choice,
                                       RangeMemo& memo);

/// @param graph       the planned model's: an activation function that reads a tensor alone weighs its errors
/// @param statistics  of plan.observed()
/// @param memo        of the same graph, statistics and percentile
/// @returns one range for each tensor of plan.observed()
std::map<std::string, TensorRange> choose_ranges(const onnx::GraphProto& graph, const QuantizationPlan& plan,
                                                 const std::map<std::string, TensorStatistics>& statistics, const RangeChoice& choice, RangeMemo& memo);

}  // namespace iai
