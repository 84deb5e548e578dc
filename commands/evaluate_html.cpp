#include "commands/evaluate_html.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/evaluate_plots.hpp"
#include "commands/html_page.hpp"
#include "commands/junit.hpp"

namespace iai {

namespace {

std::string heading(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return xml_escaped(key);
}

const Report::Field* find_field(const Report& report, const std::string& key) {
  const auto at = std::find_if(report.fields().begin(), report.fields().end(), [&](const Report::Field& field) { return field.key == key; });
  return at == report.fields().end() ? nullptr : &*at;
}

/// A table of the report, as the terminal shows it. Empty where the report has none of that key.
std::string table_of(const Report& report, const std::string& key) {
  const Report::Field* table = find_field(report, key);
  if (table == nullptr) return {};
  const auto& rows = std::get<ReportRows>(table->value);
  std::vector<std::string> keys;
  for (const Report& row : rows) {
    for (const Report::Field& field : row.fields()) {
      if (std::find(keys.begin(), keys.end(), field.key) == keys.end()) keys.push_back(field.key);
    }
  }
  std::string text = "<div class=\"wide\"><table>\n<thead><tr>";
  for (const std::string& column : keys) text += "<th scope=\"col\">" + heading(column) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const Report& row : rows) {
    text += "<tr>";
    for (const std::string& column : keys) {
      const Report::Field* field = find_field(row, column);
      const bool word = field != nullptr && std::holds_alternative<std::string>(field->value);
      text += fmt::format("<td{}>{}</td>", word ? "" : " class=\"n\"", field == nullptr ? "-" : xml_escaped(report_cell(*field)));
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

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

std::string section(const std::string& title, const std::string& plots, const std::string& table) {
  if (plots.empty() && table.empty()) return {};
  return fmt::format("<h2>{}</h2>\n{}{}", title, plots.empty() ? "" : "<div class=\"side\">\n" + plots + "</div>\n", table);
}

std::string facts_of(const Report& report) {
  std::string text = "<table><tbody>\n";
  for (const char* key : {"task", "split", "samples", "primary", "direction", "label_errors_listed", "label_errors_estimated"}) {
    const Report::Field* field = find_field(report, key);
    if (field != nullptr) text += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", heading(key), xml_escaped(report_cell(*field)));
  }
  return text + "</tbody></table>\n";
}

}  // namespace

std::string evaluation_html(const Report& report, const Task& task, const Evaluation& evaluation, std::span<const StressPoint> stress) {
  std::string text = html_page_start;
  text += "<title>" + xml_escaped(report.headline()) + "</title>\n" + html_plot_style + "</head>\n<body>\n<main>\n";
  text += "<h1>" + xml_escaped(report.headline()) + "</h1>\n" + facts_of(report);
  text += section("Metrics, with 95 % intervals", "", table_of(report, "metrics"));
  text += section("Answers against labels", answers_plot(evaluation), "");
  text += section("Confusion", "", confusion_table(report, evaluation));
  text += section("Thresholds", roc_plot(evaluation) + precision_recall_plot(evaluation), table_of(report, "threshold"));
  std::string reliability;
  for (const Reliability& each : evaluation.reliability) reliability += reliability_plot(evaluation, each);
  text += section("Can the probabilities be trusted?", reliability, table_of(report, "reliability"));
  text += section("Classes of pixels", "", table_of(report, "classes"));
  text += section("By moments ahead", horizons_plot(evaluation), table_of(report, "horizons"));
  text += section("Groups of the data", slices_plot(evaluation, task.primary),
                  table_of(report, "worst_slice") + table_of(report, "slice_tests") + table_of(report, "slices"));
  std::string curves;
  for (const StressKind kind : all_stresses()) curves += stress_plot(stress, kind, evaluation.metric(task.primary));
  text += section("Under stress", curves, table_of(report, "stress"));
  text += section("Labels that are probably wrong", "", table_of(report, "label_errors"));
  text += section("Samples left out", "", table_of(report, "left_out"));
  return text + "</main>\n</body>\n</html>\n";
}

}  // namespace iai
