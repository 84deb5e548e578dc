#include "commands/quantize_int8.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <optional>

#include <fmt/format.h>

#include "commands/quantize_html.hpp"
#include "commands/quantize_inputs.hpp"
#include "commands/quantize_int8_gate.hpp"
#include "commands/quantize_json.hpp"
#include "commands/quantize_options.hpp"
#include "commands/quantize_plan.hpp"
#include "commands/quantize_ranges.hpp"
#include "commands/quantize_report.hpp"
#include "commands/quantize_search.hpp"
#include "commands/quantize_speed.hpp"
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
  recording.option("never_slower", options.never_slower);
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

/// Inputs to calibrate or compare on; null where the options name none and nothing needs them.
std::unique_ptr<Samples> find_samples(const QuantizeOptions& options, const CalibrationSource& calibration, const Model& source) {
  const bool needed = !options.dynamic && options.ranges.empty();
  // Without a session, the model may hold operators that the runtime does not know.
  if (!needed && !has_inputs(options, calibration) && !calibration.task) return nullptr;
  const Session session(options.model, unfused(options.runtime));
  std::unique_ptr<Samples> samples = quantize_samples(options, calibration, source, session, needed);
  if (options.layers && samples == nullptr) {
    throw Error(ErrorKind::usage, options.task.string() + ": the task has no split 'calibration' to measure the layers on",
                "add one to the task file, or pass --calibration PATH");
  }
  return samples;
}

/// A compiled network has one shape; that it was not fixed shows on the device only.
void warn_of_open_shapes(const Model& source, const QuantizeOptions& options, Output& output) {
  if (options.target != "qnn") return;
  for (const onnx::ValueInfoProto& input : source.graph().input()) {
    if (source.has_initializer(input.name())) continue;
    const auto& sizes = input.type().tensor_type().shape().dim();
    if (std::all_of(sizes.begin(), sizes.end(), [](const auto& size) { return size.has_dim_value(); })) continue;
    return output.warn(fmt::format("{}: input '{}' has no fixed shape, which QNN needs: iai convert --shape {}=... fixes it", options.model.string(),
                                   input.name(), input.name()));
  }
}

bool shows_layers(const QuantizeOptions& options) { return options.layers || !options.html.empty(); }

/// What came of it, and of what was asked of it.
struct Result {
  Candidate candidate;
  std::optional<GateResult> gate = {};
  std::optional<SpeedResult> speed = {};
  MeasuredLayers layers = {};
  bool holds() const { return (!gate || gate->holds) && (!speed || speed->holds); }
};

/// Returns what costs time to float, as far as the limit allows it.
void find_speed(QuantizeWorkbench& workbench, Result& result, Int8Gate* gate) {
  const QuantizeMethod method = result.candidate.method;
  result.speed = keep_what_gains(workbench, result.candidate, [&](const Returned& returned) { return gate == nullptr || gate->holds(method, returned); });
  if (gate == nullptr || result.candidate.returned == result.gate->returned) return;
  const std::int64_t tries = result.gate->tries;
  result.gate = gate->judge(result.candidate);
  result.gate->tries = tries;
}

Result find_result(QuantizeWorkbench& workbench, const std::optional<Task>& task, const DropLimit& limit) {
  const QuantizeOptions& options = workbench.options();
  if (options.never_slower && shows_layers(options)) workbench.time_tries(latency_clock(workbench));
  Result result{best_candidate(workbench)};
  refuse_nothing_to_do(result.candidate, options);
  std::optional<Int8Gate> gate;
  if (task && (!options.max_drop.empty() || task->splits.contains("evaluation"))) {
    gate.emplace(workbench, *task, limit);
    result.gate = gate->search(result.candidate);
  }
  if (options.never_slower && result.holds()) find_speed(workbench, result, gate ? &*gate : nullptr);
  if (shows_layers(options)) result.layers = measure_layers(workbench, result.candidate);
  return result;
}

/// @returns bytes of the model
std::uint64_t write_outputs(Recording& recording, const QuantizeOptions& options, const Result& result, const CalibrationSource& calibration,
                            std::int64_t samples) {
  const Model& model = result.candidate.made.model;
  if (!result.holds() && !options.keep_best) return serialize_model(model).size();
  // Before the model is written: what cannot be said of the inputs leaves nothing behind.
  const std::string ranges = options.ranges_out.empty() ? std::string() : ranges_text(found_ranges(options, result.candidate, calibration, samples));
  std::uint64_t bytes = 0;
  for (const fs::path& file : write_model(model, options.output.path)) {
    bytes += fs::file_size(file);
    recording.output("model", file);
  }
  if (options.ranges_out.empty()) return bytes;
  write_file(options.ranges_out, ranges);
  recording.output("ranges", options.ranges_out);
  return bytes;
}

void add_search(Report& report, Recording& recording, QuantizeWorkbench& workbench) {
  const QuantizeOptions& options = workbench.options();
  if (options.budget_s == 0) return;
  const char* end = workbench.budget().has_cut() ? "cut by the budget" : "done";
  report.add("budget", options.budget_s, Unit::seconds).add("search", end);
  recording.option("search", end);
}

void write_page(Recording& recording, const Report& report, QuantizeWorkbench& workbench, const Result& result) {
  const fs::path& path = workbench.options().html;
  if (path.empty()) return;
  const Candidate& candidate = result.candidate;
  write_file(path, quantize_html(
                       {report, candidate, workbench.float_form(candidate.method), workbench.seen(candidate.method), result.layers.errors, workbench.tries()}));
  recording.output("page", path);
}

}  // namespace

ExitCode quantize_int8(const QuantizeOptions& options, Context& context) {
  const DropLimit limit = options.max_drop.empty() ? DropLimit{HUGE_VAL, false} : parse_drop_limit(options.max_drop);
  const CalibrationSource calibration{options.calibration, options.task.empty() ? std::nullopt : std::optional(read_task(options.task))};
  if (options.dry_run) {
    context.output.result(quantize_plan(options));
    return ExitCode::done;
  }
  Recording recording(context, "quantize");
  std::optional<RangesFile> ranges;
  if (!options.ranges.empty()) ranges = read_ranges(options.ranges);
  // Both map the model: not beside the map that the source holds.
  const std::uint64_t before = model_bytes(options.model);
  record_inputs(recording, options, calibration);
  Model source = read_checked_model(options.model);
  if (ranges) check_ranges_model(*ranges, options.ranges, options.model);
  raise_opset(source, options.model);
  warn_of_open_shapes(source, options, context.output);
  const std::unique_ptr<Samples> samples = find_samples(options, calibration, source);
  const std::int64_t sample_count = samples == nullptr ? 0 : samples->count();
  QuantizeWorkbench workbench(source, options, samples.get(), ranges ? &*ranges : nullptr, context.output);
  if (options.resume) resume_search(workbench, calibration);
  const Result result = find_result(workbench, calibration.task, limit);
  const Candidate& candidate = result.candidate;
  record_options(recording, options);
  const std::uint64_t after = write_outputs(recording, options, result, calibration, sample_count);
  const bool random = options.random_calibration || (ranges && ranges->random);
  if (random) tell_random(recording, context.output);
  Report report = quantize_report(options, candidate, before, after, sample_count, random);
  if (shows_layers(options)) report.add("findings", finding_rows(result.layers)).add("tries", try_rows(workbench.tries()));
  if (result.gate) add_gate(report, recording, *result.gate, *calibration.task, options);
  if (result.speed) add_speed(report, recording, *result.speed, candidate.returned, options);
  add_search(report, recording, workbench);
  end_search(workbench);
  record_result(recording, before, after, candidate.errors);
  write_page(recording, report, workbench, result);
  recording.commit(report, options.max_drop.empty() && !options.never_slower ? "done" : result.holds() ? "passed" : "failed");
  tell_cpu_time(context.output);
  context.output.result(report);
  return result.holds() ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
