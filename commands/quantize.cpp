#include "commands/quantize.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <optional>

#include <fmt/format.h>

#include "commands/quantize_float.hpp"
#include "commands/quantize_gate.hpp"
#include "commands/quantize_html.hpp"
#include "commands/quantize_inputs.hpp"
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
  if (options.rounding == "adaptive" || options.bias_correction == "full") {
    throw Error(ErrorKind::usage,
                fmt::format("{} needs the calibration inputs, a file of ranges does not hold what it found",
                            options.rounding == "adaptive" ? "--rounding adaptive" : "--bias-correction full"),
                "leave it out, or --ranges and --ranges-out");
  }
  if (options.ranges_out.empty()) return;
  refuse_outputs(options.model, inputs, options.ranges_out);
  if (!options.output.path.empty()) refuse_same_path({}, {options.output.path, external_data_path(options.output.path), options.ranges_out});
  refuse_existing(options.ranges_out, options.output.if_exists());
}

void check_dynamic_options(const QuantizeOptions& options) {
  if (!options.dynamic) return;
  if (!options.int16.empty()) throw Error(ErrorKind::usage, "--int16 is for static int8: --dynamic has no 16-bit form", "leave out --dynamic, or --int16");
  if (options.target != "tensorrt" && options.target != "openvino") return;
  throw Error(ErrorKind::usage, "--target " + options.target + " takes static int8 only: it has no operator that quantizes activations as they come",
              "leave out --dynamic and calibrate");
}

void check_layers_option(const QuantizeOptions& options) {
  if (!options.layers) return;
  if (options.dry_run) throw Error(ErrorKind::usage, "--layers runs the model, --dry-run runs nothing", "leave one of the two out");
  if (options.calibration.empty() && options.task.empty() && !options.random_calibration) {
    throw Error(ErrorKind::usage, "--layers needs inputs to measure the layers on", "add --calibration PATH, or --task with a split 'calibration'");
  }
}

void check_page_option(const QuantizeOptions& options, const std::vector<fs::path>& inputs) {
  if (options.html.empty()) return;
  if (options.dry_run) throw Error(ErrorKind::usage, "--html shows what was made, --dry-run makes nothing", "leave one of the two out");
  refuse_outputs(options.model, inputs, options.html);
  refuse_same_path({}, {options.output.path, external_data_path(options.output.path), options.ranges_out, options.html});
  refuse_existing(options.html, options.output.if_exists());
}

void check_options(const QuantizeOptions& options) {
  check_float_options(options);
  check_random_options(options);
  check_dynamic_options(options);
  check_layers_option(options);
  if (options.output.path.empty() && !options.dry_run)
    throw Error(ErrorKind::usage, "missing: -o, the file to write", fmt::format("add -o model-{}.onnx", options.precision));
  std::vector<fs::path> inputs = options.calibration;
  if (!options.task.empty()) inputs.push_back(options.task);
  if (!options.ranges.empty()) inputs.push_back(options.ranges);
  if (!options.output.path.empty()) {
    refuse_outputs(options.model, inputs, options.output.path);
    refuse_existing(options.output.path, options.output.if_exists());
  }
  check_ranges_options(options, inputs);
  check_page_option(options, inputs);
  if (!options.max_drop.empty() && options.task.empty()) {
    throw Error(ErrorKind::usage, "--max-drop needs a task to measure the drop on", "add --task task.yaml");
  }
  if (options.precision == "int8" && !options.dynamic && !options.dry_run && options.ranges.empty() && !options.random_calibration &&
      options.calibration.empty() && options.task.empty()) {
    throw Error(ErrorKind::usage, "static int8 needs inputs to calibrate on",
                "add --calibration PATH, or --task with a split 'calibration'; or choose --dynamic, which needs none, or --random-calibration");
  }
}

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
                  ? "int8 is made from float32 weights of Conv, Gemm, MatMul and LSTM; iai inspect shows the operators"
                  : "int8 is made from float32 weights of Conv, ConvTranspose, Gemm and MatMul (--dynamic: also LSTM); iai inspect shows the operators");
}

}  // namespace

void declare(CLI::App& app, QuantizeOptions& options) {
  declare_model(app, options.model);
  declare_output(app, options.output, "The quantized model to write");
  app.add_option("--precision", options.precision, "int8, or 16-bit floats: fp16 (float16), bf16 (bfloat16)")
      ->type_name("TYPE")
      ->check(CLI::IsMember({"int8", "fp16", "bf16"}))
      ->capture_default_str();
  app.add_option("--io", options.io, "With fp16 and bf16: type of the model's inputs and outputs, float32 or the same as the weights")
      ->type_name("TYPE")
      ->check(CLI::IsMember({"float32", "same"}))
      ->capture_default_str();
  app.add_option("--arithmetic", options.arithmetic,
                 "With fp16 and bf16: reduced, operators compute in the 16-bit type (default of fp16); float32, only weights are 16-bit (default of bf16)")
      ->type_name("HOW")
      ->check(CLI::IsMember({"reduced", "float32"}));
  declare_calibration(app, options.calibration);
  app.add_flag("--random-calibration", options.random_calibration,
               "Calibrate on seeded standard normal inputs instead of recorded ones: what is found is not what the plant shows");
  declare_task(app, options.task);
  app.add_option("--max-drop", options.max_drop, "Largest drop of the task's primary metric: 0.5% (relative) or 0.01 (absolute); over it exit 1")
      ->type_name("LIMIT");
  app.add_option("--method", options.method, "How ranges of activations are chosen")
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "mse", "percentile", "entropy", "mean-min-max", "min-max"}))
      ->capture_default_str();
  app.add_option("--percentile", options.percentile, "With --method percentile: share of the values that is not clipped, in percent")
      ->type_name("P")
      ->check(CLI::Range(50.0, 100.0))
      ->capture_default_str();
  app.add_option("--equalization", options.equalization,
                 "Scale channels of activations by powers of two before they are quantized: auto (with --method auto, where it helps), none or always")
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "none", "always"}))
      ->capture_default_str();
  app.add_option("--rounding", options.rounding, "How weights are rounded: nearest, or adaptive (so that errors of inputs that go together cancel out)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"nearest", "adaptive"}))
      ->capture_default_str();
  app.add_option("--bias-correction", options.bias_correction,
                 "What int8 shifts on average is taken from the biases: fast (from the weights and the means of the inputs), full (measured layer by layer), "
                 "or auto (with --method auto, what is better)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "fast", "full"}))
      ->capture_default_str();
  app.add_option("--exclude", options.exclude, "Leave operators in float, by name or type; * and ? match any text and any character")->type_name("PATTERN");
  app.add_flag("--dynamic", options.dynamic, "Quantize activations as they come; needs no calibration");
  app.add_option("--int16", options.int16, "Give the activations of these operators 16 bits, by name or type; their weights stay int8")->type_name("PATTERN");
  app.add_option("--target", options.target,
                 "Machine or runtime that the model is for: cpu-avx2 is x86-64 without VNNI, whose products of weights and activations are cut to 16 bits")
      ->type_name("NAME")
      ->check(CLI::IsMember({"generic", "cpu-vnni", "cpu-avx2", "arm", "tensorrt", "openvino"}))
      ->capture_default_str();
  app.add_flag("-n,--dry-run", options.dry_run, "Only say what would be quantized, what stays in float and why, and about how much memory it takes");
  app.add_flag("--layers", options.layers,
               "Also measure each layer: what it loses by itself, what it alone does to the outputs, and the likely cause where it stands out, worst first");
  app.add_option("--samples", options.samples, "At most so many calibration samples, spread evenly; 0: all")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--max-memory", options.max_memory,
                 "About how much memory calibration may take, such as 512MB; where the activations do not fit, they are watched in several runs")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(true));
  app.add_option("--ranges-out", options.ranges_out, "Write the ranges of the activations that were found, for --ranges")
      ->type_name("RANGES.yaml")
      ->group("Output");
  app.add_option("--html", options.html,
                 "Also write the report as one HTML page with plots and a graph of the layers, which loads nothing; measures as --layers does")
      ->type_name("PAGE.html")
      ->group("Output");
  app.add_option("--ranges", options.ranges, "Use the ranges in this file (see iai-ranges(5)); calibration inputs then only measure the outputs")
      ->type_name("RANGES.yaml");
  declare_runtime(app, options.runtime);
}

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
  Candidate candidate = best_candidate(workbench);
  refuse_nothing_to_do(candidate, options);
  std::optional<GateResult> gate;
  if (task && (limited || task->splits.contains("evaluation"))) gate = gate_candidate(workbench, candidate, *task, limit);
  const bool holds = !gate || gate->holds;
  MeasuredLayers layers;
  if (options.layers || !options.html.empty()) layers = measure_layers(workbench, candidate);
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
  const bool random = options.random_calibration || (ranges && ranges->random);
  if (random) tell_random(recording, context.output);
  Report report = quantize_report(options, candidate, before, after, samples == nullptr ? 0 : samples->count(), random);
  if (options.layers || !options.html.empty()) report.add("findings", finding_rows(layers)).add("tries", try_rows(workbench.tries()));
  if (gate) {
    report.add("gate", gate_report(*gate, *task, options.max_drop));
    record_drop(recording, gate->before, gate->after, gate->drop);
    if (!holds) report.headline(missed_line(*gate, *task, options));
  }
  recording.metric("size_before_bytes", before);
  recording.metric("size_after_bytes", after);
  if (!candidate.errors.empty()) recording.metric("sqnr_db", finite_or_null(worst_sqnr_db(candidate.errors)));
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
