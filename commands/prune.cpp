#include "commands/prune.hpp"

#include <optional>

#include <fmt/format.h>

#include "commands/calibration.hpp"
#include "commands/scratch_model.hpp"
#include "commands/transformation.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/cost.hpp"
#include "quantizer/prune/channels.hpp"

namespace iai {

namespace {

constexpr Example examples[] = {
    {"Remove a quarter of the channels of every layer", "iai prune model.onnx --channels 0.25 --calibration calib.npy -o pruned.onnx"},
    {"Remove as many, most where they matter least, but none of the stem",
     "iai prune model.onnx --channels 0.25 --scope global --exclude '/stem/*' -o pruned.onnx"},
    {"Set half of the weights to zero", "iai prune model.onnx --sparsity 0.5 -o sparse.onnx"},
    {"Only if the accuracy holds", "iai prune model.onnx --channels 0.1 --task task.yaml --max-drop 1% -o pruned.onnx"},
};

/// What the task says about source and result.
struct Gate {
  Metric before, after;
  Drop drop;
  bool holds = true;
};

Gate judge_by_task(const PruneOptions& options, const Task& task, const StagedModel& staged) {
  const SessionOptions session{
      .device = options.runtime.device, .intra_threads = 1, .optimization = GraphOptimization::all, .runtime = options.runtime.runtime};
  const Evaluation before = evaluate(Session(options.model, session), task, options.runtime.batch, options.runtime.threads);
  const Evaluation after = evaluate(Session(staged.staged(), session), task, options.runtime.batch, options.runtime.threads);
  Gate gate{before.metric(task.primary), after.metric(task.primary), primary_drop(task, before, after), true};
  if (!options.max_drop.empty()) gate.holds = parse_drop_limit(options.max_drop).holds(gate.drop);
  return gate;
}

void add_gate(Report& report, Recording& recording, const PruneOptions& options, const Gate& gate) {
  Report row;
  row.add("metric", gate.before.name).add("before", gate.before.value).add("after", gate.after.value).add("n", gate.after.n);
  row.add("drop_absolute", gate.drop.absolute).add("drop_relative", gate.drop.relative);
  if (options.max_drop.empty()) row.add_null("max_drop");
  else row.add("max_drop", options.max_drop);
  row.add("passed", gate.holds);
  report.add("task", std::move(row));
  recording.option("primary", gate.before.name);
  record_drop(recording, gate.before, gate.after, gate.drop);
}

void add_cost(Report& report, Recording& recording, const ModelCost& before, const ModelCost& after) {
  report.add("parameters_before", before.parameters).add("parameters_after", after.parameters);
  recording.metric("parameters_before", before.parameters);
  recording.metric("parameters_after", after.parameters);
  const auto macs_before = before.multiply_accumulates(), macs_after = after.multiply_accumulates();
  if (macs_before && macs_after) {
    report.add("multiply_accumulates_before", *macs_before).add("multiply_accumulates_after", *macs_after);
    recording.metric("multiply_accumulates_before", *macs_before);
    recording.metric("multiply_accumulates_after", *macs_after);
  } else {
    report.add_null("multiply_accumulates_before").add_null("multiply_accumulates_after");
  }
}

ReportRows channel_rows(const std::vector<PrunedLayer>& layers) {
  ReportRows rows;
  for (const PrunedLayer& layer : layers) {
    Report row;
    row.add("layer", layer.node).add("operator", layer.operation).add("channels_before", layer.channels_before).add("channels_after", layer.channels_after);
    if (!layer.kept_because.empty()) row.add("kept_because", layer.kept_because);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows sparse_rows(const std::vector<SparseLayer>& layers) {
  ReportRows rows;
  for (const SparseLayer& layer : layers) {
    const double elements = static_cast<double>(std::max<std::int64_t>(layer.elements, 1));
    Report row;
    row.add("layer", layer.node).add("elements", layer.elements).add("zeros_before", static_cast<double>(layer.zeros_before) / elements, Unit::share);
    rows.push_back(std::move(row.add("zeros_after", static_cast<double>(layer.zeros_after) / elements, Unit::share)));
  }
  return rows;
}

void check_options(const PruneOptions& options) {
  if (options.sparsity == 0 && options.channels == 0)
    throw Error(ErrorKind::usage, "nothing to prune was asked for", "give --channels SHARE (smaller tensors), --sparsity SHARE (zeros), or both");
  if (!options.max_drop.empty()) {
    parse_drop_limit(options.max_drop);
    if (options.task.empty()) throw Error(ErrorKind::usage, "--max-drop needs a task to judge by", "add --task task.yaml");
  }
  if (options.no_compare && (!options.calibration.empty() || !options.task.empty()))
    throw Error(ErrorKind::usage, "--no-compare forbids running the result, --calibration and --task need it", "leave one of them out");
  std::vector<std::filesystem::path> others = options.calibration;
  if (!options.task.empty()) others.push_back(options.task);
  refuse_outputs(options.model, others, options.output.path);
}

void record_options(Recording& recording, const PruneOptions& options, const CalibrationSource& calibration) {
  if (options.channels > 0) recording.option("channels", options.channels);
  if (options.sparsity > 0) recording.option("sparsity", options.sparsity);
  recording.option("scope", options.scope);
  if (!options.exclude.empty()) recording.option("exclude", options.exclude);
  if (!options.max_drop.empty()) recording.option("max_drop", options.max_drop);
  for (const auto& path : model_files(options.model)) recording.input("model", path);
  for (const auto& path : options.calibration) recording.input("calibration", path);
  record_task_files(recording, calibration);
}

constexpr std::int64_t most_samples = 1024;

std::unique_ptr<Samples> watched_samples(const PruneOptions& options, const CalibrationSource& calibration) {
  const Session source(options.model, unfused(options.runtime));
  return limit_samples(calibration.open(source, wanted_inputs(source)), most_samples);
}

/// Runs the model over the calibration inputs, each alone and in their order, and watches the inputs of its layers.
MomentsByTensor watch(const Model& model, const ChannelOptions& channels, const PruneOptions& options, const CalibrationSource& calibration, Output& output) {
  const std::vector<WatchedTensor> watched = watched_tensors(model, channels);
  if (!calibration.exists() || watched.empty()) return {};
  std::vector<std::string> names;
  for (const WatchedTensor& tensor : watched) names.push_back(tensor.name);
  const auto samples = watched_samples(options, calibration);
  const ScratchModel scratch(with_outputs(model, names));
  const Session session(scratch.path(), unfused(options.runtime));
  MomentsByTensor moments;
  run_samples(session, *samples, 1, options.runtime.threads, [&](std::int64_t first, const std::vector<Tensor>& tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i) moments[watched[i].name].add(watched[i], tensors[i]);
    output.progress("watching", static_cast<std::uint64_t>(first) + 1, static_cast<std::uint64_t>(samples->count()));
  });
  return moments;
}

/// Prunes and says what was done.
void prune(Model& model, const PruneOptions& options, const CalibrationSource& calibration, Report& report, Output& output) {
  const PruneScope scope = options.scope == "global" ? PruneScope::global : PruneScope::layer;
  if (options.channels > 0) {
    const ChannelOptions channels{options.channels, scope, options.exclude};
    report.add("channels", channel_rows(prune_channels(model, channels, watch(model, channels, options, calibration, output))));
  }
  if (options.sparsity > 0) report.add("sparsity", sparse_rows(sparsify(model, options.sparsity, scope, options.exclude)));
}

}  // namespace

const Manual prune_manual{
    .description =
        "Makes a model smaller by leaving out what contributes least. --channels removes whole output channels of Conv, ConvTranspose, Gemm and MatMul: the "
        "tensors shrink, and every runtime is faster for it. --sparsity sets single\n"
        "weights to zero: the file compresses better, and only runtimes with sparse kernels are faster.\n"
        "\n"
        "Channels are followed through element-wise operators, BatchNormalization, pooling, Flatten, Reshape, Transpose, depthwise Conv, Concat and reductions "
        "to all layers that read them. Channels that meet in an Add or a Mul\n"
        "go together or stay together. Where the way of a channel cannot be proven (it reaches a normalisation over channels, a model output, an operator "
        "without a rule), it stays, and the report names the layer and the\n"
        "reason.\n"
        "\n"
        "With --calibration, or a task with a split 'calibration', the model is watched on at most 1024 of the inputs, and one channel after another goes, the "
        "one first that the layers reading it can best do without; the channels that stay make up for it: their\n"
        "weights become the least-squares answer to what the layer computed before (Optimal Brain Surgeon, by channels). Without, the channels whose filters "
        "have the smallest L2 norm go (after Li et al., 2017), which costs\n"
        "far more accuracy. With --scope global layers are compared with each other.\n"
        "\n"
        "The outputs of the result are held against those of the source, on --calibration inputs or 16 made-up ones. With --task, both are judged by it; with "
        "--max-drop, a result whose primary metric lost more than the\n"
        "limit (0.01 of its unit, or 1% of its value) is not written, and the exit code is 1. Nothing is trained again; begin with small shares.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "\"no channel can be removed\": every channel reaches something that cannot be followed; the table says what.\n"
        "\n"
        "Outputs of a few dB: too much was removed for a model that is not trained again; give --calibration, or a smaller share.",
    .memory =
        "The weights that change, and what ONNX Runtime needs for both models; with --calibration a few square matrices for each layer, of its input channels "
        "(layers with over 2048 are not watched)."};

void declare(CLI::App& app, PruneOptions& options) {
  declare_model(app, options.model);
  declare_output(app, options.output, "Where the pruned model goes")->required();
  app.add_option("--channels", options.channels, "Share of the removable channels to remove")->type_name("SHARE")->check(CLI::Range(0.0, 1.0));
  app.add_option("--sparsity", options.sparsity, "Share of the weights to set to zero")->type_name("SHARE")->check(CLI::Range(0.0, 1.0));
  app.add_option("--scope", options.scope, "layer: the share of every layer; global: of the whole model")
      ->type_name("SCOPE")
      ->check(CLI::IsMember({"layer", "global"}))
      ->capture_default_str();
  app.add_option("--exclude", options.exclude, "Nodes or operators whose output channels and weights stay (* any text, ? one character)")->type_name("PATTERN");
  declare_calibration(app, options.calibration);
  declare_task(app, options.task);
  app.add_option("--max-drop", options.max_drop, "Largest loss of the task's primary metric: 0.01, or 1% of its value")->type_name("LIMIT");
  app.add_flag("--no-compare", options.no_compare, "Do not run the result: for machines without ONNX Runtime");
  declare_runtime(app, options.runtime);
}

ExitCode run(const PruneOptions& options, Context& context) {
  Model model = read_checked_model(options.model);
  check_options(options);
  StagedModel staged(options.output.path, options.output.if_exists());
  Recording recording(context, "prune");
  const CalibrationSource calibration{options.calibration, options.task.empty() ? std::nullopt : std::optional(read_task(options.task))};
  record_options(recording, options, calibration);
  Report report("iai.prune/1"), details;
  const ModelCost before = count_cost(model);
  try {
    prune(model, options, calibration, details, context.output);
  } catch (const Error& error) {
    throw Error(error.kind(), options.model.string() + ": " + error.message(), error.hint());
  }
  const ModelCost after = count_cost(model);
  if (options.sparsity == 0 && after.parameters == before.parameters)
    context.output.warn(options.model.string() + ": no channel can be removed; the report says why");
  check_model(model, options.output.path.string());
  staged.write(model);
  std::optional<Comparison> comparison;
  std::optional<Gate> gate;
  if (!options.no_compare) comparison = compare_with_source(options.model, staged, calibration, options.runtime);
  if (calibration.task) gate = judge_by_task(options, *calibration.task, staged);
  const bool passed = !gate || gate->holds;

  const std::uint64_t size_before = model_bytes(options.model);
  report.headline(fmt::format("{}: {} of {} parameters, {}{}", options.output.path.filename().string(), human_count(after.parameters),
                              human_count(before.parameters), comparison ? sqnr_text(worst_sqnr_db(comparison->outputs)) : "not compared",
                              passed ? "" : "; not written: the drop is over the limit"));
  report.add("model", options.output.path.string()).add("written", passed);
  add_cost(report, recording, before, after);
  report.add("size_before", size_before, Unit::bytes).add("size_after", staged.size(), Unit::bytes);
  recording.metric("size_before_bytes", size_before);
  recording.metric("size_after_bytes", staged.size());
  if (comparison) add_comparison(report, recording, *comparison);
  if (gate) add_gate(report, recording, options, *gate);
  report.append(details);
  if (passed) {
    for (const auto& file : staged.commit()) recording.output("model", file);
  }
  recording.commit(report, gate ? (passed ? "passed" : "failed") : "done");
  context.output.result(report);
  return passed ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
