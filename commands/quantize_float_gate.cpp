#include "commands/quantize_float_gate.hpp"

#include <limits>

#include "commands/quantize_float_search.hpp"

namespace iai {

GateResult gate_float(const FloatWorkbench& workbench, FloatCandidate& candidate, const Task& task, const DropLimit& limit) {
  const std::vector<FloatOperator> chosen = candidate.operators;
  const auto made = [&](const Returned& returned) {
    std::vector<FloatOperator> operators = chosen;
    for (std::size_t i = 0; i < operators.size(); ++i) {
      if (!returned.to_float.contains(operators[i].name)) continue;
      keep_operator(operators, i, {"accuracy", "returned to float32 for the accuracy limit"}, workbench.precision());
    }
    return workbench.make(std::move(operators));
  };
  GatedModels models;
  models.before = workbench.judge_source(task);
  models.judge = [&](const Returned& returned) {
    if (!returned.empty()) candidate = made(returned);
    return workbench.judge(candidate, task);
  };
  models.metric = [&](const Returned& returned) {
    const FloatCandidate tried = made(returned);
    // With none in 16 bits the limit would hold for nothing.
    return tried.reduced_operators() == 0 ? std::numeric_limits<double>::quiet_NaN() : workbench.judge(tried, task).metric(task.primary).value;
  };
  models.ranked = [&] {
    std::vector<std::string> names;
    if (!workbench.has_samples()) return names;
    for (const std::size_t i : by_sensitivity(workbench, chosen)) names.push_back(chosen[i].name);
    return names;
  };
  models.threads = workbench.threads();
  return run_gate(models, task, limit, workbench.output());
}

}  // namespace iai
