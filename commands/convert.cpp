#include "commands/convert.hpp"

#include <fmt/format.h>

#include "commands/recording.hpp"
#include "commands/transformation.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/opset.hpp"
#include "quantizer/graph/shapes.hpp"
#include "quantizer/precision/precision.hpp"

namespace iai {

namespace {

constexpr Example examples[] = {
    {"Raise the operator set", "iai convert model.onnx --opset 21 -o model-21.onnx"},
    {"Halve the weights", "iai convert model.onnx --precision float16 --calibration calib.npy -o model-fp16.onnx"},
    {"Keep the last layers in float32", "iai convert model.onnx --precision float16 --exclude Softmax --exclude 'head*' -o model-fp16.onnx"},
    {"Fix the batch size for a device that needs it", "iai convert model.onnx --shape batch=1 -o model-b1.onnx"},
    {"Fix every dimension of an input", "iai convert model.onnx --shape image=1,3,224,224 -o model-224.onnx"},
    {"Put the weights into a file of their own, or back", "iai convert model.onnx --external always -o large.onnx"},
};

ExternalData external_of(const std::string& word) {
  return word == "always" ? ExternalData::always : word == "never" ? ExternalData::never : ExternalData::automatic;
}

PrecisionOptions precision_of(const ConvertOptions& options) {
  return precision_options(options.floats, options.precision == "bfloat16" ? ElementType::bfloat16 : ElementType::float16, options.exclude);
}

void add_precision(Report& report, Recording& recording, const PrecisionReport& precision, Arithmetic arithmetic) {
  TensorRounding sum;
  ReportRows rows;
  for (const TensorRounding& tensor : precision.tensors) {
    sum.elements += tensor.elements;
    sum.clamped += tensor.clamped;
    sum.vanished += tensor.vanished;
    sum.subnormal += tensor.subnormal;
    if (tensor.clamped + tensor.vanished + tensor.subnormal == 0) continue;
    Report row;
    row.add("tensor", tensor.tensor).add("elements", tensor.elements).add("clamped", tensor.clamped).add("vanished", tensor.vanished);
    row.add("subnormal", tensor.subnormal).add("largest_relative_error", tensor.largest_relative_error);
    rows.push_back(std::move(row));
  }
  report.add("rounded_elements", sum.elements).add("clamped", sum.clamped).add("vanished", sum.vanished).add("subnormal", sum.subnormal);
  report.add("casts", precision.casts);
  // With float32 arithmetic that is all of them, which says nothing.
  if (arithmetic == Arithmetic::reduced) report.add("float32_nodes", precision.float32_nodes);
  report.add("affected_tensors", std::move(rows));
  recording.metric("clamped", sum.clamped);
  recording.metric("vanished", sum.vanished);
  recording.metric("subnormal", sum.subnormal);
}

void record_options(Recording& recording, const ConvertOptions& options) {
  if (options.opset != 0) recording.option("opset", options.opset);
  if (!options.precision.empty()) {
    recording.option("precision", options.precision);
    recording.option("io", options.floats.io);
    recording.option("exclude", options.exclude);
  }
  if (!options.shapes.empty()) recording.option("shape", options.shapes);
  recording.option("external", options.external);
  for (const auto& path : model_files(options.model)) recording.input("model", path);
  for (const auto& path : options.calibration) recording.input("calibration", path);
}

void check_options(const ConvertOptions& options) {
  if (options.precision.empty() && (!options.exclude.empty() || options.floats != FloatOption()))
    throw Error(ErrorKind::usage, "--exclude, --io and --arithmetic belong to --precision", "add --precision float16");
  if (options.no_compare && !options.calibration.empty())
    throw Error(ErrorKind::usage, "--calibration gives the inputs to compare on, --no-compare forbids comparing", "leave one of them out");
  refuse_outputs(options.model, options.calibration, options.output.path);
}

}  // namespace

const Manual convert_manual{
    .description =
        "Writes the model in another form: another operator set (ONNX's version converter), float16 or bfloat16, fixed shapes, weights inside the file or "
        "beside it. Several of these may be asked for at once; they are\n"
        "done in the order shapes, operator set, precision. Without any, the model is written as it is. Names of inputs and outputs and the metadata stay.\n"
        "\n"
        "The result is loaded and its outputs are held against those of the source, on --calibration inputs or on 16 that iai makes up (standard normal, from "
        "a fixed seed): SQNR in dB (the signal's energy over that of the\n"
        "difference) and the largest error.\n"
        "\n"
        "With --precision, weights are rounded to the nearest number of the type. The report counts, tensor by tensor, values that were beyond its range and "
        "now are its largest number (clamped), that became zero (vanished), and\n"
        "that lost digits below its smallest normal number (subnormal). Operators whose definition does not allow the type, quantized ones, those of other "
        "domains and those named by --exclude stay float32, with\n"
        "Casts around them. bfloat16 weights are widened to float32 where they are used, because ONNX Runtime's CPU cannot compute in bfloat16; --arithmetic "
        "reduced is for devices that can.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "\"cannot be converted from opset 17 to 9\": an operator of the model has no older form. Choose a higher operator set.\n"
        "\n"
        "\"does not allow these shapes\": the shapes that follow contradict a Reshape or another size in the graph.\n"
        "\n"
        "Many clamped values: the weights do not fit float16; bfloat16 has the range of float32.",
    .memory =
        "Weights stay in the file's memory map; --precision needs room for the 16-bit ones and one tensor more. The comparison needs what ONNX Runtime needs "
        "for both models."};

void declare(CLI::App& app, ConvertOptions& options) {
  declare_model(app, options.model);
  declare_output(app, options.output, "Where the converted model goes")->required();
  app.add_option("--opset", options.opset, "Operator set of the default domain")->type_name("N");
  app.add_option("--external", options.external, "Weights in a file of their own (NAME.data): auto puts them there when one file would exceed 2 GiB")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_option("--precision", options.precision, "Store weights, and compute, in this type")
      ->type_name("TYPE")
      ->check(CLI::IsMember({"float16", "bfloat16"}));
  declare_float(app, options.floats, "Type of the model's inputs and outputs with --precision: float32, or the same as the weights",
                "reduced: operators compute in the 16-bit type (default of float16); float32: only weights are 16-bit (default of bfloat16)");
  app.add_option("--exclude", options.exclude, "Nodes or operators that stay float32 (* any text, ? one character)")->type_name("PATTERN");
  app.add_option("--shape", options.shapes, "Fix an input (image=1,3,224,224) or a named dimension (batch=1)")->type_name("NAME=SIZES");
  declare_calibration(app, options.calibration);
  app.add_flag("--no-compare", options.no_compare, "Do not run the result: for machines without ONNX Runtime");
  declare_runtime(app, options.runtime);
}

ExitCode run(const ConvertOptions& options, Context& context) {
  std::vector<ShapeSetting> shapes;
  for (const std::string& text : options.shapes) shapes.push_back(parse_shape_setting(text));
  const std::string name = options.model.string();
  Model model = read_checked_model(options.model);
  check_options(options);
  StagedModel staged(options.output.path, options.output.if_exists(), external_of(options.external));
  Recording recording(context, "convert");
  record_options(recording, options);

  Report report("iai.convert/1");
  PrecisionReport precision;
  const std::int64_t opset = model.opset();
  try {
    fix_shapes(model, shapes, name);
    if (options.opset != 0) convert_opset(model, options.opset, name);
    if (!options.precision.empty()) precision = lower_precision(model, precision_of(options));
  } catch (const Error& error) {
    throw Error(error.kind(), error.message().rfind(name, 0) == 0 || error.kind() == ErrorKind::usage ? error.message() : name + ": " + error.message(),
                error.hint());
  }
  check_model(model, options.output.path.string());
  staged.write(model);
  std::string outputs = "not compared";
  Comparison comparison;
  if (!options.no_compare) {
    comparison = compare_with_source(options.model, staged, {options.calibration, {}}, options.runtime);
    outputs = sqnr_text(worst_sqnr_db(comparison.outputs));
  }
  const std::uint64_t before = model_bytes(options.model);
  report.headline(
      fmt::format("{}: opset {}, {}, {}", options.output.path.filename().string(), model.opset(), human_bytes(static_cast<double>(staged.size())), outputs));
  report.add("model", options.output.path.string())
      .add("opset_before", opset)
      .add("opset_after", model.opset())
      .add("ir_version", std::int64_t{model.proto.ir_version()});
  report.add("size_before", before, Unit::bytes).add("size_after", staged.size(), Unit::bytes);
  if (!options.precision.empty()) {
    const Arithmetic arithmetic = precision_of(options).arithmetic;
    report.add("precision", options.precision).add("arithmetic", arithmetic == Arithmetic::float32 ? "float32" : options.precision);
    add_precision(report, recording, precision, arithmetic);
  }
  if (!options.no_compare) add_comparison(report, recording, comparison);
  recording.metric("size_before_bytes", before);
  recording.metric("size_after_bytes", staged.size());
  for (const auto& file : staged.commit()) recording.output("model", file);
  recording.commit(report);
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
