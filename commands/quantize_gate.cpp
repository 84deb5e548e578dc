#include "commands/quantize_gate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/quantize_search.hpp"

namespace iai {

namespace {

constexpr std::int64_t most_for_sensitivity = 32;

/// Operators that are quantized in `candidate`, the one that alone does the most harm first.
std::vector<std::string> by_sensitivity(QuantizeWorkbench& workbench, const Candidate& candidate) {
  std::set<std::string> all;
  for (const QuantizedLayer& layer : candidate.made.layers) {
    if (layer.form != "float") all.insert(layer.name);
  }
  std::vector<std::pair<double, std::string>> ranked;
  for (const std::string& name : all) {
    workbench.output().progress("measuring sensitivity", ranked.size(), all.size());
    std::set<std::string> others = all;
    others.erase(name);
    Candidate alone = workbench.make(candidate.method, others);
    workbench.compare(alone, most_for_sensitivity);
    ranked.emplace_back(worst_sqnr_db(alone.errors), name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (const auto& [sqnr, name] : ranked) names.push_back(name);
  return names;
}

}  // namespace

GateResult gate_candidate(QuantizeWorkbench& workbench, Candidate& candidate, const Task& task, const DropLimit& limit) {
  const Evaluation before = workbench.judge(workbench.reference(), task);
  GateResult result;
  result.before = before.metric(task.primary);
  const auto try_candidate = [&] {
    const Evaluation after = workbench.judge(candidate, task);
    result.after = after.metric(task.primary);
    result.drop = primary_drop(task, before, after);
    result.holds = limit.holds(result.drop);
  };
  try_candidate();
  if (result.holds || !workbench.has_samples()) return result;
  const QuantizeMethod method = candidate.method;
  std::set<std::string> keep_float;
  const std::vector<std::string> ranked = by_sensitivity(workbench, candidate);
  for (const std::string& worst : ranked) {
    if (keep_float.size() + 1 == ranked.size()) break;  // with none left in int8 the limit would hold for nothing
    workbench.output().note(fmt::format("drop of {} {:.4g} ({:.3g} %) is over the limit: '{}' goes back to float", task.primary, result.drop.absolute,
                                        result.drop.relative * 100, worst));
    keep_float.insert(worst);
    result.returned.push_back(worst);
    candidate = workbench.make(method, keep_float);
    try_candidate();
    if (result.holds) break;
  }
  workbench.compare(candidate, most_compared);
  return result;
}

}  // namespace iai
