#include "commands/quantize_int8_gate.hpp"

#include <fmt/format.h>

#include "commands/quantize_search.hpp"
#include "commands/quantize_sensitivity.hpp"

namespace iai {

namespace {

/// Samples that tell how far a try of the gate lies from the source, where all tries are shown.
constexpr std::int64_t most_shown = 32;

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

Int8Gate::Int8Gate(QuantizeWorkbench& workbench, const Task& task, const DropLimit& limit)
    : workbench_(workbench),
      task_(task),
      limit_(limit),
      samples_(load_task_samples(task, "evaluation", wanted_inputs(workbench.reference()))),
      before_(workbench.judge(workbench.reference(), task, samples_)) {}

double Int8Gate::metric(const QuantizeMethod& method, const Returned& returned) {
  return workbench_.measured(task_.primary, method, returned,
                             [&](const Candidate& made) { return metric_value(task_.primary, workbench_.answers(made, task_, samples_)); });
}

bool Int8Gate::holds(const QuantizeMethod& method, const Returned& returned) {
  return limit_.holds(primary_drop(task_, before_.metric(task_.primary).value, metric(method, returned)));
}

GateResult Int8Gate::judge(const Candidate& candidate) const {
  GatedModels models;
  models.before = before_;
  models.judge = [&](const Returned&) { return workbench_.judge(candidate, task_, samples_); };
  models.threads = workbench_.options().runtime.threads;
  return judge_choice(models, task_, limit_, candidate.returned);
}

void Int8Gate::show(const QuantizeMethod& method, const Returned& returned, double value) {
  Candidate tried = workbench_.make(method, returned);
  tried.errors = workbench_.errors(method, returned, most_shown);
  workbench_.remember(tried, described(method, returned), value);
}

GateResult Int8Gate::search(Candidate& candidate) {
  const QuantizeMethod method = candidate.method;
  const bool shown = workbench_.options().layers || !workbench_.options().html.empty();
  GatedModels models;
  models.before = before_;
  models.judge = [&](const Returned& returned) {
    if (candidate.returned != returned) candidate = workbench_.make(method, returned);
    return workbench_.judge(candidate, task_, samples_);
  };
  models.metric = [&](const Returned& returned) {
    const double value = metric(method, returned);
    if (shown) show(method, returned, value);
    return value;
  };
  models.ranked = [&] { return ranked_operators(workbench_, candidate); };
  models.between = workbench_.may_widen() ? Between::int16 : Between::nothing;
  models.is_time_up = [&] { return workbench_.budget().spent(); };
  models.threads = workbench_.options().runtime.threads;
  GateResult result = run_gate(models, task_, limit_, workbench_.output());
  if (candidate.errors.empty()) workbench_.compare(candidate, most_compared);
  workbench_.keep(described(method, candidate.returned), result.after.value);
  return result;
}

}  // namespace iai
