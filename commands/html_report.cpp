#include "commands/html_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/html_page.hpp"
#include "commands/junit.hpp"

namespace iai {

namespace {

std::vector<std::string> keys_of(const ReportRows& rows) {
  std::vector<std::string> keys;
  for (const Report& row : rows) {
    for (const Report::Field& field : row.fields()) {
      if (std::find(keys.begin(), keys.end(), field.key) == keys.end()) keys.push_back(field.key);
    }
  }
  return keys;
}

/// "0.87 (0.86 to 0.88)", of a value with its bounds; nothing for other reports.
std::string interval_text(const Report::Field& field) {
  if (!field.nested) return {};
  const Report& report = std::get<ReportRows>(field.value).front();
  const auto *value = find_field(report, "value"), *low = find_field(report, "low"), *high = find_field(report, "high");
  if (value == nullptr || low == nullptr || high == nullptr) return {};
  const std::string bounds = report_cell(*low) == "-" ? "no interval" : report_cell(*low) + " to " + report_cell(*high);
  return report_cell(*value) + " (" + bounds + ")";
}

std::string cell_of(const Report& row, const std::string& key) {
  const Report::Field* field = find_field(row, key);
  if (field == nullptr) return "<td class=\"n\">-</td>";
  const std::string interval = interval_text(*field);
  const bool word = std::holds_alternative<std::string>(field->value);
  return fmt::format("<td{}>{}</td>", word ? "" : " class=\"n\"", xml_escaped(interval.empty() ? report_cell(*field) : interval));
}

}  // namespace

const Report::Field* find_field(const Report& report, const std::string& key) {
  const auto at = std::find_if(report.fields().begin(), report.fields().end(), [&](const Report::Field& field) { return field.key == key; });
  return at == report.fields().end() ? nullptr : &*at;
}

std::string html_heading(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return xml_escaped(key);
}

std::string html_table(const Report& report, const std::string& key) {
  const Report::Field* table = find_field(report, key);
  if (table == nullptr) return {};
  const auto& rows = std::get<ReportRows>(table->value);
  const std::vector<std::string> keys = keys_of(rows);
  std::string text = "<div class=\"wide\"><table>\n<thead><tr>";
  for (const std::string& column : keys) text += "<th scope=\"col\">" + html_heading(column) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const Report& row : rows) {
    text += "<tr>";
    for (const std::string& column : keys) text += cell_of(row, column);
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string html_turned_table(const ReportRows& rows) {
  const std::vector<std::string> keys = keys_of(rows);
  if (keys.empty()) return {};
  std::string text = "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">" + html_heading(keys.front()) + "</th>";
  for (const Report& row : rows) text += "<th scope=\"col\" class=\"n\">" + xml_escaped(report_cell(row.fields().front())) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (std::size_t i = 1; i < keys.size(); ++i) {
    text += "<tr><th scope=\"row\" style=\"white-space: nowrap\">" + html_heading(keys[i]) + "</th>";
    for (const Report& row : rows) text += cell_of(row, keys[i]);
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string html_facts(const Report& report, std::initializer_list<const char*> keys) {
  std::string text;
  for (const char* key : keys) {
    const Report::Field* field = find_field(report, key);
    if (field != nullptr) text += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", html_heading(key), xml_escaped(report_cell(*field)));
  }
  return text.empty() ? text : "<table><tbody>\n" + text + "</tbody></table>\n";
}

std::string html_section(const std::string& title, const std::string& plots, const std::string& below) {
  if (plots.empty() && below.empty()) return {};
  return fmt::format("<h2>{}</h2>\n{}{}", title, plots.empty() ? "" : "<div class=\"side\">\n" + plots + "</div>\n", below);
}

std::string html_page(const Report& report, const std::string& content) {
  const std::string title = xml_escaped(report.headline());
  return std::string(html_page_start) + "<title>" + title + "</title>\n" + html_plot_style + "</head>\n<body>\n<main>\n<h1>" + title + "</h1>\n" + content +
         "</main>\n</body>\n</html>\n";
}

}  // namespace iai
