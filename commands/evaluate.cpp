#include "commands/evaluate.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "commands/evaluate_html.hpp"
#include "commands/evaluate_lists.hpp"
#include "commands/evaluate_report.hpp"
#include "commands/evaluate_stress.hpp"
#include "commands/evaluate_threshold.hpp"
#include "commands/session_file.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr Example examples[] = {
    {"Judge a model by a task", "iai evaluate model.onnx --task task.yaml"},
    {"Set a quantized model beside the one it was made from", "iai evaluate model.onnx model-int8.onnx --task task.yaml"},
    {"Judge on another part of the data that the task describes", "iai evaluate model.onnx --task task.yaml --split calibration"},
    {"Find at least nine of ten faults: choose the threshold on other data than it is judged on",
     "iai evaluate model.onnx --task task.yaml --threshold-from validation --threshold-for 'recall>=0.9'"},
    {"List what to look at: wrong answers, and labels that are probably wrong",
     "iai evaluate model.onnx --task task.yaml --errors errors.csv --label-errors labels.csv"},
    {"Draw it all as a page, with curves of how noise, dead channels and late samples hurt",
     "iai evaluate model.onnx --task task.yaml --stress noise,dropout,shift --html evaluation.html"},
    {"As the plant will run it", "iai evaluate model.onnx --task task.yaml --session session.json"},
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

/// What `work` returns; what is wrong with the model's answers is said with its name.
template <class Work>
auto naming(const fs::path& model, const Task& task, const LabelledSamples& samples, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    const bool names_file = error.message().find(samples.label_file) == 0 || error.message().find(task.path.string()) == 0;
    throw Error(error.kind(), names_file ? error.message() : model.string() + ": " + error.message(), error.hint());
  }
}

/// The command line that judges this model alone.
std::vector<std::string> single_arguments(const fs::path& model, const EvaluateOptions& options) {
  std::vector<std::string> words{"evaluate", model.string(), "--task", options.task.string(), "--split", options.split};
  if (!options.threshold_from.empty()) words.insert(words.end(), {"--threshold-from", options.threshold_from, "--threshold-for", options.threshold_for});
  if (!options.errors.empty()) words.insert(words.end(), {"--errors", options.errors.string()});
  if (!options.label_errors.empty()) words.insert(words.end(), {"--label-errors", options.label_errors.string()});
  if (!options.stress.empty()) words.insert(words.end(), {"--stress", fmt::format("{}", fmt::join(options.stress, ","))});
  if (!options.strengths.empty()) words.insert(words.end(), {"--strengths", fmt::format("{}", fmt::join(options.strengths, ","))});
  if (!options.html.empty()) words.insert(words.end(), {"--html", options.html.string()});
  if (options.overwrite) words.emplace_back("--overwrite");
  if (!options.session.empty()) {
    words.insert(words.end(), {"--session", options.session.string()});
  } else {
    if (options.runtime.device != "cpu") words.insert(words.end(), {"--device", options.runtime.device});
    if (options.runtime.batch > 0) words.insert(words.end(), {"--batch", std::to_string(options.runtime.batch)});
  }
  if (!options.runtime.runtime.empty()) words.insert(words.end(), {"--runtime", options.runtime.runtime.string()});
  return words;
}

void record(Recording& recording, const fs::path& model, const Task& task, const EvaluateOptions& options, const Evaluation& evaluation,
            const std::optional<UsedThreshold>& threshold) {
  recording.arguments(single_arguments(model, options));
  recording.option("task", task.name);
  recording.option("split", options.split);
  recording.option("primary", task.primary);
  recording.option("direction", task.direction == Direction::higher_is_better ? "higher_is_better" : "lower_is_better");
  recording.option("device", options.runtime.device);
  if (threshold) {
    recording.option("threshold_from", threshold->split);
    recording.option("threshold_for", threshold->goal.text);
    recording.option("threshold", threshold->chosen.threshold);
  }
  for (const Metric& metric : evaluation.metrics) {
    recording.metric(
        metric.name,
        Json{{"value", finite_or_null(metric.value)}, {"low", finite_or_null(metric.low)}, {"high", finite_or_null(metric.high)}, {"n", metric.n}});
  }
  recording.input("model", model);
  std::vector<TaskFile> files = task_files(task, options.split);
  for (const TaskFile& file : threshold ? task_files(task, threshold->split) : std::vector<TaskFile>{}) {
    const auto same = [&](const TaskFile& known) { return known.path == file.path; };
    if (std::none_of(files.begin(), files.end(), same)) files.push_back(file);
  }
  for (const TaskFile& file : files) recording.input(file.role, file.path);
}

/// Only when all are judged, so that an error at the last model leaves neither record nor list of the first.
void commit(std::vector<JudgedModel>& all) {
  for (JudgedModel& judged : all) {
    for (const PendingFile& pending : judged.files) {
      pending.file->commit();
      judged.recording.output(pending.role, pending.file->path());
    }
    judged.recording.commit(judged.report);
  }
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
        "Small samples run eight together where the first eight show that the model then answers as it answers each alone (to 1e-4 of its largest number): "
        "models that mix their batch, as int8 with a scale of the whole batch, and large samples run one by one. --batch 1 runs all so, --batch 64 suits "
        "devices that need work. The figures do not depend on --threads.\n"
        "\n"
        "--session FILE runs them as iai bench --sweep --session-out says instead: on its device, with its threads and graph optimization, its batch together "
        "(a last one is filled up by its last sample). The figures are\n"
        "then those of the model as the plant runs it; the record names the file and its digest.\n"
        "\n"
        "With a metric about probabilities (brier_score, expected_calibration_error, equal_mass_calibration_error) a table shows how often predictions of "
        "about "
        "the same probability came true\n"
        "(binary: are positive; classification: are of the predicted class), in the bins of the metric. Bins without predictions are left out.\n"
        "\n"
        "--threshold-from chooses the decision threshold of a binary task on another split, among all that part its scores differently: the best f1, accuracy, "
        "balanced_accuracy or matthews_correlation, or\n"
        "for 'recall>=0.9' the best precision that still finds so many, for 'precision>=0.9' or 'specificity>=0.99' the best recall. The split that is judged "
        "on "
        "cannot be named: figures would be too good.\n"
        "\n"
        "Each group of a slice is tested: how often as many samples (or groups of the task) drawn at random from all would be as bad in the primary metric. "
        "p_holm is corrected for all groups\n"
        "of all slices (Holm, 1979); below 0.05 a slice is worse than chance. The group with the worst value is named.\n"
        "\n"
        "Detections are judged as pycocotools does: the task's 'detections' name the outputs, the labels are a file in COCO's form, crowds count neither way. "
        "Intervals resample images. iai merges no\n"
        "overlapping boxes (non-maximum suppression): that belongs into the model's graph or behind it, and boxes that it leaves count as false detections. n "
        "is the number of objects.\n"
        "\n"
        "--errors writes a line for each wrong answer, the worst first: by its loss, of a regression by the absolute error, right ones too. row is the place "
        "in "
        "the array from 0, or the line of the table\n"
        "(of a window: of its last row). --label-errors does so for labels that are probably wrong, by confident learning (Northcutt and others, 2021): the "
        "model "
        "is as sure of another class as it usually is\n"
        "where that class is right. Use data that the model was not trained on.\n"
        "\n"
        "--stress changes the measured numbers that the model gets and judges again, kind by kind: noise, gain, offset and quantize in standard deviations of "
        "the "
        "channel (over all samples; gain: the\n"
        "distance from its mean grows by the strength), dropout and missing with the strength as probability (a dead channel is its mean, a missing number the "
        "one "
        "before), shift by the strength's share of the\n"
        "window. Channels lie on axis 1 and time on the last of three or more axes; 'layout' of the task says otherwise. change is against the samples as they "
        "are, with an interval from the same resamples.\n"
        "\n"
        "Each model gets a record of its own. With several models, each also gets a list and a page of its own, with its name in the file's: --errors "
        "errors.csv of "
        "a.onnx and b.onnx writes errors-a.csv\n"
        "and errors-b.csv, none of them if a model cannot be judged.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "\"nearly all resamples lie on one side of the figure\" instead of an interval: calibration errors of a well calibrated model are like that, each "
        "resample is "
        "worse. More samples narrow the figure itself.\n"
        "\n"
        "\"99 labels for the 100 samples\": inputs and labels come from different exports, or a file was cut off.\n"
        "\n"
        "\"output ... does not fit kind\": the task is of another kind than the model, or its labels have another shape. The model's first output that is no "
        "state counts.\n"
        "\n"
        "\"has the class 91 for sample 3\": the labels have no such category, or the model counts its classes otherwise: see 'classes' and 'first_class' in "
        "man 5 "
        "iai-task.\n"
        "\n"
        "\"the label of sample 7 is 4, the model has classes 0 to 3\": classes are numbered from 0.",
    .memory = "Inputs are streamed. Labels, groups and one answer a prediction are held: about 50 bytes a prediction, a detection or an object in labels."};

void declare(CLI::App& app, EvaluateOptions& options) {
  app.add_option("model", options.models, "The models; the differences are to the first")->type_name("MODEL.onnx")->required();
  declare_task(app, options.task)->required();
  app.add_option("--split", options.split, "Part of the data, as the task names it")->type_name("NAME")->capture_default_str();
  app.add_option("--threshold-from", options.threshold_from, "Binary: choose the decision threshold on this split of the task")->type_name("NAME");
  app.add_option("--threshold-for", options.threshold_for, "What it is chosen for: f1, accuracy, balanced_accuracy, matthews_correlation, or 'recall>=0.9'")
      ->type_name("GOAL")
      ->capture_default_str();
  app.add_option("--stress", options.stress, "Also judge under noise, gain, offset, dropout, shift, quantize, missing: a curve of the primary metric for each")
      ->type_name("KIND,...")
      ->delimiter(',');
  app.add_option("--strengths", options.strengths, "Strengths of the stress, instead of the usual four of each kind")->type_name("N,...")->delimiter(',');
  app.add_option("--errors", options.errors,
                 "Also write wrong answers, the worst first (of a regression all), with file, row and unit of each sample; of several models, a file each")
      ->type_name("FILE.csv")
      ->group("Output");
  app.add_option("--label-errors", options.label_errors, "Also write labels that are probably wrong, by confident learning; the model must not know them")
      ->type_name("FILE.csv")
      ->group("Output");
  app.add_option("--html", options.html, "Also write the evaluation as one HTML page with plots, which loads nothing; of several models, a page each")
      ->type_name("FILE")
      ->group("Output");
  app.add_flag("--overwrite", options.overwrite, "Replace existing output files");
  declare_runtime(app, options.runtime);
  declare_session(app, options.session, {"--device", "--threads", "--batch"});
}

ExitCode run(const EvaluateOptions& given, Context& context) {
  const ModelRuns runs = model_runs(given.runtime, given.session);
  EvaluateOptions options = given;
  options.runtime = runs.runtime;
  const Task task = read_task(options.task);
  task.split(options.split);
  check_threshold(task, options);
  check_lists(task, options);
  check_stress(options);
  const bool classifies = task.kind != TaskKind::regression && task.kind != TaskKind::forecasting;
  const AnswerNeeds needs{.loss = !options.errors.empty() && classifies, .class_probability = !options.label_errors.empty()};
  SampleCache cache(task, options.split);
  std::vector<JudgedModel> all;
  for (const fs::path& model : options.models) {
    Recording recording(context, "evaluate");
    const Session session(model, runs.options);
    if (runs.session) warn_of_other_model(*runs.session, options.session, model, context.output);
    context.output.progress("evaluate", all.size(), options.models.size());
    const LabelledSamples& samples = cache.samples_for(wanted_inputs(session));
    const std::optional<UsedThreshold> threshold = naming(model, task, samples, [&] { return threshold_of(session, task, options); });
    Task judged_by = task;
    if (threshold) judged_by.threshold = threshold->chosen.threshold;
    Evaluation evaluation =
        naming(model, task, samples, [&] { return evaluate(session, judged_by, samples, options.runtime.batch, options.runtime.threads, needs); });
    const std::vector<StressPoint> stress =
        naming(model, task, samples, [&] { return stress_curves(session, judged_by, samples, evaluation, options, context.output); });
    Report report = model_report(model, task, options.split, evaluation, threshold);
    if (!stress.empty()) report.add("stress", stress_rows(stress));
    const EvaluateOptions own = options_of(options, model);
    record(recording, model, task, own, evaluation, threshold);
    if (runs.session) record_session(recording, *runs.session, options.session, report);
    std::vector<PendingFile> files = write_lists(own, judged_by, samples, evaluation.answers, report);
    if (!own.html.empty()) {
      files.push_back({"html", std::make_unique<AtomicFile>(own.html)});
      files.back().file->write(evaluation_html(report, task, evaluation, stress));
    }
    recording.stop();
    all.push_back({model, std::move(evaluation), std::move(recording), std::move(report), std::move(files)});
  }
  commit(all);
  if (all.size() == 1) {
    context.output.result(all[0].report);
    return ExitCode::done;
  }
  Report report = joint_report(task, options.split, all, options.runtime.threads);
  if (runs.session) report.add("session", session_report(*runs.session));
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
