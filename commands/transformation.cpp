#include "commands/transformation.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "evaluator/metrics/sequences.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t seeded_count = 16;
constexpr std::uint64_t seed = 2026;

/// What the samples have to fit: the types of the source, the shapes of the candidate.
std::vector<WantedInput> wanted_by_both(const Session& source, const Session& candidate) {
  std::vector<WantedInput> wanted = wanted_inputs(source);
  for (WantedInput& input : wanted) {
    for (const ModelPort& port : candidate.inputs()) {
      if (port.name == input.name) input.shape = port.shape;
    }
  }
  return wanted;
}

}  // namespace

Model read_checked_model(const fs::path& path) {
  Model model = read_model(path);
  if (model.opset() > newest_opset())
    throw Error(ErrorKind::input, fmt::format("{}: operator set {} is newer than this build knows ({})", path.string(), model.opset(), newest_opset()),
                "export the model with an older operator set");
  check_model(model, path.string());
  if (model.graph().output_size() == 0)
    throw Error(ErrorKind::input, path.string() + ": the model has no output", "export it again; nothing can be computed from it");
  return model;
}

PrecisionOptions precision_options(const FloatOption& option, ElementType type, const std::vector<std::string>& exclude) {
  PrecisionOptions precision;
  precision.type = type;
  precision.ports = option.io == "same" ? ModelPorts::same : ModelPorts::float32;
  // ONNX Runtime's CPU has next to no bfloat16 kernels, so what is to run everywhere computes in float32.
  const bool widen = option.arithmetic.empty() ? type == ElementType::bfloat16 : option.arithmetic == "float32";
  precision.arithmetic = widen ? Arithmetic::float32 : Arithmetic::reduced;
  precision.exclude = exclude;
  return precision;
}

void refuse_outputs(const fs::path& model, const std::vector<fs::path>& others, const fs::path& output) {
  std::vector<fs::path> inputs = model_files(model);
  inputs.insert(inputs.end(), others.begin(), others.end());
  refuse_same_path(inputs, {output});
  refuse_same_path(inputs, {external_data_path(output)});
}

std::unique_ptr<Samples> CalibrationSource::open(const Session& source, const std::vector<WantedInput>& wanted) const {
  if (!exists()) return nullptr;
  LabelledSamples samples;
  if (paths.empty()) samples = load_task_samples(*task, "calibration", wanted);
  else samples.inputs = open_samples(paths, task ? without_states(wanted, *task) : wanted);
  if (samples.inputs->count() == 0) throw Error(ErrorKind::input, "there are no calibration inputs", "name arrays with at least one sample");
  return task ? with_states(source, std::move(samples.inputs), *task, samples.groups) : std::move(samples.inputs);
}

void record_task_files(Recording& recording, const CalibrationSource& source) {
  if (!source.task) return;
  std::set<fs::path> seen;
  for (const std::string split : {"calibration", "evaluation"}) {
    if (!source.task->splits.contains(split) || (split == "calibration" && !source.paths.empty())) continue;
    for (const TaskFile& file : task_files(*source.task, split)) {
      if (seen.insert(file.path).second) recording.input(file.role, file.path);
    }
  }
}

Comparison compare_with_source(const fs::path& source, const StagedModel& staged, const CalibrationSource& calibration, const RuntimeOption& runtime) {
  const SessionOptions options{.device = runtime.device, .intra_threads = 1, .optimization = GraphOptimization::all, .runtime = runtime.runtime};
  const auto open = [&](const fs::path& path) {
    try {
      return Session(path, options);
    } catch (const Error& error) {
      throw Error(error.kind(), staged.with_final_name(error).message(), error.hint() + "; --no-compare writes the result without running it");
    }
  };
  const Session before = open(source), after = open(staged.staged());
  const std::vector<WantedInput> wanted = wanted_by_both(before, after);
  const auto samples = calibration.exists() ? calibration.open(before, wanted) : seeded_samples(wanted, seeded_count, seed);
  try {
    return {calibration.exists() ? "calibration" : "seeded", samples->count(), compare_outputs(before, after, *samples, runtime.threads)};
  } catch (const Error& error) {
    throw staged.with_final_name(error);
  }
}

void add_comparison(Report& report, Recording& recording, const Comparison& comparison) {
  ReportRows rows;
  double largest = 0;
  for (const OutputError& error : comparison.outputs) {
    Report row;
    row.add("output", error.output).add("sqnr", error.sqnr_db, Unit::decibels).add("cosine", error.cosine);
    row.add("max_absolute_error", error.max_absolute).add("mean_absolute_error", error.mean_absolute);
    rows.push_back(std::move(row));
    largest = std::max(largest, error.max_absolute);
  }
  const double sqnr_db = worst_sqnr_db(comparison.outputs);
  report.add("compared_on", comparison.inputs).add("samples", comparison.samples);
  report.add("identical", sqnr_db > 0 && std::isinf(sqnr_db)).add("sqnr", sqnr_db, Unit::decibels).add("outputs", std::move(rows));
  recording.option("compared_on", comparison.inputs);
  recording.metric("sqnr_db", finite_or_null(sqnr_db));
  recording.metric("max_absolute_error", finite_or_null(largest));
}

void record_drop(Recording& recording, const Metric& before, const Metric& after, const Drop& drop) {
  recording.metric("metric_before", finite_or_null(before.value));
  recording.metric("metric_after", finite_or_null(after.value));
  recording.metric("drop_absolute", finite_or_null(drop.absolute));
  recording.metric("drop_relative", finite_or_null(drop.relative));
}

std::string sqnr_text(double sqnr_db) {
  if (std::isinf(sqnr_db)) return sqnr_db > 0 ? "outputs identical" : "outputs not finite";
  return fmt::format("outputs {:.1f} dB", sqnr_db);
}

}  // namespace iai
