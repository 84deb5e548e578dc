#include "commands/compare_task.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "evaluator/drift/drift_statistics.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr double outside_of_95 = 0.025;

/// The model's answers; what is wrong with them is said with its name.
Answers answers_of(const fs::path& model, const Session& session, const Task& task, const LabelledSamples& samples, const RuntimeOption& runtime) {
  try {
    return run_answers(session, task, samples, runtime.batch, runtime.threads);
  } catch (const Error& error) {
    const std::string& message = error.message();
    const bool names_file = message.starts_with(task.path.string()) || (!samples.label_file.empty() && message.starts_with(samples.label_file));
    throw Error(error.kind(), names_file ? message : model.string() + ": " + message, error.hint());
  }
}

/// Both models answer the same samples, each with its own types of inputs.
PairedAnswers run_both(const ModelPair& models, const Task& task, const std::string& split, const LabelledSamples& samples, const RuntimeOption& runtime) {
  Answers reference = answers_of(models.reference_path, models.reference, task, samples, runtime);
  if (models.same_file) return pair_answers(reference, reference, true);
  const LabelledSamples others = load_task_samples(task, split, wanted_inputs(models.candidate));
  return pair_answers(std::move(reference), answers_of(models.candidate_path, models.candidate, task, others, runtime), false);
}

/// Values alone, which is what slices show.
Metric plain_metric(const std::string& name, const Answers& answers) {
  Metric metric;
  metric.name = name;
  metric.value = metric_value(name, answers);
  metric.low = metric.high = std::numeric_limits<double>::quiet_NaN();
  metric.n = answers.size();
  return metric;
}

SliceComparison compare_slice(const std::string& slice, const std::string& group, const PairedAnswers& answers, const Task& task, int threads) {
  SliceComparison made{slice, group, answers.size(), {}, paired_test(task.primary, answers, threads), 0, 0};
  for (const std::string& name : task.metrics) {
    made.metrics.push_back(
        {plain_metric(name, answers.reference), plain_metric(name, answers.candidate), paired_difference(name, answers, outside_of_95, threads)});
    if (name == task.primary) made.loss = made.metrics.back().difference.value * (task.direction == Direction::higher_is_better ? -1 : 1);
  }
  return made;
}

std::vector<SliceComparison> compare_slices(const TaskComparison& whole, const Task& task, int threads) {
  std::vector<SliceComparison> made;
  if (whole.samples.slices.empty()) return made;
  const std::int64_t each = whole.answers.size() / whole.samples.inputs->count();  // predictions a sample
  for (const LabelledSamples::Slice& slice : whole.samples.slices) {
    std::map<std::string, std::vector<std::int64_t>> parts;
    for (std::int64_t i = 0; i < whole.answers.size(); ++i) parts[slice.values[static_cast<std::size_t>(i / each)]].push_back(i);
    for (const auto& [value, rows] : parts) made.push_back(compare_slice(slice.name, value, whole.answers.subset(rows), task, threads));
  }
  std::vector<double> chances;
  for (const SliceComparison& slice : made) {
    if (std::isfinite(slice.test.p)) chances.push_back(slice.test.p);
  }
  adjust_by_holm(chances);
  auto next = chances.begin();
  for (SliceComparison& slice : made) slice.p_holm = std::isfinite(slice.test.p) ? *next++ : slice.test.p;
  return made;
}

/// Of slices that lost, the one that chance explains least; of equal ones the one that lost most.
std::optional<std::size_t> worst_of(const std::vector<SliceComparison>& slices) {
  std::optional<std::size_t> worst;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const SliceComparison& slice = slices[i];
    if (!(slice.loss > 0) || !std::isfinite(slice.p_holm)) continue;
    if (worst) {
      const SliceComparison& other = slices[*worst];
      if (slice.p_holm > other.p_holm || (slice.p_holm == other.p_holm && slice.loss <= other.loss)) continue;
    }
    worst = i;
  }
  return worst;
}

}  // namespace

const MetricComparison& TaskComparison::metric(const std::string& name) const {
  for (const MetricComparison& metric : metrics) {
    if (metric.reference.name == name) return metric;
  }
  throw Error(ErrorKind::internal, "the comparison has no metric '" + name + "'");
}

TaskComparison compare_by_task(const ModelPair& models, const Task& task, const std::string& split, const RuntimeOption& runtime) {
  TaskComparison made;
  made.samples = load_task_samples(task, split, wanted_inputs(models.reference));
  made.answers = run_both(models, task, split, made.samples, runtime);
  const std::vector<Metric> before = judge(task, made.answers.reference, runtime.threads), after = judge(task, made.answers.candidate, runtime.threads);
  for (std::size_t i = 0; i < before.size(); ++i) {
    made.metrics.push_back({before[i], after[i], paired_difference(before[i].name, made.answers, outside_of_95, runtime.threads)});
  }
  made.test = paired_test(task.primary, made.answers, runtime.threads);
  made.slices = compare_slices(made, task, runtime.threads);
  made.worst_slice = worst_of(made.slices);
  return made;
}

}  // namespace iai
