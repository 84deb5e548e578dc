#include "quantizer/quantize/tensor_range.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace iai {
namespace {

RangeMethod method_of(const RangeChoice& choice, const std::string& source) {
  const auto own = choice.own.find(source);
  return own == choice.own.end() ? choice.method : own->second;
}

/// What the one reader of the tensor makes of it, if it is an activation function.
SeenThrough seen_through(const onnx::GraphProto& graph, const GraphIndex& index, const std::string& tensor) {
  const int user = index.only_user(tensor);
  return user < 0 ? SeenThrough() : elementwise_function(graph.node(user));
}

}  // namespace

Range RangeMemo::range(const std::string& tensor, RangeMethod method, const ActivationScheme& scheme, const std::function<Range()>& choose) {
  const auto key = std::make_tuple(tensor, method, scheme.highest, scheme.symmetric);
  const auto found = known_.find(key);
  return found != known_.end() ? found->second : known_.emplace(key, choose()).first->second;
}

std::vector<RangeMethod> other_methods(const onnx::GraphProto& graph, const std::string& tensor, const TensorStatistics& seen, const RangeChoice& choice,
                                       RangeMemo& memo) {
  constexpr std::array all{RangeMethod::mse, RangeMethod::min_max, RangeMethod::percentile, RangeMethod::entropy, RangeMethod::mean_min_max};
  constexpr double much_worse_db = 1;
  const SeenThrough through = seen_through(graph, GraphIndex(graph), tensor);
  const auto parameters_of = [&](RangeMethod method) {
    const auto choose = [&] { return choose_range(seen, method, choice.percentile, through, choice.scheme); };
    return affine_parameters(memo.range(tensor, method, choice.scheme, choose), choice.scheme);
  };
  const AffineParameters chosen = parameters_of(method_of(choice, tensor));
  const double least = range_error(seen, chosen).sqnr_db - much_worse_db;
  std::set<std::pair<float, int>> known{{chosen.scale, chosen.zero_point}};
  std::vector<RangeMethod> others;
  for (const RangeMethod method : all) {
    const AffineParameters made = parameters_of(method);
    if (known.insert({made.scale, made.zero_point}).second && range_error(seen, made).sqnr_db >= least) others.push_back(method);
  }
  return others;
}

std::map<std::string, TensorRange> choose_ranges(const onnx::GraphProto& graph, const QuantizationPlan& plan,
                                                 const std::map<std::string, TensorStatistics>& statistics, const RangeChoice& choice, RangeMemo& memo) {
  const GraphIndex index(graph);
  std::map<std::string, Range> chosen;
  for (const std::string& tensor : plan.sources()) {
    const RangeMethod method = method_of(choice, tensor);
    const ActivationScheme& scheme = plan.scheme_of(tensor, choice.scheme);
    chosen[tensor] = memo.range(tensor, method, scheme,
                                [&] { return choose_range(statistics.at(tensor), method, choice.percentile, seen_through(graph, index, tensor), scheme); });
  }
  std::set<std::string> corrected;  // inputs of operators that have a bias
  for (const LinearNode& linear : plan.linear) {
    if (!linear.bias.empty()) corrected.insert(linear.input);
  }
  std::map<std::string, TensorRange> ranges;
  for (const auto& [tensor, source] : plan.ranges) {
    const TensorStatistics& seen = statistics.at(tensor);
    const Range& range = chosen.at(source);
    const RangeError error = range_error(seen, affine_parameters(range, plan.scheme_of(tensor, choice.scheme)));
    ranges[tensor] = {seen.minimum, seen.maximum, seen.elements, range, method_of(choice, source), error.sqnr_db, error.clipped_share, {}};
    if (corrected.contains(tensor)) ranges[tensor].channel_means = seen.channel_means;
  }
  return ranges;
}

}  // namespace iai
