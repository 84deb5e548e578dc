#include "commands/evaluate_lists.hpp"

#include <fmt/format.h>

#include "commands/options.hpp"
#include "evaluator/metrics/error_list.hpp"
#include "evaluator/metrics/label_errors.hpp"
#include "formats/delimited_cells.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// The cells that say which sample a prediction is of.
class Identity {
 public:
  Identity(const LabelledSamples& samples) : samples_(samples) {}

  std::string header() const {
    std::string line = "sample,file,row,unit";
    if (samples_.labels_per_sample > 1) line += ",position";
    if (!samples_.groups.empty()) line += ",group";
    for (const LabelledSamples::Slice& slice : samples_.slices) line += "," + quoted_cell(slice.name);
    return line;
  }

  std::string cells(std::int64_t prediction) const {
    const std::int64_t sample = prediction / samples_.labels_per_sample;
    const auto place = static_cast<std::size_t>(sample);
    const SampleOrigin origin = samples_.inputs->origin(sample);
    std::string line = fmt::format("{},{},{},{}", sample, quoted_cell(origin.file), origin.row, quoted_cell(origin.unit));
    if (samples_.labels_per_sample > 1) line += fmt::format(",{}", prediction % samples_.labels_per_sample);
    if (!samples_.groups.empty()) line += "," + quoted_cell(samples_.groups[place]);
    for (const LabelledSamples::Slice& slice : samples_.slices) line += "," + quoted_cell(slice.values[place]);
    return line;
  }

 private:
  const LabelledSamples& samples_;
};

/// Label, answer and how wrong it is.
std::string answer_cells(const Task& task, const Answers& answers, std::size_t i) {
  if (answers.is_numeric()) {
    return fmt::format("{},{},{}", answers.truth[i], answers.score[i], answers.score[i] - answers.truth[i]);
  }
  const std::string names = quoted_cell(class_name(task, answers.actual[i])) + "," + quoted_cell(class_name(task, answers.predicted[i]));
  if (answers.kind != TaskKind::classification) return fmt::format("{},{},{}", names, answers.score[i], answers.loss[i]);
  return fmt::format("{},{}", names, answers.loss[i]);
}

/// The predictions of worst_predictions() as comma-separated text, one line each: where the sample lies (file, row, unit), its group and
/// slices, label, answer, and how wrong it is.
void write_error_list(AtomicFile& file, const Task& task, const LabelledSamples& samples, const Answers& answers) {
  const Identity identity(samples);
  const char* header = answers.is_numeric() ? "error" : answers.kind == TaskKind::classification ? "loss" : "score,loss";
  file.write(fmt::format("{},label,answer,{}\n", identity.header(), header));
  for (const std::int64_t row : worst_predictions(answers)) {
    file.write(identity.cells(row) + "," + answer_cells(task, answers, static_cast<std::size_t>(row)) + "\n");
  }
}

/// Likely wrong labels, in the same form.
void write_label_errors(AtomicFile& file, const Task& task, const LabelledSamples& samples, const LabelErrors& errors) {
  const Identity identity(samples);
  file.write(identity.header() + ",label,likely_label,label_probability,likely_probability\n");
  for (const LabelError& error : errors.list) {
    file.write(fmt::format("{},{},{},{},{}\n", identity.cells(error.prediction), quoted_cell(class_name(task, error.label)),
                           quoted_cell(class_name(task, error.likely)), static_cast<float>(error.label_probability),
                           static_cast<float>(error.likely_probability)));
  }
}

/// What a report says about likely wrong labels.
void add_label_errors(Report& report, const Task& task, const LabelErrors& errors) {
  report.add("label_errors_listed", static_cast<std::int64_t>(errors.list.size())).add("label_errors_estimated", errors.estimated);
  ReportRows rows;
  for (const LabelConfusion& confusion : errors.confusions) {
    Report row;
    row.add("label", class_name(task, confusion.label)).add("likely", class_name(task, confusion.likely));
    rows.push_back(row.add("listed", confusion.listed).add("estimated", confusion.estimated));
  }
  if (!rows.empty()) report.add("label_errors", std::move(rows));
}

}  // namespace

std::string class_name(const Task& task, std::int64_t number) {
  if (task.kind == TaskKind::multi_label) return std::to_string(number);
  if (task.kind == TaskKind::classification) {
    return static_cast<std::size_t>(number) < task.classes.size() ? task.classes[static_cast<std::size_t>(number)] : std::to_string(number);
  }
  if (task.classes.size() != 2) return number == 1 ? "positive" : "negative";
  return task.classes[static_cast<std::size_t>(number == 1 ? task.positive : 1 - task.positive)];
}

void check_lists(const Task& task, const EvaluateOptions& options) {
  std::vector<fs::path> outputs;
  for (const fs::path& model : options.models) {
    const EvaluateOptions own = options_of(options, model);
    for (const fs::path* output : {&own.errors, &own.label_errors, &own.html}) {
      if (!output->empty()) outputs.push_back(*output);
    }
  }
  if (outputs.empty()) return;
  if (!options.errors.empty() && task.kind == TaskKind::anomaly && !task.threshold && options.threshold_from.empty()) {
    throw Error(ErrorKind::usage, "--errors: scores without a decision threshold are neither right nor wrong",
                "set 'threshold' in " + task.path.string() + ", or pass --threshold-from");
  }
  const bool whole = task.kind == TaskKind::segmentation || task.kind == TaskKind::detection || task.kind == TaskKind::retrieval;
  if (!options.errors.empty() && whole) {
    throw Error(ErrorKind::usage, "--errors: kind: " + task_kind_name(task.kind) + " has no single answers that are right or wrong",
                "slices name groups that are worse");
  }
  if (!options.label_errors.empty() && task.kind != TaskKind::binary && task.kind != TaskKind::classification) {
    throw Error(ErrorKind::usage, "--label-errors needs classes: " + task.path.string() + " is of kind: " + task_kind_name(task.kind),
                "--errors lists the answers that are furthest from their labels");
  }
  std::vector<fs::path> inputs = options.models;
  inputs.push_back(options.task);
  refuse_same_path(inputs, outputs);
  for (const fs::path& output : outputs) refuse_existing(output, options.overwrite ? IfExists::replace : IfExists::refuse);
}

EvaluateOptions options_of(const EvaluateOptions& options, const fs::path& model) {
  EvaluateOptions own = options;
  own.models = {model};
  if (options.models.size() == 1) return own;
  for (fs::path* output : {&own.errors, &own.label_errors, &own.html}) {
    if (!output->empty()) output->replace_filename(output->stem().string() + "-" + model.stem().string() + output->extension().string());
  }
  return own;
}

std::vector<PendingFile> write_lists(const EvaluateOptions& options, const Task& task, const LabelledSamples& samples, const Answers& answers, Report& report) {
  std::vector<PendingFile> files;
  if (!options.label_errors.empty()) {
    const LabelErrors errors = find_label_errors(answers);
    files.push_back({"label errors", std::make_unique<AtomicFile>(options.label_errors)});
    write_label_errors(*files.back().file, task, samples, errors);
    add_label_errors(report, task, errors);
  }
  if (!options.errors.empty()) {
    files.push_back({"errors", std::make_unique<AtomicFile>(options.errors)});
    write_error_list(*files.back().file, task, samples, answers);
  }
  return files;
}

}  // namespace iai
