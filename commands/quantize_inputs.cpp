#include "commands/quantize_inputs.hpp"

#include "evaluator/metrics/sequences.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/index_bounds.hpp"

namespace iai {
namespace {

constexpr std::int64_t random_count = 64;
constexpr std::uint64_t seed = 2026;

std::unique_ptr<Samples> random_samples(const QuantizeOptions& options, const CalibrationSource& calibration, const Model& model, const Session& session) {
  if (calibration.exists()) {
    throw Error(ErrorKind::usage, options.task.string() + ": the task has a split 'calibration', --random-calibration would leave it unused",
                "leave out --random-calibration: recorded inputs are better");
  }
  const auto& task = calibration.task;
  const std::vector<WantedInput> wanted = task ? without_states(wanted_inputs(session), *task) : wanted_inputs(session);
  auto samples = seeded_samples(wanted, options.samples > 0 ? options.samples : random_count, seed, {1, index_bounds(model)});
  return task ? with_states(session, std::move(samples), *task, {}) : std::move(samples);
}

}  // namespace

void check_random_options(const QuantizeOptions& options) {
  if (!options.random_calibration) return;
  if (!options.calibration.empty()) {
    throw Error(ErrorKind::usage, "--random-calibration makes up inputs, --calibration names some",
                "leave out --random-calibration: recorded inputs are better");
  }
  if (options.dynamic) throw Error(ErrorKind::usage, "--dynamic needs no calibration", "leave out --random-calibration");
  if (!options.ranges.empty()) throw Error(ErrorKind::usage, "with --ranges there is no calibration", "leave out --random-calibration, or --ranges");
}

bool names_inputs(const QuantizeOptions& options) { return options.random_calibration || !options.calibration.empty() || !options.task.empty(); }

bool has_inputs(const QuantizeOptions& options, const CalibrationSource& calibration) { return options.random_calibration || calibration.exists(); }

std::unique_ptr<Samples> quantize_samples(const QuantizeOptions& options, const CalibrationSource& calibration, const Model& model, const Session& session,
                                          bool needed) {
  if (options.random_calibration) return random_samples(options, calibration, model, session);
  std::unique_ptr<Samples> samples = calibration.open(session, wanted_inputs(session));
  if (samples != nullptr) return limit_samples(std::move(samples), options.samples);
  if (!needed) return nullptr;
  throw Error(ErrorKind::usage, options.task.string() + ": the task has no split 'calibration'", "add one to the task file, or pass --calibration PATH");
}

void record_inputs(Recording& recording, const QuantizeOptions& options, const CalibrationSource& calibration) {
  for (const auto& path : model_files(options.model)) recording.input("model", path);
  for (const auto& path : options.calibration) recording.input("calibration", path);
  if (!options.ranges.empty()) recording.input("ranges", options.ranges);
  record_task_files(recording, calibration);
}

void tell_random(Recording& recording, Output& output) {
  recording.option("calibration", "random");
  output.warn("calibrated on random inputs: the ranges are not those of the plant; calibrate on recorded inputs before the model is used");
}

}  // namespace iai
