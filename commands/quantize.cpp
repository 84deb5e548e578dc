#include "commands/quantize.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <optional>

#include <fmt/format.h>

#include "commands/quantize_float.hpp"
#include "commands/quantize_html.hpp"
#include "commands/quantize_inputs.hpp"
#include "commands/quantize_int8_gate.hpp"
#include "commands/quantize_json.hpp"
#include "commands/quantize_options.hpp"
#include "commands/quantize_plan.hpp"
#include "commands/quantize_ranges.hpp"
#include "commands/quantize_report.hpp"
#include "commands/quantize_search.hpp"
#include "commands/recording.hpp"
#include "commands/transformation.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

void record_options(Recording& recording, const QuantizeOptions& options) {
  recording.option("form", options.dynamic ? "dynamic int8" : "static int8");
  recording.option("method", options.method);
  recording.option("percentile", options.percentile);
  recording.option("equalization", options.equalization);
  recording.option("rounding", options.rounding);
  recording.option("bias_correction", options.bias_correction);
  recording.option("exclude", options.exclude);
  recording.option("int16", options.int16);
  recording.option("max_drop", options.max_drop);
  recording.option("keep_best", options.keep_best);
  if (options.budget_s > 0) recording.option("budget_s", options.budget_s);
  recording.option("samples", options.samples);
  recording.option("target", options.target);
  recording.option("device", options.runtime.device);
}

/// With --verbose: what of the CPU time went into the runtime, that is, into inference.
void tell_cpu_time(Output& output) {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  const double all = static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  const RuntimeSeconds runtime = runtime_seconds();
  output.detail(fmt::format("CPU time: the runtime ran models for {:.2f} s and made them ready for {:.2f} s, all else {:.2f} s", runtime.running,
                            runtime.opening, all - runtime.running - runtime.opening));
}

void refuse_nothing_to_do(const Candidate& candidate, const QuantizeOptions& options) {
  std::string why;
  for (const QuantizedLayer& layer : candidate.made.layers) {
    if (layer.form != "float") return;
    if (why.empty()) why = fmt::format(": '{}' ({}): {}", layer.name, layer.op_type, layer.reason);
  }
  throw Error(ErrorKind::input, options.model.string() + ": no operator can be quantized" + why,
              options.dynamic
                  ? "int8 is made from float32 weights of Conv, Gemm, MatMul, LSTM, GRU, RNN and Gather; iai inspect shows the operators"
                  : "int8 is made from float32 weights of Conv, ConvTranspose, Gemm, MatMul, LSTM, GRU, RNN and Gather; iai inspect shows the operators");
}

/// Goes on from what an earlier run measured, if there was one.
void resume_search(QuantizeWorkbench& workbench, const CalibrationSource& calibration) {
  const QuantizeOptions& options = workbench.options();
  fs::path path = options.output.path;
  path += ".search";
  workbench.memory() = SearchMemory(path, search_identity(options, calibration));
  if (workbench.memory().read_count() > 0) {
    workbench.output().note(fmt::format("{}: goes on from {} measurements", path.string(), workbench.memory().read_count()));
  }
}

/// What was measured serves no more, unless there was no time for the rest.
void end_search(QuantizeWorkbench& workbench) {
  if (workbench.budget().has_cut()) workbench.memory().save();
  else workbench.memory().remove();
}

/// @returns bytes of the model
std::uint64_t write_outputs(Recording& recording, const QuantizeOptions& options, const Candidate& candidate, const RangesFile& ranges) {
  std::uint64_t bytes = 0;
  for (const fs::path& file : write_model(candidate.made.model, options.output.path)) {
    bytes += fs::file_size(file);
    recording.output("model", file);
  }
  if (options.ranges_out.empty()) return bytes;
  write_file(options.ranges_out, ranges_text(ranges));
  recording.output("ranges", options.ranges_out);
  return bytes;
}

}  // namespace

ExitCode run(const QuantizeOptions& options, Context& context) {
  check_options(options);
  if (options.precision != "int8") return quantize_float(options, context);
  const bool limited = !options.max_drop.empty();
  const DropLimit limit = limited ? parse_drop_limit(options.max_drop) : DropLimit{HUGE_VAL, false};
  const CalibrationSource calibration{options.calibration, options.task.empty() ? std::nullopt : std::optional(read_task(options.task))};
  const std::optional<Task>& task = calibration.task;
  if (options.dry_run) {
    context.output.result(quantize_plan(options));
    return ExitCode::done;
  }
  Recording recording(context, "quantize");
  std::optional<RangesFile> ranges;
  if (!options.ranges.empty()) ranges = read_ranges(options.ranges);
  Model source = read_checked_model(options.model);
  if (ranges) check_ranges_model(*ranges, options.ranges, options.model);
  raise_opset(source, options.model);
  std::unique_ptr<Samples> samples;
  if ((!options.dynamic && !ranges) || has_inputs(options, calibration) || task) {  // else it may hold operators that the runtime does not know
    const Session session(options.model, {.device = options.runtime.device, .optimization = GraphOptimization::none, .runtime = options.runtime.runtime});
    samples = quantize_samples(options, calibration, source, session, !options.dynamic && !ranges);
  }
  if (options.layers && samples == nullptr)
    throw Error(ErrorKind::usage, options.task.string() + ": the task has no split 'calibration' to measure the layers on",
                "add one to the task file, or pass --calibration PATH");
  QuantizeWorkbench workbench(source, options, samples.get(), ranges ? &*ranges : nullptr, context.output);
  if (options.resume) resume_search(workbench, calibration);
  Candidate candidate = best_candidate(workbench);
  refuse_nothing_to_do(candidate, options);
  std::optional<GateResult> gate;
  if (task && (limited || task->splits.contains("evaluation"))) gate = gate_candidate(workbench, candidate, *task, limit);
  const bool holds = !gate || gate->holds;
  MeasuredLayers layers;
  if (options.layers || !options.html.empty()) layers = measure_layers(workbench, candidate);
  const std::uint64_t before = model_bytes(options.model);
  record_options(recording, options);
  record_inputs(recording, options, calibration);
  const std::int64_t sample_count = samples == nullptr ? 0 : samples->count();
  const bool written = holds || options.keep_best;
  RangesFile found;
  if (written && !options.ranges_out.empty()) found = found_ranges(options, candidate, gate, calibration, sample_count);
  const std::uint64_t after = written ? write_outputs(recording, options, candidate, found) : serialize_model(candidate.made.model).size();
  const bool random = options.random_calibration || (ranges && ranges->random);
  if (random) tell_random(recording, context.output);
  Report report = quantize_report(options, candidate, before, after, sample_count, random);
  if (options.layers || !options.html.empty()) report.add("findings", finding_rows(layers)).add("tries", try_rows(workbench.tries()));
  if (gate) add_gate(report, recording, *gate, *task, options);
  if (options.budget_s > 0) {
    report.add("budget", options.budget_s, Unit::seconds).add("search", workbench.budget().has_cut() ? "cut by the budget" : "done");
    recording.option("search", workbench.budget().has_cut() ? "cut by the budget" : "done");
  }
  end_search(workbench);
  record_result(recording, before, after, candidate.errors);
  if (!options.html.empty()) {
    const QuantizePage page{report, candidate, workbench.float_form(candidate.method), workbench.seen(candidate.method), layers.errors, workbench.tries()};
    write_file(options.html, quantize_html(page));
    recording.output("page", options.html);
  }
  recording.commit(report, limited ? (holds ? "passed" : "failed") : "done");
  tell_cpu_time(context.output);
  context.output.result(report);
  return holds ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
