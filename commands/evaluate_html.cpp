#include "commands/evaluate_html.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/evaluate_plots.hpp"
#include "commands/html_report.hpp"
#include "commands/junit.hpp"

namespace iai {

namespace {

/// Cells darker the more of their row they hold.
std::string confusion_table(const Report& report, const Evaluation& evaluation) {
  if (evaluation.confusion.empty()) return {};
  const auto& rows = std::get<ReportRows>(find_field(report, "confusion")->value);
  std::string text = "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">actual \\ predicted</th>";
  const auto name = [&](std::size_t i) { return xml_escaped(report_cell(rows[i].fields().front())); };
  for (std::size_t i = 0; i < rows.size(); ++i) text += "<th class=\"n\" scope=\"col\">" + name(i) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (std::size_t actual = 0; actual < rows.size(); ++actual) {
    const std::vector<std::int64_t>& counts = evaluation.confusion[actual];
    std::int64_t total = 0;
    for (const std::int64_t count : counts) total += count;
    text += "<tr><th scope=\"row\">" + name(actual) + "</th>";
    for (const std::int64_t count : counts) {
      const double share = total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
      text += fmt::format("<td class=\"n\" style=\"background: rgba(91,125,166,{:.2f})\">{}</td>", 0.7 * share, human_count(count));
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

}  // namespace

std::string evaluation_html(const Report& report, const Task& task, const Evaluation& evaluation, std::span<const StressPoint> stress) {
  std::string text = html_facts(report, {"task", "split", "samples", "primary", "direction", "label_errors_listed", "label_errors_estimated"});
  text += html_section("Metrics, with 95 % intervals", "", html_table(report, "metrics"));
  text += html_section("Answers against labels", answers_plot(evaluation), "");
  text += html_section("Confusion", "", confusion_table(report, evaluation));
  text += html_section("Thresholds", roc_plot(evaluation) + precision_recall_plot(evaluation), html_table(report, "threshold"));
  std::string reliability;
  for (const Reliability& each : evaluation.reliability) reliability += reliability_plot(evaluation, each);
  text += html_section("Can the probabilities be trusted?", reliability, html_table(report, "reliability"));
  text += html_section("Classes of pixels", "", html_table(report, "classes"));
  text += html_section("Classes of objects", "", html_table(report, "detected_classes"));
  text += html_section("By moments ahead", horizons_plot(evaluation), html_table(report, "horizons"));
  text += html_section("Groups of the data", slices_plot(evaluation, task.primary),
                       html_table(report, "worst_slice") + html_table(report, "slice_tests") + html_table(report, "slices"));
  std::string curves;
  for (const StressKind kind : all_stresses()) curves += stress_plot(stress, kind, evaluation.metric(task.primary));
  text += html_section("Under stress", curves, html_table(report, "stress"));
  text += html_section("Labels that are probably wrong", "", html_table(report, "label_errors"));
  text += html_section("Samples left out", "", html_table(report, "left_out"));
  return html_page(report, text);
}

}  // namespace iai
