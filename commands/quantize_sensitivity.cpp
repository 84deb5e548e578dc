#include "commands/quantize_sensitivity.hpp"

#include <algorithm>

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

}  // namespace

std::vector<LayerSensitivity> layer_sensitivities(QuantizeWorkbench& workbench, const Candidate& candidate, std::int64_t samples) {
  if (!workbench.has_samples()) return {};
  const std::vector<std::string> names = integer_names(candidate);
  QuantizeMethod method = candidate.method;
  method.corrected = false;  // those biases take back what all operators together shift
  std::vector<LayerSensitivity> ranked;
  for (const std::string& name : names) {
    workbench.output().progress("measuring sensitivity", ranked.size(), names.size());
    std::set<std::string> others(names.begin(), names.end());
    others.erase(name);
    Candidate alone = workbench.make(method, others);
    workbench.compare(alone, samples);
    const auto worst = std::min_element(alone.errors.begin(), alone.errors.end(),
                                        [](const OutputError& one, const OutputError& other) { return one.sqnr_db < other.sqnr_db; });
    ranked.push_back({name, worst_sqnr_db(alone.errors), worst == alone.errors.end() ? 1 : worst->cosine});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const LayerSensitivity& one, const LayerSensitivity& other) { return one.sqnr_db < other.sqnr_db; });
  return ranked;
}

}  // namespace iai
