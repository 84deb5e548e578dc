#include "commands/evaluate_stress.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "evaluator/metrics/output_error.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

StressKind kind_of(const std::string& name) {
  std::vector<std::string> names;
  for (const StressKind kind : all_stresses()) {
    names.push_back(stress_name(kind));
    if (names.back() == name) return kind;
  }
  throw Error(ErrorKind::usage, fmt::format("--stress: '{}' is no stress", name),
              did_you_mean(name, names, fmt::format("choose from {}", fmt::join(names, ", "))));
}

std::vector<Stress> stresses(const EvaluateOptions& options) {
  std::vector<Stress> list;
  for (const std::string& name : options.stress) {
    const StressKind kind = kind_of(name);
    const auto usual = usual_strengths(kind);
    for (const double strength : options.strengths.empty() ? std::vector<double>(usual.begin(), usual.end()) : options.strengths) {
      list.push_back({kind, strength});
    }
  }
  return list;
}

}  // namespace

void check_stress(const EvaluateOptions& options) {
  if (options.stress.empty() && !options.strengths.empty()) {
    throw Error(ErrorKind::usage, "--strengths without --stress", "name what to do to the samples: --stress noise,dropout");
  }
  for (const Stress& stress : stresses(options)) {
    const bool share = stress.kind == StressKind::dropout || stress.kind == StressKind::missing || stress.kind == StressKind::shift;
    if (stress.strength > 0 && (!share || stress.strength <= 1)) continue;
    throw Error(ErrorKind::usage, fmt::format("--strengths: {} is no strength of {}", stress.strength, stress_name(stress.kind)),
                share ? "it is a share: above 0, 1 at most" : "it is above 0");
  }
}

std::vector<StressPoint> stress_curves(const Session& session, const Task& task, const LabelledSamples& samples, const Evaluation& clean,
                                       const EvaluateOptions& options, Output& output) {
  if (options.stress.empty()) return {};
  const std::vector<ChannelScale> scales = measure_channels(*samples.inputs, task.split(options.split), without_states(wanted_inputs(session), task));
  Task primary = task;
  primary.metrics = {task.primary};
  const std::vector<Stress> list = stresses(options);
  std::vector<StressPoint> points;
  for (const Stress& stress : list) {
    output.progress("stress", points.size(), list.size());
    LabelledSamples stressed;
    stressed.inputs = stressed_samples(*samples.inputs, scales, stress);
    stressed.labels = samples.labels;
    stressed.truth = samples.truth;
    stressed.labels_per_sample = samples.labels_per_sample;
    stressed.groups = samples.groups;
    stressed.label_file = samples.label_file;
    const Evaluation evaluation = evaluate(session, primary, stressed, options.runtime.batch, options.runtime.threads);
    points.push_back({stress, evaluation.metrics.front(), metric_difference(primary, task.primary, clean, evaluation, options.runtime.threads)});
  }
  return points;
}

ReportRows stress_rows(const std::vector<StressPoint>& points) {
  ReportRows rows;
  for (const StressPoint& point : points) {
    Report row;
    row.add("stress", stress_name(point.stress.kind)).add("strength", point.stress.strength).add("metric", point.metric.name);
    row.add("value", point.metric.value).add("low", point.metric.low).add("high", point.metric.high);
    row.add("change", point.difference.value).add("change_low", point.difference.low).add("change_high", point.difference.high);
    if (!point.metric.undefined.empty()) row.add("reason", point.metric.undefined);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace iai
