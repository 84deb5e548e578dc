#include "commands/compare_flips.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "formats/delimited_cells.hpp"

namespace iai {
namespace {

const char* change_name(const Flip& flip) { return flip.right_before ? "right_to_wrong" : flip.right_after ? "wrong_to_right" : "wrong_to_wrong"; }

std::string class_name(const Task& task, std::int32_t number) {
  if (task.kind == TaskKind::binary || task.kind == TaskKind::anomaly) return number == 1 ? "positive" : "negative";
  const auto at = static_cast<std::size_t>(number);
  return at < task.classes.size() ? task.classes[at] : std::to_string(number);
}

/// The sample of a prediction: number, place in the sequence, group, slices.
Report identity(const TaskComparison& judged, std::int64_t prediction) {
  const LabelledSamples& samples = judged.samples;
  const std::int64_t sample = prediction / samples.labels_per_sample;
  Report row;
  row.add("sample", sample);
  if (samples.labels_per_sample > 1) row.add("label", prediction % samples.labels_per_sample);
  if (!samples.groups.empty()) row.add("group", samples.groups[static_cast<std::size_t>(sample)]);
  if (samples.slices.empty()) return row;
  ReportList slices;
  for (const LabelledSamples::Slice& slice : samples.slices) slices.push_back(slice.name + "=" + slice.values[static_cast<std::size_t>(sample)]);
  return std::move(row.add("slices", std::move(slices)));
}

ReportRows class_rows(const Task& task, const TaskComparison& judged, std::int64_t most) {
  const Answers &a = judged.answers.reference, &b = judged.answers.candidate;
  ReportRows rows;
  for (const Flip& flip : flips(judged.answers)) {
    if (static_cast<std::int64_t>(rows.size()) == most) break;
    const auto at = static_cast<std::size_t>(flip.prediction);
    Report row = identity(judged, flip.prediction);
    row.add("actual", class_name(task, a.actual[at])).add("reference", class_name(task, a.predicted[at])).add("model", class_name(task, b.predicted[at]));
    rows.push_back(std::move(row.add("change", change_name(flip))));
  }
  return rows;
}

ReportRows number_rows(const TaskComparison& judged, std::int64_t most) {
  const Answers &a = judged.answers.reference, &b = judged.answers.candidate;
  const auto moved = [&](std::size_t i) { return std::abs(b.score[i] - a.score[i]); };
  std::vector<std::size_t> order(a.score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) { return moved(one) > moved(other); });
  ReportRows rows;
  for (const std::size_t at : order) {
    if (static_cast<std::int64_t>(rows.size()) == most || moved(at) == 0) break;
    Report row = identity(judged, static_cast<std::int64_t>(at));
    row.add("actual", a.truth[at]).add("reference", a.score[at]).add("model", b.score[at]).add("change", b.score[at] - a.score[at]);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string csv_cell(const Report::Field& field) {
  if (const auto* number = std::get_if<double>(&field.value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
  if (const auto* words = std::get_if<ReportList>(&field.value)) return quoted_cell(fmt::format("{}", fmt::join(*words, "; ")));
  return quoted_cell(std::get<std::string>(field.value));
}

}  // namespace

ReportRows flip_rows(const Task& task, const TaskComparison& judged, std::int64_t most) {
  if (judged.answers.classifies()) return class_rows(task, judged, most);
  return judged.answers.reference.truth.empty() ? ReportRows() : number_rows(judged, most);
}

std::string flips_csv(const Task& task, const TaskComparison& judged) {
  std::string text;
  const auto add_line = [&](const Report& row, const auto& cell) {
    std::string line;
    for (const Report::Field& field : row.fields()) line += (line.empty() ? "" : ",") + cell(field);
    text += line + "\n";
  };
  Report header = judged.answers.size() > 0 ? identity(judged, 0) : Report();
  header.add("actual", "").add("reference", "").add("model", "").add("change", "");
  add_line(header, [](const Report::Field& field) { return quoted_cell(field.key); });
  for (const Report& row : flip_rows(task, judged, std::numeric_limits<std::int64_t>::max())) add_line(row, csv_cell);
  return text;
}

FlipCounts count_flips(const PairedAnswers& answers) {
  FlipCounts counts;
  for (const Flip& flip : flips(answers)) ++(flip.right_before ? counts.right_to_wrong : flip.right_after ? counts.wrong_to_right : counts.wrong_to_wrong);
  return counts;
}

}  // namespace iai
