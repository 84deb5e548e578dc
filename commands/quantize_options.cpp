#include "commands/quantize_options.hpp"

#include <fmt/format.h>

#include "commands/quantize_float.hpp"
#include "commands/quantize_inputs.hpp"
#include "commands/transformation.hpp"
#include "formats/error.hpp"
#include "quantizer/quantize/target.hpp"

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

void check_int16_option(const QuantizeOptions& options) {
  const std::optional<Target> target = target_named(options.target);
  if (options.int16.empty() || !target || form_of(*target).wide) return;
  throw Error(ErrorKind::usage, "--int16: --target " + options.target + " gets no 16-bit activations", "--exclude leaves operators in float");
}

void check_dynamic_options(const QuantizeOptions& options) {
  if (!options.dynamic) return;
  if (!options.int16.empty()) throw Error(ErrorKind::usage, "--int16 is for static int8: --dynamic has no 16-bit form", "leave out --dynamic, or --int16");
  if (options.target != "tensorrt" && options.target != "openvino" && options.target != "qnn") return;
  throw Error(ErrorKind::usage, "--target " + options.target + " takes static int8 only: it has no operator that quantizes activations as they come",
              "leave out --dynamic and calibrate");
}

void check_speed_option(const QuantizeOptions& options) {
  if (!options.never_slower) return;
#if defined(__aarch64__)
  const bool is_elsewhere = options.target.starts_with("cpu-");
#else
  const bool is_elsewhere = options.target == "arm";
#endif
  if (is_elsewhere || options.target == "tensorrt" || options.target == "openvino") {
    throw Error(ErrorKind::usage,
                fmt::format("--never-slower measures with ONNX Runtime on this machine, a model for --target {} runs elsewhere", options.target),
                "leave it out, and measure there with iai bench");
  }
  if (options.dry_run) throw Error(ErrorKind::usage, "--never-slower runs the model, --dry-run runs nothing", "leave one of the two out");
}

void check_gate_options(const QuantizeOptions& options) {
  if (!options.max_drop.empty() && options.task.empty()) {
    throw Error(ErrorKind::usage, "--max-drop needs a task to measure the drop on", "add --task task.yaml");
  }
  if (options.keep_best && options.max_drop.empty() && !options.never_slower) {
    throw Error(ErrorKind::usage, "--keep-best is for a limit that nothing meets", "add --task task.yaml --max-drop 0.5% or --never-slower, or leave it out");
  }
}

void check_layers_option(const QuantizeOptions& options) {
  if (!options.layers) return;
  if (options.dry_run) throw Error(ErrorKind::usage, "--layers runs the model, --dry-run runs nothing", "leave one of the two out");
  if (!names_inputs(options)) {
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

}  // namespace

void check_options(const QuantizeOptions& options) {
  check_float_options(options);
  check_random_options(options);
  check_dynamic_options(options);
  check_int16_option(options);
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
  check_gate_options(options);
  check_speed_option(options);
  if (options.precision == "int8" && !options.dynamic && !options.dry_run && options.ranges.empty() && !names_inputs(options)) {
    throw Error(ErrorKind::usage, "static int8 needs inputs to calibrate on",
                "add --calibration PATH, or --task with a split 'calibration'; or choose --dynamic, which needs none, or --random-calibration");
  }
}

void declare(CLI::App& app, QuantizeOptions& options) {
  declare_model(app, options.model);
  declare_output(app, options.output, "The quantized model to write");
  app.add_option("--precision", options.precision, "int8, or 16-bit floats: fp16 (float16), bf16 (bfloat16)")
      ->type_name("TYPE")
      ->check(CLI::IsMember({"int8", "fp16", "bf16"}))
      ->capture_default_str();
  declare_float(app, options.floats, "With fp16 and bf16: type of the model's inputs and outputs, float32 or the same as the weights",
                "With fp16 and bf16: reduced, operators compute in the 16-bit type (default of fp16); float32, only weights are 16-bit (default of bf16)");
  declare_calibration(app, options.calibration);
  app.add_flag("--random-calibration", options.random_calibration,
               "Calibrate on seeded standard normal inputs instead of recorded ones: what is found is not what the plant shows");
  declare_task(app, options.task);
  app.add_option("--max-drop", options.max_drop, "Largest drop of the task's primary metric: 0.5% (relative) or 0.01 (absolute); over it exit 1")
      ->type_name("LIMIT");
  app.add_flag("--keep-best", options.keep_best, "Where nothing meets --max-drop or --never-slower, write the nearest miss; the exit code is 1 all the same");
  app.add_flag("--never-slower", options.never_slower,
               "Measure the result against the source on this machine, return operators that cost more time than they gain, and exit 1 where it is slower");
  app.add_option("--budget", options.budget_s, "How long the search may take, such as 90s, 5min or 2h: it then ends with the best it has")
      ->type_name("TIME")
      ->transform(
          CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"min", 60}, {"h", 3600}},
                                static_cast<CLI::AsNumberWithUnit::Options>(CLI::AsNumberWithUnit::CASE_SENSITIVE | CLI::AsNumberWithUnit::UNIT_REQUIRED)))
      ->check(CLI::Validator([](const std::string& seconds) { return std::stod(seconds) > 0 ? "" : "no time: give more than 0"; }, ""));
  app.add_flag("--resume", options.resume, "Keep what the search measures in OUTPUT.search, and go on from there where an earlier run was interrupted");
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
      ->check(CLI::IsMember({"generic", "cpu-vnni", "cpu-avx2", "arm", "tensorrt", "openvino", "qnn"}))
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

}  // namespace iai
