#include "commands/quantize_gate.hpp"

#include <fmt/format.h>

#include "commands/quantize_search.hpp"
#include "commands/quantize_sensitivity.hpp"

namespace iai {

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
  const std::vector<LayerSensitivity> ranked = layer_sensitivities(workbench, candidate, most_for_sensitivity);
  for (const auto& [worst, sqnr_db, cosine] : ranked) {
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
