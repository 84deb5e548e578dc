#include "commands/quantize_float.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "commands/quantize_float_gate.hpp"
#include "commands/quantize_float_plan.hpp"
#include "commands/quantize_float_report.hpp"
#include "commands/quantize_float_search.hpp"
#include "commands/quantize_inputs.hpp"
#include "commands/quantize_report.hpp"
#include "commands/quantize_search.hpp"
#include "commands/recording.hpp"
#include "commands/transformation.hpp"
#include "formats/error.hpp"
#include "quantizer/precision/activation_rounding.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

void record_options(Recording& recording, const QuantizeOptions& options, const PrecisionOptions& precision) {
  recording.option("form", type_name(precision.type));
  recording.option("arithmetic", precision.arithmetic == Arithmetic::float32 ? "float32" : "reduced");
  recording.option("io", options.floats.io);
  recording.option("exclude", options.exclude);
  recording.option("max_drop", options.max_drop);
  recording.option("keep_best", options.keep_best);
  recording.option("samples", options.samples);
  recording.option("device", options.runtime.device);
}

/// Inputs and outputs that become 16-bit and do not fit: no operator in float32 helps them.
void warn_of_ports(const FloatWorkbench& workbench, Output& output) {
  if (workbench.precision().ports != ModelPorts::same) return;
  const onnx::GraphProto& graph = workbench.source().graph();
  for (const auto* ports : {&graph.input(), &graph.output()}) {
    for (const onnx::ValueInfoProto& port : *ports) {
      const auto seen = workbench.measured().find(port.name());
      if (seen == workbench.measured().end() || seen->second.clamped == 0) continue;
      output.warn(fmt::format("'{}' reaches {:.4g}, over {:.4g}: --io same cuts it off, --io float32 does not", port.name(), seen->second.largest,
                              largest_of(workbench.precision().type)));
    }
  }
}

/// Some files are for other devices; that is no fault, but has to be known.
void warn_if_not_runnable(const StagedModel& staged, const QuantizeOptions& options, Output& output) {
  try {
    const Session session(staged.staged(), {.device = options.runtime.device, .runtime = options.runtime.runtime});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    output.warn(staged.with_final_name(error).message() + " (the runtime here cannot run it; what is reported is what a device for it makes)");
  }
}

void refuse_nothing_to_do(const FloatWorkbench& workbench, const FloatCandidate& candidate, const QuantizeOptions& options) {
  if (candidate.reduced_operators() > 0) return;
  std::string why;
  if (!candidate.operators.empty()) {
    const FloatOperator& one = candidate.operators.front();
    why = fmt::format(": '{}' ({}): {}", one.name, one.op_type, one.reason.text);
  }
  throw Error(ErrorKind::input, fmt::format("{}: no operator can be {}{}", options.model.string(), type_name(workbench.precision().type), why),
              "another --precision may do; iai inspect shows the operators");
}

}  // namespace

void check_float_options(const QuantizeOptions& options) {
  const QuantizeOptions usual;
  if (options.precision == "int8") {
    if (options.floats == usual.floats) return;
    throw Error(ErrorKind::usage, "--io and --arithmetic belong to 16-bit floats", "add --precision fp16, or leave them out");
  }
  const std::pair<const char*, bool> of_integers[] = {
      {"--dynamic", options.dynamic},
      {"--method", options.method != usual.method},
      {"--percentile", options.percentile != usual.percentile},
      {"--equalization", options.equalization != usual.equalization},
      {"--rounding", options.rounding != usual.rounding},
      {"--bias-correction", options.bias_correction != usual.bias_correction},
      {"--budget", options.budget_s > 0},
      {"--resume", options.resume},
      {"--never-slower", options.never_slower},
      {"--int16", !options.int16.empty()},
      {"--target", options.target != usual.target},
      {"--ranges", !options.ranges.empty()},
      {"--ranges-out", !options.ranges_out.empty()},
      {"--layers", options.layers},
      {"--html", !options.html.empty()},
  };
  for (const auto& [flag, given] : of_integers) {
    if (given)
      throw Error(ErrorKind::usage, fmt::format("{} is for int8: --precision {} has no integers", flag, options.precision), "leave one of the two out");
  }
  const bool reduced = precision_options(options).arithmetic == Arithmetic::reduced;
  if (!reduced || options.dry_run || names_inputs(options)) return;
  throw Error(
      ErrorKind::usage, fmt::format("--precision {} needs inputs, to see what does not fit", options.precision),
      "add --calibration PATH, or --task with a split 'calibration'; or choose --arithmetic float32, which rounds weights only, or --random-calibration");
}

ExitCode quantize_float(const QuantizeOptions& options, Context& context) {
  const bool limited = !options.max_drop.empty();
  const DropLimit limit = limited ? parse_drop_limit(options.max_drop) : DropLimit{HUGE_VAL, false};
  const CalibrationSource calibration{options.calibration, options.task.empty() ? std::nullopt : std::optional(read_task(options.task))};
  if (options.dry_run) {
    context.output.result(with_model_name(options.model, [&] { return float_plan(options); }));
    return ExitCode::done;
  }
  Recording recording(context, "quantize");
  const Model source = read_checked_model(options.model);
  const bool needed = precision_options(options).arithmetic == Arithmetic::reduced;
  std::unique_ptr<Samples> samples;
  if (needed || has_inputs(options, calibration)) {
    const Session session(options.model, unfused(options.runtime));
    samples = quantize_samples(options, calibration, source, session, needed);
  }
  const FloatWorkbench workbench = with_model_name(options.model, [&] { return FloatWorkbench(source, options, samples.get(), context.output); });
  FloatCandidate candidate = with_model_name(options.model, [&] { return best_float(workbench); });
  refuse_nothing_to_do(workbench, candidate, options);
  warn_of_ports(workbench, context.output);
  const std::optional<Task>& task = calibration.task;
  std::optional<GateResult> gate;
  if (task && (limited || task->splits.contains("evaluation"))) gate = gate_float(workbench, candidate, *task, limit);
  workbench.compare(candidate, most_compared);
  check_model(candidate.model, options.output.path.string());
  const bool holds = !gate || gate->holds;
  StagedModel staged(options.output.path, options.output.if_exists());
  staged.write(candidate.model);
  if (samples != nullptr) warn_if_not_runnable(staged, options, context.output);
  const std::uint64_t before = model_bytes(options.model), after = staged.size();
  record_options(recording, options, workbench.precision());
  record_inputs(recording, options, calibration);
  if (options.random_calibration) tell_random(recording, context.output);
  if (holds || options.keep_best) {
    for (const fs::path& file : staged.commit()) recording.output("model", file);
  }
  Report report = float_report(options, workbench, candidate, before, after, samples == nullptr ? 0 : samples->count());
  if (gate) add_gate(report, recording, *gate, *task, options);
  record_result(recording, before, after, candidate.errors);
  recording.commit(report, limited ? (holds ? "passed" : "failed") : "done");
  context.output.result(report);
  return holds ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
