#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "commands/context.hpp"
#include "commands/options.hpp"
#include "commands/recording.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "evaluator/task/task.hpp"
#include "formats/error.hpp"
#include "formats/staged_model.hpp"
#include "quantizer/precision/precision.hpp"

namespace iai {

// What verbs that make one model from another (convert, prune) share: reading it, holding the result against it, saying so.

/// The model, checked. @throws Error(input) naming the file
Model read_checked_model(const std::filesystem::path& path);

/// Does `work`; what the quantizer, which knows no files, says of the model gets the file's name in front.
template <class Work>
auto with_model_name(const std::filesystem::path& model, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    const std::string name = model.string() + ": ";
    if (error.kind() != ErrorKind::input || error.message().starts_with(name)) throw;
    throw Error(error.kind(), name + error.message(), error.hint());
  }
}

/// What --io, --arithmetic and --exclude ask for. @param type  float16 or bfloat16
PrecisionOptions precision_options(const FloatOption& option, ElementType type, const std::vector<std::string>& exclude);

/// Sessions that run the model as it is, nothing fused: any of its tensors can be watched.
inline SessionOptions unfused(const RuntimeOption& runtime) {
  return {.device = runtime.device, .optimization = GraphOptimization::none, .runtime = runtime.runtime};
}

/// Refuses outputs that are an input or one of the model's data files.
void refuse_outputs(const std::filesystem::path& model, const std::vector<std::filesystem::path>& others, const std::filesystem::path& output);

/// Where calibration inputs come from: the files given, else the split "calibration" of the task.
struct CalibrationSource {
  std::vector<std::filesystem::path> paths;
  std::optional<Task> task;
  bool exists() const { return !paths.empty() || (task && task->splits.contains("calibration")); }
  /// Null where there is neither. States that the task names are those of `source` in its sequences (evaluator/metrics/sequences.hpp).
  /// @throws Error(input) when they hold no sample or do not fit.
  std::unique_ptr<Samples> open(const Session& source, const std::vector<WantedInput>& wanted) const;
};

/// Records the task's files that a verb reads: those of the split "evaluation", and those of "calibration" where that is
/// the source of calibration inputs. Each file once.
void record_task_files(Recording& recording, const CalibrationSource& source);

/// Outputs of the staged model against those of the source, on the calibration inputs or, without any, on 16 seeded ones.
/// Shapes are the candidate's, so that a fixed one is met.
struct Comparison {
  std::string inputs;  ///< "calibration" or "seeded"
  std::int64_t samples = 0;
  std::vector<OutputError> outputs;
};
Comparison compare_with_source(const std::filesystem::path& source, const StagedModel& staged, const CalibrationSource& calibration,
                               const RuntimeOption& runtime);
/// Adds "comparison" and its rows; metrics sqnr_db (absent when identical) and max_absolute_error.
void add_comparison(Report& report, Recording& recording, const Comparison& comparison);
/// Metrics metric_before, metric_after, drop_absolute, drop_relative of the task's primary metric; null where undefined.
void record_drop(Recording& recording, const Metric& before, const Metric& after, const Drop& drop);
/// "outputs identical", "outputs 38.2 dB"
std::string sqnr_text(double sqnr_db);

}  // namespace iai
