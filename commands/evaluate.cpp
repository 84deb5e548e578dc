#include "commands/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "commands/recording.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr Example examples[] = {
    {"Judge a model by a task", "iai evaluate model.onnx --task task.yaml"},
    {"Set a quantized model beside the one it was made from", "iai evaluate model.onnx model-int8.onnx --task task.yaml"},
    {"Judge on another part of the data that the task describes", "iai evaluate model.onnx --task task.yaml --split calibration"},
    {"Take one figure in a script", "iai evaluate model.onnx --task task.yaml --json | jq '.metrics[0].value'"},
};

/// The samples of a split, made again only when a model takes other inputs than the one before.
class SampleCache {
 public:
  SampleCache(const Task& task, const std::string& split) : task_(task), split_(split) {}

  const LabelledSamples& samples_for(std::vector<WantedInput> wanted) {
    for (WantedInput& input : wanted) {
      if (!input.shape.empty()) input.shape[0] = -1;  // the batch, which does not matter here
    }
    const auto same = [](const WantedInput& a, const WantedInput& b) { return a.name == b.name && a.type == b.type && a.shape == b.shape; };
    if (!std::equal(wanted.begin(), wanted.end(), wanted_.begin(), wanted_.end(), same) || !samples_) {
      samples_.emplace(load_task_samples(task_, split_, wanted));
      wanted_ = std::move(wanted);
    }
    return *samples_;
  }

 private:
  const Task& task_;
  std::string split_;
  std::vector<WantedInput> wanted_;
  std::optional<LabelledSamples> samples_;
};

/// The model's answers judged; what is wrong with them is said with the model's name.
Evaluation evaluate_model(const fs::path& model, const Session& session, const Task& task, const LabelledSamples& samples, const EvaluateOptions& options) {
  try {
    return evaluate(session, task, samples, options.runtime.batch, options.runtime.threads);
  } catch (const Error& error) {
    const bool names_file = error.message().find(samples.label_file) == 0 || error.message().find(task.path.string()) == 0;
    throw Error(error.kind(), names_file ? error.message() : model.string() + ": " + error.message(), error.hint());
  }
}

Report metric_row(const Metric& metric) {
  Report row;
  row.add("metric", metric.name).add("value", metric.value).add("low", metric.low).add("high", metric.high).add("n", metric.n);
  if (metric.interval.empty()) row.add_null("interval");
  else row.add("interval", metric.interval);
  if (!metric.undefined.empty()) row.add("reason", metric.undefined);
  return row;
}

/// "rmse 14.62 (95 %: 12.9 to 16.8)"
std::string metric_text(const Metric& metric) {
  if (!std::isfinite(metric.value)) return fmt::format("{} is undefined ({})", metric.name, metric.undefined);
  if (!std::isfinite(metric.low)) return fmt::format("{} {:.4g} (no interval: {})", metric.name, metric.value, metric.undefined);
  return fmt::format("{} {:.4g} (95 %: {:.4g} to {:.4g})", metric.name, metric.value, metric.low, metric.high);
}

ReportRows confusion_rows(const Task& task, const Evaluation& evaluation) {
  ReportRows rows;
  std::vector<std::string> names = task.classes;
  if (task.kind == TaskKind::binary) names = {"negative", "positive"};
  for (std::size_t actual = 0; actual < evaluation.confusion.size(); ++actual) {
    Report row;
    row.add("actual", actual < names.size() ? names[actual] : std::to_string(actual));
    for (std::size_t predicted = 0; predicted < evaluation.confusion.size(); ++predicted) {
      row.add(fmt::format("predicted_{}", predicted), evaluation.confusion[actual][predicted]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows slice_rows(const Evaluation& evaluation) {
  ReportRows rows;
  for (const SliceMetrics& slice : evaluation.slices) {
    for (const Metric& metric : slice.metrics) {
      Report row;
      row.add("slice", slice.slice).add("group", slice.value);
      row.add("metric", metric.name).add("value", metric.value).add("low", metric.low).add("high", metric.high).add("n", metric.n);
      if (!metric.undefined.empty()) row.add("reason", metric.undefined);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

/// What one model's record says, and what is printed for a single model.
Report model_report(const fs::path& model, const Task& task, const std::string& split, const Evaluation& evaluation) {
  Report report("iai.evaluate/1");
  report.headline(fmt::format("{}: {} over {} samples", model.filename().string(), metric_text(evaluation.metric(task.primary)), evaluation.samples));
  report.add("model", model.string()).add("task", task.name).add("split", split).add("samples", evaluation.samples);
  report.add("primary", task.primary);
  report.add("direction", task.direction == Direction::higher_is_better ? "higher_is_better" : "lower_is_better");
  ReportRows metrics;
  for (const Metric& metric : evaluation.metrics) metrics.push_back(metric_row(metric));
  report.add("metrics", std::move(metrics));
  if (!evaluation.left_out.empty()) {
    ReportRows rows;
    for (const auto& [reason, samples] : evaluation.left_out) rows.push_back(Report().add("reason", reason).add("samples", samples));
    report.add("left_out", std::move(rows));
  }
  if (!evaluation.confusion.empty()) report.add("confusion", confusion_rows(task, evaluation));
  if (!evaluation.slices.empty()) report.add("slices", slice_rows(evaluation));
  return report;
}

/// The rows of `table` with the model in front.
void append_rows(ReportRows& rows, const Report& report, const std::string& table, const std::string& model) {
  for (const Report::Field& field : report.fields()) {
    if (field.key != table) continue;
    for (const Report& from : std::get<ReportRows>(field.value)) {
      Report row;
      row.add("model", model);
      for (const Report::Field& cell : from.fields()) {
        std::visit(
            [&](const auto& value) {
              using Value = std::decay_t<decltype(value)>;
              if constexpr (std::is_same_v<Value, std::monostate>) row.add_null(cell.key);
              else if constexpr (std::is_same_v<Value, double> || std::is_same_v<Value, std::int64_t>) row.add(cell.key, value, cell.unit);
              else row.add(cell.key, value);
            },
            cell.value);
      }
      rows.push_back(std::move(row));
    }
  }
}

struct Judged {
  fs::path model;
  Evaluation evaluation;
  Recording recording;
  Report report;
};

ReportRows difference_rows(const Task& task, const std::vector<Judged>& all, int threads) {
  ReportRows rows;
  for (std::size_t i = 1; i < all.size(); ++i) {
    for (const std::string& name : task.metrics) {
      Report row;
      row.add("model", all[i].model.string()).add("against", all[0].model.string());
      const Metric difference = metric_difference(task, name, all[0].evaluation, all[i].evaluation, threads);
      row.add("metric", name).add("value", difference.value).add("low", difference.low).add("high", difference.high);
      if (!difference.undefined.empty()) row.add("reason", difference.undefined);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

/// Several models side by side.
Report joint_report(const Task& task, const std::string& split, const std::vector<Judged>& all, int threads) {
  Report report("iai.evaluate/1");
  report.headline(fmt::format("{} models by the task '{}' over {} samples", all.size(), task.name, all[0].evaluation.samples));
  report.add("task", task.name).add("split", split).add("samples", all[0].evaluation.samples).add("primary", task.primary);
  report.add("direction", task.direction == Direction::higher_is_better ? "higher_is_better" : "lower_is_better");
  for (const char* table : {"metrics", "left_out", "confusion", "slices"}) {
    ReportRows rows;
    for (const Judged& judged : all) append_rows(rows, judged.report, table, judged.model.string());
    if (!rows.empty()) report.add(table, std::move(rows));
  }
  report.add("differences", difference_rows(task, all, threads));
  ReportList records;
  for (const Judged& judged : all) {
    for (const Report::Field& field : judged.report.fields()) {
      if (field.key == "record") records.push_back(std::get<std::string>(field.value));
    }
  }
  if (!records.empty()) report.add("records", std::move(records));
  return report;
}

/// The command line that judges this model alone.
std::vector<std::string> single_arguments(const fs::path& model, const EvaluateOptions& options) {
  std::vector<std::string> words{"evaluate", model.string(), "--task", options.task.string(), "--split", options.split};
  if (options.runtime.device != "cpu") words.insert(words.end(), {"--device", options.runtime.device});
  if (!options.runtime.runtime.empty()) words.insert(words.end(), {"--runtime", options.runtime.runtime.string()});
  return words;
}

void record(Recording& recording, const fs::path& model, const Task& task, const EvaluateOptions& options, const Evaluation& evaluation) {
  recording.arguments(single_arguments(model, options));
  recording.option("task", task.name);
  recording.option("split", options.split);
  recording.option("primary", task.primary);
  recording.option("direction", task.direction == Direction::higher_is_better ? "higher_is_better" : "lower_is_better");
  recording.option("device", options.runtime.device);
  for (const Metric& metric : evaluation.metrics) {
    recording.metric(
        metric.name,
        Json{{"value", finite_or_null(metric.value)}, {"low", finite_or_null(metric.low)}, {"high", finite_or_null(metric.high)}, {"n", metric.n}});
  }
  recording.input("model", model);
  for (const TaskFile& file : task_files(task, options.split)) recording.input(file.role, file.path);
}

}  // namespace

const Manual evaluate_manual{
    .description =
        "Runs each model over the samples that the task file describes (man 5 iai-task) and judges the answers by the task's metrics, each with the number of "
        "cases it rests on and a\n"
        "95 % interval: Wilson's for shares of independent cases (accuracy, and precision and recall of one class), else a bias-corrected and accelerated "
        "bootstrap (Efron, 1987) of samples, or of whole groups\n"
        "where the task names them, since windows of one run or one engine are not independent. With several models, the difference of each to the first is "
        "given with an interval from the\n"
        "same resamples of both.\n"
        "\n"
        "Every sample runs alone unless the model's batch size is fixed, so that the figures depend neither on --threads nor on --batch, which only says how "
        "many samples a thread takes at once.\n"
        "\n"
        "Each model gets a record of its own.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "\"99 labels for the 100 samples\": inputs and labels come from different exports, or a file was cut off.\n"
        "\n"
        "\"output ... does not fit kind\": the task is of another kind than the model, or its labels have another shape. The model's first output that is no state counts.\n"
        "\n"
        "\"the label of sample 7 is 4, the model has classes 0 to 3\": classes are numbered from 0.",
    .memory = "Inputs are streamed. Labels, groups and one answer a prediction are held: about 50 bytes a prediction."};

void declare(CLI::App& app, EvaluateOptions& options) {
  app.add_option("model", options.models, "The models; the differences are to the first")->type_name("MODEL.onnx")->required();
  declare_task(app, options.task)->required();
  app.add_option("--split", options.split, "Part of the data, as the task names it")->type_name("NAME")->capture_default_str();
  declare_runtime(app, options.runtime);
}

ExitCode run(const EvaluateOptions& options, Context& context) {
  const Task task = read_task(options.task);
  task.split(options.split);
  SampleCache cache(task, options.split);
  std::vector<Judged> all;
  for (const fs::path& model : options.models) {
    Recording recording(context, "evaluate");
    const Session session(model,
                          {.device = options.runtime.device, .intra_threads = 1, .optimization = GraphOptimization::all, .runtime = options.runtime.runtime});
    context.output.progress("evaluate", all.size(), options.models.size());
    const LabelledSamples& samples = cache.samples_for(wanted_inputs(session));
    Evaluation evaluation = evaluate_model(model, session, task, samples, options);
    Report report = model_report(model, task, options.split, evaluation);
    record(recording, model, task, options, evaluation);
    recording.stop();
    all.push_back({model, std::move(evaluation), std::move(recording), std::move(report)});
  }
  // Only now, so that an error at the last model leaves no record of the first.
  for (Judged& judged : all) judged.recording.commit(judged.report);
  context.output.result(all.size() == 1 ? all[0].report : joint_report(task, options.split, all, options.runtime.threads));
  return ExitCode::done;
}

}  // namespace iai
