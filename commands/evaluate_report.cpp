#include "commands/evaluate_report.hpp"

#include <cmath>

#include <fmt/format.h>

#include "evaluator/metrics/interval.hpp"
#include "evaluator/metrics/segmentation.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

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
  if (task.kind == TaskKind::binary || task.kind == TaskKind::anomaly) names = {"negative", "positive"};
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

/// Of the classes that occur among labels or answers.
ReportRows pixel_rows(const Task& task, const Evaluation& evaluation) {
  ReportRows rows;
  const std::vector<PixelCounts> classes = pixels_of_classes(evaluation.answers);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (classes[c].actual + classes[c].predicted == 0) continue;
    Report row;
    row.add("class", c < task.classes.size() ? task.classes[c] : std::to_string(c)).add("iou", iou(classes[c])).add("dice", dice(classes[c]));
    row.add("pixels", static_cast<std::int64_t>(classes[c].actual)).add("predicted", static_cast<std::int64_t>(classes[c].predicted));
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows detected_rows(const Evaluation& evaluation) {
  ReportRows rows;
  for (const DetectedClass& each : evaluation.detected) {
    Report row;
    row.add("class", each.name).add("ap", each.ap.value).add("low", each.ap.low).add("high", each.ap.high);
    row.add("ap50", each.ap50.value).add("ap75", each.ap75.value).add("ar100", each.ar100.value);
    row.add("objects", each.objects).add("detections", each.found);
    if (!each.ap.undefined.empty()) row.add("reason", each.ap.undefined);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows horizon_rows(const Evaluation& evaluation) {
  ReportRows rows;
  for (std::size_t i = 0; i < evaluation.horizons.size(); ++i) {
    const Metric& metric = evaluation.horizons[i];
    Report row;
    row.add("horizon", static_cast<std::int64_t>(i + 1)).add("metric", metric.name);
    row.add("value", metric.value).add("low", metric.low).add("high", metric.high).add("n", metric.n);
    if (!metric.undefined.empty()) row.add("reason", metric.undefined);
    rows.push_back(std::move(row));
  }
  return rows;
}

Report test_row(const SliceTest& test) {
  Report row;
  row.add("slice", test.slice).add("group", test.group).add("n", test.n).add("value", test.value);
  row.add("p_value", test.p_value).add("p_holm", test.p_corrected);
  if (!test.reason.empty()) return row.add("verdict", "not tested: " + test.reason);
  return row.add("verdict", test.p_corrected < 0.05 ? "worse than chance" : "within chance");
}

void add_slices(Report& report, const Task& task, const Evaluation& evaluation) {
  report.add("slices", slice_rows(evaluation));
  ReportRows tests;
  for (const SliceTest& test : evaluation.slice_tests) tests.push_back(test_row(test));
  report.add("slice_tests", std::move(tests));
  if (!evaluation.worst_slice) return;
  const SliceTest& worst = evaluation.slice_tests[*evaluation.worst_slice];
  Report row;
  row.add("slice", worst.slice).add("group", worst.group).add("n", worst.n).add("metric", task.primary).add("value", worst.value).add("whole", worst.whole);
  row.add("p_holm", worst.p_corrected).add("verdict", worst.p_corrected < 0.05 ? "worse than chance" : "within chance");
  report.add("worst_slice", ReportRows{std::move(row)});
}

Report threshold_row(const UsedThreshold& threshold) {
  Report row;
  row.add("value", threshold.chosen.threshold).add("chosen_for", threshold.goal.text).add("split", threshold.split).add("samples", threshold.samples);
  return row.add("metric", threshold.goal.metric).add("figure", threshold.chosen.figure);
}

/// Shares of what came true, with Wilson's interval where predictions are independent.
ReportRows reliability_rows(const Evaluation& evaluation) {
  ReportRows rows;
  for (const Reliability& reliability : evaluation.reliability) {
    for (const ReliabilityBin& bin : reliability.bins) {
      Report row;
      row.add("bins", reliability.kind == ReliabilityBins::equal_width ? "equal width" : "equal mass");
      row.add("from", bin.low).add("to", bin.high).add("n", static_cast<std::int64_t>(bin.n));
      row.add("probability", bin.probability / bin.n).add("came_true", bin.right / bin.n);
      const Interval interval = wilson_interval(static_cast<std::int64_t>(bin.right), static_cast<std::int64_t>(bin.n));
      if (evaluation.answers.clustered) row.add_null("low").add_null("high");
      else row.add("low", interval.low).add("high", interval.high);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace

Report model_report(const fs::path& model, const Task& task, const std::string& split, const Evaluation& evaluation,
                    const std::optional<UsedThreshold>& threshold) {
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
  if (threshold) report.add("threshold", ReportRows{threshold_row(*threshold)});
  if (!evaluation.reliability.empty()) report.add("reliability", reliability_rows(evaluation));
  if (!evaluation.confusion.empty()) report.add("confusion", confusion_rows(task, evaluation));
  if (evaluation.answers.kind == TaskKind::segmentation) report.add("classes", pixel_rows(task, evaluation));
  if (!evaluation.detected.empty()) report.add("detected_classes", detected_rows(evaluation));
  if (!evaluation.horizons.empty()) report.add("horizons", horizon_rows(evaluation));
  if (!evaluation.slices.empty()) add_slices(report, task, evaluation);
  return report;
}

namespace {

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

ReportRows difference_rows(const Task& task, const std::vector<JudgedModel>& all, int threads) {
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

}  // namespace

Report joint_report(const Task& task, const std::string& split, const std::vector<JudgedModel>& all, int threads) {
  Report report("iai.evaluate/1");
  report.headline(fmt::format("{} models by the task '{}' over {} samples", all.size(), task.name, all[0].evaluation.samples));
  report.add("task", task.name).add("split", split).add("samples", all[0].evaluation.samples).add("primary", task.primary);
  report.add("direction", task.direction == Direction::higher_is_better ? "higher_is_better" : "lower_is_better");
  for (const char* table : {"metrics", "left_out", "threshold", "reliability", "confusion", "slices", "slice_tests", "worst_slice", "classes",
                            "detected_classes", "horizons", "stress", "label_errors"}) {
    ReportRows rows;
    for (const JudgedModel& judged : all) append_rows(rows, judged.report, table, judged.model.string());
    if (!rows.empty()) report.add(table, std::move(rows));
  }
  report.add("differences", difference_rows(task, all, threads));
  ReportList records;
  for (const JudgedModel& judged : all) {
    for (const Report::Field& field : judged.report.fields()) {
      if (field.key == "record") records.push_back(std::get<std::string>(field.value));
    }
  }
  if (!records.empty()) report.add("records", std::move(records));
  return report;
}

}  // namespace iai
