#include "quantizer/quantize/tensor_range.hpp"

namespace iai {

std::map<std::string, TensorRange> choose_ranges(const onnx::GraphProto& graph, const QuantizationPlan& plan,
                                                 const std::map<std::string, TensorStatistics>& statistics, const RangeChoice& choice) {
  const GraphIndex index(graph);
  std::map<std::string, Range> chosen;
  for (const std::string& tensor : plan.sources()) {
    SeenThrough through;
    if (const int user = index.only_user(tensor); user >= 0) through = elementwise_function(graph.node(user));
    chosen[tensor] = choose_range(statistics.at(tensor), choice.method, choice.percentile, through);
  }
  std::map<std::string, TensorRange> ranges;
  for (const auto& [tensor, source] : plan.ranges) {
    const TensorStatistics& seen = statistics.at(tensor);
    const Range& range = chosen.at(source);
    const RangeError error = range_error(seen, affine_parameters(range));
    ranges[tensor] = {seen.minimum, seen.maximum, seen.elements, range, error.sqnr_db, error.clipped_share, seen.channel_means};
  }
  return ranges;
}

}  // namespace iai
