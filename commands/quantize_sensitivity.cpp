#include "commands/quantize_sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace iai {

namespace {

/// Operators that compute with integers, in the order of the graph; those that share a name come and go together.
std::vector<std::string> integer_names(const Candidate& candidate) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const QuantizedLayer& layer : candidate.made.layers) {
    if (layer.form != "float" && known.insert(layer.name).second) names.push_back(layer.name);
  }
  return names;
}

std::vector<LayerSensitivity> worst_first(std::vector<LayerSensitivity> layers) {
  std::stable_sort(layers.begin(), layers.end(), [](const LayerSensitivity& one, const LayerSensitivity& other) { return one.sqnr_db < other.sqnr_db; });
  return layers;
}

}  // namespace

std::vector<LayerSensitivity> layer_sensitivities(QuantizeWorkbench& workbench, const Candidate& candidate, std::int64_t samples,
                                                  const std::function<bool()>& is_time_up) {
  return layer_sensitivities(workbench, candidate, integer_names(candidate), samples, is_time_up);
}

std::vector<LayerSensitivity> layer_sensitivities(QuantizeWorkbench& workbench, const Candidate& candidate, const std::vector<std::string>& names,
                                                  std::int64_t samples, const std::function<bool()>& is_time_up) {
  if (!workbench.has_samples()) return {};
  const std::vector<std::string> all = integer_names(candidate);
  QuantizeMethod method = candidate.method;
  method.corrected = false;  // those biases take back what all operators together shift
  std::vector<LayerSensitivity> ranked;
  for (const std::string& name : names) {
    if (is_time_up()) break;
    workbench.output().progress("measuring sensitivity", ranked.size(), names.size());
    Returned others;
    others.to_float.insert(all.begin(), all.end());
    others.to_float.erase(name);
    const std::vector<OutputError> errors = workbench.errors(method, others, samples);
    const auto worst =
        std::min_element(errors.begin(), errors.end(), [](const OutputError& one, const OutputError& other) { return one.sqnr_db < other.sqnr_db; });
    ranked.push_back({name, worst_sqnr_db(errors), worst == errors.end() ? 1 : worst->cosine});
  }
  return worst_first(std::move(ranked));
}

std::vector<LayerSensitivity> weight_sensitivities(const Candidate& candidate) {
  std::vector<LayerSensitivity> ranked;
  for (const std::string& name : integer_names(candidate)) {
    LayerSensitivity layer{name, std::numeric_limits<double>::infinity()};
    for (const QuantizedLayer& made : candidate.made.layers) {
      if (made.name == name && !std::isnan(made.weight_sqnr_db)) layer.sqnr_db = std::min(layer.sqnr_db, made.weight_sqnr_db);
    }
    ranked.push_back(std::move(layer));
  }
  return worst_first(std::move(ranked));
}

}  // namespace iai
