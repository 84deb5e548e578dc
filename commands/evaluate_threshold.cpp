#include "commands/evaluate_threshold.hpp"

#include <fmt/format.h>

#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "formats/error.hpp"

namespace iai {

void check_threshold(const Task& task, const EvaluateOptions& options) {
  if (options.threshold_from.empty()) {
    if (options.threshold_for != EvaluateOptions().threshold_for) {
      throw Error(ErrorKind::usage, "--threshold-for without --threshold-from", "name the split that the threshold is chosen on");
    }
    return;
  }
  if (task.kind != TaskKind::binary && task.kind != TaskKind::anomaly) {
    throw Error(ErrorKind::usage, fmt::format("--threshold-from: {} is of kind: {}, which has no threshold", task.path.string(), task_kind_name(task.kind)),
                "leave it out");
  }
  task.split(options.threshold_from);
  if (options.threshold_from == options.split) {
    throw Error(ErrorKind::usage, fmt::format("--threshold-from {}: the threshold would be judged on the samples that chose it", options.split),
                "name another split of the task, such as one for validation");
  }
  parse_threshold_goal(options.threshold_for);
}

std::optional<UsedThreshold> threshold_of(const Session& session, const Task& task, const EvaluateOptions& options) {
  if (options.threshold_from.empty()) return std::nullopt;
  UsedThreshold used{parse_threshold_goal(options.threshold_for), options.threshold_from, 0, {}};
  const LabelledSamples samples = load_task_samples(task, used.split, wanted_inputs(session));
  used.samples = samples.inputs->count();
  used.chosen = choose_threshold(run_answers(session, task, samples, options.runtime.batch, options.runtime.threads), used.goal);
  return used;
}

}  // namespace iai
