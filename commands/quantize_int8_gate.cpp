#include "commands/quantize_int8_gate.hpp"

#include <fmt/format.h>

#include "commands/quantize_search.hpp"
#include "commands/quantize_sensitivity.hpp"

namespace iai {

namespace {

/// Samples that tell how far a try of the gate lies from the source, where all tries are shown.
constexpr std::int64_t most_shown = 32;

std::string listed(const std::set<std::string>& operators, const char* form) {
  constexpr std::size_t most = 3;
  if (operators.empty()) return {};
  return operators.size() > most ? fmt::format(", {} operators in {}", operators.size(), form)
                                 : fmt::format(", '{}' in {}", fmt::join(operators, "', '"), form);
}

/// A try in words.
std::string way(const QuantizeMethod& method, const Returned& returned) {
  return described(method) + listed(returned.to_int16, "int16") + listed(returned.to_float, "float");
}

std::vector<std::string> ranked_operators(QuantizeWorkbench& workbench, const Candidate& candidate) {
  std::vector<LayerSensitivity> ranked = layer_sensitivities(workbench, candidate, most_for_sensitivity, [&] { return workbench.budget().spent(); });
  if (ranked.empty()) ranked = weight_sensitivities(candidate);
  std::vector<std::string> names;
  for (const LayerSensitivity& layer : ranked) {
    workbench.output().detail(fmt::format("'{}' alone in int8: {:.2f} dB", layer.name, layer.sqnr_db));
    names.push_back(layer.name);
  }
  return names;
}

}  // namespace

GateResult gate_candidate(QuantizeWorkbench& workbench, Candidate& candidate, const Task& task, const DropLimit& limit) {
  const QuantizeMethod method = candidate.method;
  const LabelledSamples samples = load_task_samples(task, "evaluation", wanted_inputs(workbench.reference()));
  const auto become = [&](const Returned& returned) -> const Candidate& {
    if (candidate.returned != returned) candidate = workbench.make(method, returned);
    return candidate;
  };
  const auto metric = [&](const Candidate& tried) { return metric_value(task.primary, workbench.answers(tried, task, samples)); };
  const bool shown = workbench.options().layers || !workbench.options().html.empty();
  const auto show = [&](const Returned& returned, double value) {
    Candidate tried = workbench.make(method, returned);
    tried.errors = workbench.errors(method, returned, most_shown);
    workbench.remember(tried, way(method, returned), value);
  };
  GatedModels models;
  models.before = workbench.judge(workbench.reference(), task, samples);
  models.judge = [&](const Returned& returned) { return workbench.judge(become(returned), task, samples); };
  models.metric = [&](const Returned& returned) {
    const double value = workbench.measured(task.primary, method, returned, metric);
    if (shown) show(returned, value);
    return value;
  };
  models.ranked = [&] { return ranked_operators(workbench, candidate); };
  models.between = workbench.may_widen() ? Between::int16 : Between::nothing;
  models.is_time_up = [&] { return workbench.budget().spent(); };
  models.threads = workbench.options().runtime.threads;
  GateResult result = run_gate(models, task, limit, workbench.output());
  if (candidate.errors.empty()) workbench.compare(candidate, most_compared);
  workbench.keep(way(method, candidate.returned), result.after.value);
  return result;
}

}  // namespace iai
