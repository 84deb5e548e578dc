#include "commands/compare.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "commands/compare_flips.hpp"
#include "commands/compare_layers.hpp"
#include "commands/compare_report.hpp"
#include "commands/quantize_ranges.hpp"
#include "commands/session_file.hpp"
#include "commands/transformation.hpp"
#include "evaluator/metrics/sequences.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/index_bounds.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t random_count = 64;
constexpr std::uint64_t seed = 2026;

void check_options(const CompareOptions& options) {
  const int sources = (options.task.empty() ? 0 : 1) + (options.inputs.empty() ? 0 : 1) + (options.random_inputs ? 1 : 0);
  if (sources == 0) {
    throw Error(ErrorKind::usage, "there is nothing to compare the models on", "name a --task, --inputs, or ask for --random-inputs");
  }
  if (sources > 1) throw Error(ErrorKind::usage, "--task, --inputs and --random-inputs each say where inputs come from", "leave out all but one of them");
  if (options.task.empty() && !options.margin.empty()) throw Error(ErrorKind::usage, "--margin is one of a task's metric", "name the task: --task TASK.yaml");
  if (options.task.empty() && !options.flips.empty())
    throw Error(ErrorKind::usage, "--flips needs answers that are right or wrong", "name the task: --task TASK.yaml");
  if (options.flips.empty()) return;
  refuse_same_path({options.reference, options.model, options.task}, {options.flips});
  refuse_existing(options.flips, options.overwrite ? IfExists::replace : IfExists::refuse);
}

/// "0.5%" or "0.01" of an option.
DropLimit parse_limit(const std::string& option, const std::string& text, const std::string& hint) {
  try {
    return parse_drop_limit(text);
  } catch (const Error&) {
    throw Error(ErrorKind::usage, fmt::format("{}: '{}' is no number from 0", option, text), hint);
  }
}

double absolute_margin(const CompareOptions& options, const MetricComparison& primary) {
  const DropLimit margin = parse_limit("--margin", options.margin, "write 0.5% (of the reference's metric) or 0.01 (in the unit of the metric)");
  if (!margin.relative || std::isnan(primary.reference.value)) return margin.value;
  if (primary.reference.value == 0) {
    throw Error(ErrorKind::usage, fmt::format("--margin {}: the reference's {} is 0, of which no share can be taken", options.margin, primary.reference.name),
                "give the margin in the unit of the metric, as 0.01");
  }
  return margin.value * std::abs(primary.reference.value);
}

/// The inputs that outputs are compared on, at most --samples of them.
std::unique_ptr<Samples> compared_samples(const CompareOptions& options, const std::optional<Task>& task, const Session& reference) {
  const std::vector<WantedInput> wanted = wanted_inputs(reference);
  if (options.random_inputs) {
    const Model model = read_checked_model(options.reference);
    return seeded_samples(wanted, options.samples > 0 ? options.samples : random_count, seed, {1, index_bounds(model)});
  }
  std::unique_ptr<Samples> samples;
  if (task) {
    LabelledSamples split = load_task_samples(*task, options.split, wanted);
    samples = with_states(reference, std::move(split.inputs), *task, split.groups);
  } else {
    samples = open_samples(options.inputs, wanted);
  }
  if (samples->count() == 0) throw Error(ErrorKind::input, "there are no inputs to compare the models on", "name arrays with at least one sample");
  return limit_samples(std::move(samples), options.samples);
}

void record_inputs(Recording& recording, const CompareOptions& options, const std::optional<Task>& task) {
  for (const fs::path& path : model_files(options.reference)) recording.input("reference", path);
  for (const fs::path& path : model_files(options.model)) recording.input("model", path);
  for (const fs::path& path : options.inputs) recording.input("inputs", path);
  if (!task) return;
  for (const TaskFile& file : task_files(*task, options.split)) recording.input(file.role, file.path);
}

/// @throws Error(usage) when answers of the task are not right or wrong, or near or far, one by one.
void refuse_flips(const Task& task) {
  constexpr std::array unpaired{TaskKind::anomaly, TaskKind::segmentation, TaskKind::detection, TaskKind::retrieval};
  const bool classed = task.kind == TaskKind::anomaly && task.threshold;
  if (classed || std::find(unpaired.begin(), unpaired.end(), task.kind) == unpaired.end()) return;
  throw Error(ErrorKind::usage, fmt::format("--flips: answers of kind: {} are not right or wrong one by one", task_kind_name(task.kind)),
              task.kind == TaskKind::anomaly ? "set 'threshold' in " + task.path.string() : "leave out --flips: the metrics and slices are compared without");
}

CompareResult compare(const CompareOptions& options, const SessionOptions& session, Context& context) {
  const Tolerance tolerance = [&] {
    const DropLimit limit = parse_limit("--tolerance", options.tolerance, "write 0.01% (of the largest value of a tensor) or 1e-5 (in its unit)");
    return Tolerance{limit.value, limit.relative};
  }();
  CompareResult result;
  if (!options.task.empty()) {
    result.task = read_task(options.task);
    result.task->split(options.split);
    if (!options.flips.empty()) refuse_flips(*result.task);
  }
  const Session reference(options.reference, session), candidate(options.model, session);
  result.same_file = model_digests(options.reference) == model_digests(options.model);
  result.inputs = result.task ? "task" : options.random_inputs ? "random" : "files";
  const auto samples = compared_samples(options, result.task, reference);
  result.outputs = compare_model_outputs(reference, candidate, *samples, tolerance, options.runtime.threads, context.output);
  if (options.layers) result.layers = compare_layers(options.reference, options.model, *samples, tolerance, options.runtime, context.output);
  if (!result.task) return result;
  const bool same = result.same_file || (options.samples == 0 && result.outputs.identical());
  result.judged = compare_by_task({options.reference, options.model, reference, candidate, same}, *result.task, options.split, options.runtime);
  if (options.margin.empty()) return result;
  const std::string& primary = result.task->primary;
  result.equivalence = judge_equivalence(primary, result.judged->answers, absolute_margin(options, result.judged->metric(primary)), options.runtime.threads);
  return result;
}

}  // namespace

ExitCode run(const CompareOptions& given, Context& context) {
  check_options(given);
  const ModelRuns runs = model_runs(given.runtime, given.session);
  CompareOptions options = given;
  options.runtime = runs.runtime;
  Recording recording(context, "compare");
  const CompareResult result = compare(options, runs.options, context);
  record_inputs(recording, options, result.task);
  Report report = compare_report(options, result);
  record_comparison(recording, options, result);
  if (runs.session) record_session(recording, *runs.session, options.session, report);
  recording.stop();
  if (!options.flips.empty()) {
    write_file(options.flips, flips_csv(*result.task, *result.judged));
    recording.output("flips", options.flips);
  }
  if (options.random_inputs) context.output.warn("compared on random inputs: what the models do to those of the plant may be another matter");
  const bool passed = !result.equivalence || result.equivalence->verdict == Equivalence::equivalent;
  recording.commit(report, !result.equivalence ? "done" : passed ? "passed" : "failed");
  context.output.result(report);
  return passed ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
