#include "commands/quantize_float_gate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/quantize_float_search.hpp"

namespace iai {
GateResult gate_float(const FloatWorkbench& workbench, FloatCandidate& candidate, const Task& task, const DropLimit& limit) {
  const Evaluation before = workbench.judge_source(task);
  GateResult result;
  result.before = before.metric(task.primary);
  const auto try_candidate = [&] {
    const Evaluation after = workbench.judge(candidate, task);
    result.after = after.metric(task.primary);
    result.drop = primary_drop(task, before, after);
    result.holds = limit.holds(result.drop);
    return result.holds;
  };
  if (try_candidate() || !workbench.has_samples()) return result;
  const std::vector<FloatOperator> chosen = candidate.operators;
  const std::vector<std::size_t> ranked = by_sensitivity(workbench, chosen);
  const auto without = [&](std::size_t count) {
    std::vector<FloatOperator> operators = chosen;
    std::vector<std::string> returned;
    for (std::size_t i = 0; i < count; ++i) {
      keep_operator(operators, ranked[i], {"accuracy", "returned to float32 for the accuracy limit"}, workbench.precision());
      returned.push_back(operators[ranked[i]].name);
    }
    FloatCandidate made = workbench.make(std::move(operators));
    if (made.reduced_operators() == 0) return false;  // the limit would hold for nothing
    candidate = std::move(made);
    result.returned = std::move(returned);
    return try_candidate();
  };
  if (ranked.size() < 2) return result;
  workbench.output().note(fmt::format("drop of {} {:.4g} ({:.3g} %) is over the limit: operators go back to float32", task.primary, result.drop.absolute,
                                      result.drop.relative * 100));
  std::size_t missed = 0, holds = 1;
  while (!without(holds)) {
    if (holds + 1 == ranked.size()) return result;
    missed = holds;
    holds = std::min(2 * holds, ranked.size() - 1);
  }
  while (holds - missed > 1) {  // the fewest that hold lie between
    const std::size_t middle = missed + (holds - missed) / 2;
    (without(middle) ? holds : missed) = middle;
  }
  if (result.returned.size() != holds) without(holds);
  return result;
}

}  // namespace iai
