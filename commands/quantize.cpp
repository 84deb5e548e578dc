#include "commands/quantize.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "commands/quantize_plan.hpp"
#include "commands/quantize_ranges.hpp"
#include "commands/quantize_search.hpp"
#include "commands/recording.hpp"
#include "commands/transformation.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr Example examples[] = {
    {"Static int8, calibrated on recorded inputs", "iai quantize model.onnx --calibration calibration.npy -o model-int8.onnx"},
    {"Only when accuracy holds: at most 0.5 % of the task's primary metric may be lost",
     "iai quantize model.onnx --task task.yaml --max-drop 0.5% -o model-int8.onnx"},
    {"Dynamic int8, without calibration data", "iai quantize model.onnx --dynamic -o model-int8.onnx"},
    {"Calibrate where the data is, quantize elsewhere: the same bytes, with neither the data nor a runtime",
     "iai quantize model.onnx --calibration calibration.npy --ranges-out ranges.yaml -o model-int8.onnx\n"
     "iai quantize model.onnx --ranges ranges.yaml -o model-int8.onnx"},
    {"What would be quantized, what stays in float and why, without running anything", "iai quantize model.onnx --dry-run"},
    {"For machines without VNNI: no product of weights and activations may be cut off",
     "iai quantize model.onnx --calibration calibration.npy --target cpu-avx2 -o model-int8.onnx"},
    {"Leave the first convolution and every Gemm in float",
     "iai quantize model.onnx --calibration calibration.npy --exclude conv1 --exclude Gemm -o model-int8.onnx"},
};

void check_ranges_options(const QuantizeOptions& options, const std::vector<fs::path>& inputs) {
  if (options.ranges.empty() && options.ranges_out.empty()) return;
  if (options.dynamic) {
    throw Error(ErrorKind::usage, "dynamic int8 has no ranges: activations are quantized as they come", "leave out --dynamic, or --ranges and --ranges-out");
  }
  if (!options.ranges.empty() && !options.ranges_out.empty()) {
    throw Error(ErrorKind::usage, "--ranges-out writes what calibration finds, with --ranges there is none", "leave one of the two out; a copy is made by cp");
  }
  if (!options.ranges.empty() && options.method != "auto") {
    throw Error(ErrorKind::usage, "--method chooses ranges, with --ranges they are chosen", "leave one of the two out");
  }
  if (options.ranges_out.empty()) return;
  refuse_outputs(options.model, inputs, options.ranges_out);
  if (!options.output.path.empty()) refuse_same_path({}, {options.output.path, external_data_path(options.output.path), options.ranges_out});
  refuse_existing(options.ranges_out, options.output.if_exists());
}

void check_options(const QuantizeOptions& options) {
  if (options.output.path.empty() && !options.dry_run) throw Error(ErrorKind::usage, "missing: -o, the file to write", "add -o model-int8.onnx");
  std::vector<fs::path> inputs = options.calibration;
  if (!options.task.empty()) inputs.push_back(options.task);
  if (!options.ranges.empty()) inputs.push_back(options.ranges);
  if (!options.output.path.empty()) {
    refuse_outputs(options.model, inputs, options.output.path);
    refuse_existing(options.output.path, options.output.if_exists());
  }
  check_ranges_options(options, inputs);
  if (!options.max_drop.empty() && options.task.empty()) {
    throw Error(ErrorKind::usage, "--max-drop needs a task to measure the drop on", "add --task task.yaml");
  }
  if (!options.dynamic && !options.dry_run && options.ranges.empty() && options.calibration.empty() && options.task.empty()) {
    throw Error(ErrorKind::usage, "static int8 needs inputs to calibrate on",
                "add --calibration PATH, or --task with a split 'calibration'; or choose --dynamic, which needs none");
  }
}

/// Null with --dynamic and --ranges where there are none.
std::unique_ptr<Samples> calibration_samples(const QuantizeOptions& options, const CalibrationSource& calibration, const Session& session) {
  std::unique_ptr<Samples> samples = calibration.open(wanted_inputs(session));
  if (samples == nullptr && (options.dynamic || !options.ranges.empty())) return nullptr;
  if (samples == nullptr) {
    throw Error(ErrorKind::usage, options.task.string() + ": the task has no split 'calibration'", "add one to the task file, or pass --calibration PATH");
  }
  return limit_samples(std::move(samples), options.samples);
}

ReportRows layer_rows(const std::vector<QuantizedLayer>& layers, const std::string& target) {
  ReportRows rows;
  for (const QuantizedLayer& layer : layers) {
    Report row;
    row.add("layer", layer.name).add("operator", layer.op_type).add("form", layer.form);
    row.add("weight_sqnr", layer.weight_sqnr_db, Unit::decibels).add("input_sqnr", layer.input_sqnr_db, Unit::decibels);
    row.add("clipped", layer.clipped_share, Unit::share);
    if (target == "cpu-avx2") row.add("pairs_at_risk", layer.risk.pairs).add("channels_at_risk", layer.risk.channels);
    row.add("reason", layer.reason.empty() ? "-" : layer.reason);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows output_rows(const std::vector<OutputError>& errors) {
  ReportRows rows;
  for (const OutputError& error : errors) {
    Report row;
    row.add("output", error.output).add("sqnr", error.sqnr_db, Unit::decibels).add("cosine", error.cosine);
    row.add("max_error", error.max_absolute).add("mean_error", error.mean_absolute).add("samples", error.samples);
    rows.push_back(std::move(row));
  }
  return rows;
}

Report gate_report(const GateResult& gate, const Task& task, const std::string& limit) {
  Report report;
  report.add("metric", task.primary).add("before", gate.before.value).add("after", gate.after.value);
  report.add("before_low", gate.before.low).add("before_high", gate.before.high).add("after_low", gate.after.low).add("after_high", gate.after.high);
  report.add("drop", gate.drop.absolute).add("relative_drop", gate.drop.relative, Unit::share);
  report.add("limit", limit.empty() ? "none" : limit).add("holds", gate.holds).add("returned_to_float", gate.returned);
  return report;
}

Report quantize_report(const QuantizeOptions& options, const Candidate& candidate, std::uint64_t before, std::uint64_t after, std::int64_t samples) {
  const std::size_t integers = candidate.integer_layers(), layers = candidate.made.layers.size();
  Report report("iai.quantize/1");
  std::string line = fmt::format("{}: {} -> {}, {} of {} operators with weights in int8", options.output.path.filename().string(),
                                 human_bytes(static_cast<double>(before)), human_bytes(static_cast<double>(after)), integers, layers);
  if (!candidate.errors.empty()) line += fmt::format("; worst output {:.1f} dB from the source", worst_sqnr_db(candidate.errors));
  const auto at_risk =
      std::count_if(candidate.made.layers.begin(), candidate.made.layers.end(), [](const QuantizedLayer& layer) { return layer.risk.pairs > 0; });
  if (options.target == "cpu-avx2") line += fmt::format("; {} kept from saturating", at_risk);
  report.headline(line);
  report.add("model", options.output.path.string()).add("source", options.model.string());
  report.add("form", options.dynamic ? "dynamic int8" : "static int8").add("method", candidate.method.name);
  if (options.target != "generic") report.add("target", options.target);
  report.add("calibration_samples", samples);
  report.add("size_before", before, Unit::bytes).add("size_after", after, Unit::bytes);
  report.add("size_ratio", static_cast<double>(after) / static_cast<double>(before));
  report.add("quantized_layers", std::uint64_t{integers}).add("float_layers", std::uint64_t{layers - integers});
  report.add("outputs", output_rows(candidate.errors)).add("layers", layer_rows(candidate.made.layers, options.target));
  return report;
}

RangesFile found_ranges(const QuantizeOptions& options, const Candidate& candidate, const std::optional<GateResult>& gate, const CalibrationSource& calibration,
                        std::int64_t samples) {
  RangesFile file;
  file.model_sha256 = model_digests(options.model);
  file.calibration = calibration_digests(calibration);
  file.samples = samples;
  file.method = candidate.method.name;
  file.percentile = options.percentile;
  file.attention = candidate.method.attention;
  file.exclude = options.exclude;
  if (gate) file.returned = gate->returned;
  std::sort(file.returned.begin(), file.returned.end());
  file.tensors = candidate.ranges;
  return file;
}

void record_options(Recording& recording, const QuantizeOptions& options) {
  recording.option("form", options.dynamic ? "dynamic int8" : "static int8");
  recording.option("method", options.method);
  recording.option("percentile", options.percentile);
  recording.option("exclude", options.exclude);
  recording.option("max_drop", options.max_drop);
  recording.option("samples", options.samples);
  recording.option("target", options.target);
  recording.option("device", options.runtime.device);
}

void refuse_nothing_to_do(const Candidate& candidate, const QuantizeOptions& options) {
  std::string why;
  for (const QuantizedLayer& layer : candidate.made.layers) {
    if (layer.form != "float") return;
    if (why.empty()) why = fmt::format(": '{}' ({}): {}", layer.name, layer.op_type, layer.reason);
  }
  throw Error(ErrorKind::input, options.model.string() + ": no operator can be quantized" + why,
              options.dynamic
                  ? "int8 is made from float32 weights of Conv, Gemm, MatMul and LSTM; iai inspect shows the operators"
                  : "int8 is made from float32 weights of Conv, ConvTranspose, Gemm and MatMul (--dynamic: also LSTM); iai inspect shows the operators");
}

}  // namespace

const Manual quantize_manual{
    .description =
        "Makes the weights of Conv, ConvTranspose, Gemm and MatMul int8 and lets the runtime compute with integers.\n\n"
        "Static int8 (the default) watches the activations on calibration inputs and writes the QDQ form that ONNX Runtime, TensorRT and OpenVINO read. "
        "Weights have one symmetric scale a channel, activations one scale and zero point a tensor; batch normalization is folded first, biases become int32 "
        "and are "
        "corrected for what the rounding of the weights shifts. Normalization of raw engineering units in front of the first layer, Softmax, "
        "LayerNormalization and all "
        "that is element-wise stay in float.\n\n"
        "--method says how the range of an activation is chosen: min-max takes all that was seen, percentile clips a share at both ends, mse takes the range "
        "with the least "
        "squared error seen through the operator that reads it. auto tries mse and min-max, each with and without products of two activations (attention), and "
        "keeps the one whose "
        "outputs lie nearest to the source's.\n\n"
        "Dynamic int8 (--dynamic) needs no calibration: activations are quantized as they come. It also makes LSTM smaller.\n\n"
        "With --task and --max-drop the result is judged: where the primary metric drops by more than the limit, operators go back to float, the most "
        "sensitive first. When no "
        "choice holds, nothing is written and the exit code is 1. Without --calibration the task's split 'calibration' is used.\n\n"
        "--target says for which machine. On x86-64 without VNNI (cpu-avx2) the runtime adds two neighbouring products of weights and activations in 16 bits, "
        "and what "
        "does not fit is cut: the same file then answers differently there. Channels in which two neighbouring weights could exceed 16 bits, at the largest "
        "input that "
        "calibration saw, get a coarser scale, just enough that they cannot (at worst seven bits instead of eight); the report counts these pairs for each "
        "layer. "
        "Convolutions of one channel a group and products of two activations are computed otherwise and stay as they are. cpu-vnni and generic use all eight "
        "bits.\n\n"
        "--ranges-out writes what was found, tensor by tensor. --ranges reads it and makes the same bytes from the same model, with neither calibration inputs "
        "nor a "
        "runtime; where inputs are given, they only measure the outputs. Ranges of another model, missing ones and those that cannot be are refused.\n\n"
        "The same inputs give the same bytes, whatever --threads and --batch and the order of the calibration files.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "Reasons of --dry-run: excluded (--exclude), accuracy (--max-drop, from a file of ranges), small (too few outputs to gain), recurrent (no integer "
        "form), "
        "subgraph (weights inside If, Loop or Scan), computed (weights are no constants), constant (the input is one), type (not float32), empty, vector (the "
        "weight "
        "has one axis), scaled (alpha or beta of Gemm), bias (not one number a channel), groups (they do not divide the channels), attention (product of two "
        "activations), no_kernel, transposed and "
        "layout "
        "(--dynamic: no integer kernel for this form).\n\n"
        "\"becomes NaN on the calibration inputs\": the model overflows, or a weight is not a number; iai evaluate shows the same.\n\n"
        "\"is quantized already\": quantize the floating-point model instead.",
    .memory =
        "The runtime, four copies of the weights, 64 kB for each watched tensor, and the activations of one sample for each thread, whatever the number of "
        "samples. "
        "--dry-run estimates it. With --dynamic and --ranges no runtime and two copies."};

void declare(CLI::App& app, QuantizeOptions& options) {
  declare_model(app, options.model);
  declare_output(app, options.output, "The quantized model to write");
  declare_calibration(app, options.calibration);
  declare_task(app, options.task);
  app.add_option("--max-drop", options.max_drop, "Largest drop of the task's primary metric: 0.5% (relative) or 0.01 (absolute); over it exit 1")
      ->type_name("LIMIT");
  app.add_option("--method", options.method, "How ranges of activations are chosen")
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "mse", "percentile", "min-max"}))
      ->capture_default_str();
  app.add_option("--percentile", options.percentile, "With --method percentile: share of the values that is not clipped, in percent")
      ->type_name("P")
      ->check(CLI::Range(50.0, 100.0))
      ->capture_default_str();
  app.add_option("--exclude", options.exclude, "Leave operators in float, by name or type; * and ? match any text and any character")->type_name("PATTERN");
  app.add_flag("--dynamic", options.dynamic, "Quantize activations as they come; needs no calibration");
  app.add_option("--target", options.target,
                 "Machine that the model is for: cpu-avx2 is x86-64 without VNNI, whose products of weights and activations are cut to 16 bits")
      ->type_name("NAME")
      ->check(CLI::IsMember({"generic", "cpu-vnni", "cpu-avx2"}))
      ->capture_default_str();
  app.add_flag("-n,--dry-run", options.dry_run, "Only say what would be quantized, what stays in float and why, and about how much memory it takes");
  app.add_option("--samples", options.samples, "At most so many calibration samples, spread evenly; 0: all")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--ranges-out", options.ranges_out, "Write the ranges of the activations that were found, for --ranges")
      ->type_name("RANGES.yaml")
      ->group("Output");
  app.add_option("--ranges", options.ranges, "Use the ranges in this file (see iai-ranges(5)); calibration inputs then only measure the outputs")
      ->type_name("RANGES.yaml");
  declare_runtime(app, options.runtime);
}

ExitCode run(const QuantizeOptions& options, Context& context) {
  check_options(options);
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
  if ((!options.dynamic && !ranges) || !options.calibration.empty() || task) {  // else it may hold operators that the runtime does not know
    const Session session(options.model, {.device = options.runtime.device, .runtime = options.runtime.runtime});
    samples = calibration_samples(options, calibration, session);
  }
  QuantizeSearch search(source, options, samples.get(), ranges ? &*ranges : nullptr, context.output);
  Candidate candidate = search.best();
  refuse_nothing_to_do(candidate, options);
  std::optional<GateResult> gate;
  if (task && (limited || task->splits.contains("evaluation"))) gate = search.gate(candidate, *task, limit);
  const bool holds = !gate || gate->holds;
  const std::uint64_t before = model_bytes(options.model);
  record_options(recording, options);
  recording.input("model", options.model);
  for (const fs::path& path : external_files(options.model)) recording.input("model", path);
  for (const fs::path& path : options.calibration) recording.input("calibration", path);
  if (ranges) recording.input("ranges", options.ranges);
  record_task_files(recording, calibration);
  std::uint64_t after = 0;
  if (holds) {
    for (const fs::path& file : write_model(candidate.made.model, options.output.path)) {
      after += fs::file_size(file);
      recording.output("model", file);
    }
    if (!options.ranges_out.empty()) {
      write_file(options.ranges_out, ranges_text(found_ranges(options, candidate, gate, calibration, samples->count())));
      recording.output("ranges", options.ranges_out);
    }
  } else {
    after = serialize_model(candidate.made.model).size();
  }
  Report report = quantize_report(options, candidate, before, after, samples == nullptr ? 0 : samples->count());
  if (gate) {
    report.add("gate", gate_report(*gate, *task, options.max_drop));
    record_drop(recording, gate->before, gate->after, gate->drop);
  }
  if (!holds) {
    report.headline(fmt::format("{} is not written: {} drops from {:.4g} to {:.4g} ({:.3g} %), the limit is {}", options.output.path.string(), task->primary,
                                gate->before.value, gate->after.value, gate->drop.relative * 100, options.max_drop));
  }
  recording.metric("size_before_bytes", before);
  recording.metric("size_after_bytes", after);
  if (!candidate.errors.empty()) recording.metric("sqnr_db", finite_or_null(worst_sqnr_db(candidate.errors)));
  recording.commit(report, limited ? (holds ? "passed" : "failed") : "done");
  context.output.result(report);
  return holds ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
