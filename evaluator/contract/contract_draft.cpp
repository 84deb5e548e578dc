#include <algorithm>

#include <fmt/format.h>

#include "evaluator/profile/ingest.hpp"

namespace iai {
namespace {

constexpr std::size_t most_listed = 20;

/// A double-quoted YAML scalar: JSON strings are that.
std::string yaml_text(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

/// `name` as a glob that matches itself only.
std::string escaped(const std::string& name) {
  std::string glob;
  for (const char c : name) {
    if (c == '*' || c == '?' || c == '\\') glob += '\\';
    glob += c;
  }
  return glob;
}

/// Globs for the files of one table: all when there is one table, else the names or what they have in common.
std::string globs(const IngestedData& ingested, const TableProfile& table) {
  if (ingested.tables.size() == 1) return "\"**\"";
  std::vector<std::string> names;
  for (const auto file : table.files) names.push_back(ingested.read_names[file]);
  std::sort(names.begin(), names.end());
  if (names.size() > most_listed) {
    const auto& last = names.back();
    const auto common = std::mismatch(names[0].begin(), names[0].end(), last.begin(), last.end()).first;
    return yaml_text(escaped(std::string(names[0].begin(), common)) + "**");
  }
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "[" : ", ") + yaml_text(escaped(name));
  return list + "]";
}

/// A line of the draft with the reason for it. What the data do not meet, or what was merely observed, is commented out.
std::string line(std::size_t indent, std::string_view mark, const std::string& rule, const std::string& why) {
  return fmt::format("{:{}}{}{}  # {}\n", "", indent, mark, rule, why);
}
constexpr std::string_view live, left_out = "# ";

std::string type_line(const ColumnProfile& column) {
  const auto type = column.type();
  if (type == ColumnType::empty) return {};
  if (column.mixed()) return line(8, left_out, "type: " + column_type_name(type), "files disagree");
  const auto name = column_type_name(type);
  if (column.odd() > 0) return line(8, left_out, "type: " + name, fmt::format("{} {} not", column.odd(), column.odd() == 1 ? "cell is" : "cells are"));
  return line(8, live, "type: " + name, "every value is");
}

std::string missing_line(const ColumnProfile& column) {
  const auto cells = column.missing() + column.present();
  if (column.missing() == 0) return line(8, live, "missing: 0", fmt::format("none of {} cells is", cells));
  return line(8, left_out, fmt::format("missing: {{most_share: {:.3g}}}", static_cast<double>(column.missing()) / static_cast<double>(cells)),
              fmt::format("{} of {} cells are", column.missing(), cells));
}

std::string number_lines(ColumnProfile& column) {
  if (!column.is_number() || !column.minimum()) return {};
  const bool codes = column.type() == ColumnType::integer && column.distinct() == 2;
  std::string out =
      codes ? line(8, left_out, fmt::format("allowed: [{}, {}]", *column.minimum(), *column.maximum()), "the two values that occur")
            : line(8, left_out, fmt::format("range: {{minimum: {}, maximum: {}}}", *column.minimum(), *column.maximum()), "the smallest and the largest value");
  if (column.longest_run() > 1 && column.distinct() > 64)
    out += line(8, left_out, fmt::format("stuck: {}", column.longest_run() + 1), fmt::format("one value stood for {} rows at most", column.longest_run()));
  return out;
}

std::string column_lines(ColumnProfile& column) {
  std::string out = line(6, live, "- name: " + yaml_text(column.name),
                         fmt::format("{} values, {}{} different", column.present(), column.distinct_exact() ? "" : "about ", column.distinct()));
  out += type_line(column);
  const bool typed = column.type() != ColumnType::empty && !column.mixed();
  if (typed && column.error_words() > 0 && column.odd() == 0)
    out += line(8, live, "error_words: warning", fmt::format("{} in place of values", column.error_words()));
  if (!column.unit.empty()) out += line(8, live, "unit: " + yaml_text(column.unit), "the files say so");
  out += missing_line(column) + number_lines(column);
  if (const auto codes = column.codes()) {
    std::string list;
    for (const auto& [text, count] : *codes) list += (list.empty() ? "" : ", ") + yaml_text(text);
    out += line(8, left_out, "allowed: [" + list + "]", "the texts that occur");
  }
  return out;
}

/// Columns in which no value comes twice: serials, keys.
std::string key_lines(const std::vector<ColumnProfile>& columns) {
  std::string out;
  for (const auto& column : columns) {
    const bool key = (column.type() == ColumnType::text || column.type() == ColumnType::integer) && column.missing() == 0 && column.present() > 1;
    if (key && column.distinct_exact() && column.distinct() == column.present())
      out += line(4, left_out, fmt::format("unique: {{columns: [{}]}}", yaml_text(column.name)), fmt::format("no value of {} comes twice", column.present()));
  }
  return out;
}

std::string time_lines(const ColumnProfile& column) {
  if (column.type() != ColumnType::timestamp) return {};
  const auto usual = column.times().period();
  const auto faults = column.times().repeated() + column.times().backward() + column.times().gaps();
  const auto observed = fmt::format("{} times repeated, {} running back, {} gaps", column.times().repeated(), column.times().backward(), column.times().gaps());
  if (usual)
    return line(4, faults > 0 ? left_out : live,
                fmt::format("sampling: {{column: {}, period: {:.9g} ms, tolerance: {:.3g} ms}}", yaml_text(column.name), static_cast<double>(*usual) / 1e6,
                            static_cast<double>(*usual) / 1e6 / 10),
                faults > 0 ? "the usual distance of rows, but " + observed : "every row is that far from the one before");
  if (column.times().backward() > 0 || column.present() < 2) return {};
  return line(4, live, fmt::format("order: {{columns: [{}], strictly: {}}}", yaml_text(column.name), column.times().repeated() == 0),
              column.times().repeated() == 0 ? "times only go on" : observed);
}

}  // namespace

std::string draft_contract(IngestedData& ingested) {
  std::string out =
      "# A draft: the data meet what is not commented out, and each line says why it is there. Read it, take the marks off the\n"
      "# lines you mean, widen or narrow what was observed, then: iai validate DATASET --contract contract.yaml\n"
      "# All keys: man iai-contract\n"
      "contract: draft\n";
  if (std::none_of(ingested.findings.begin(), ingested.findings.end(), [](const Finding& finding) { return finding.kind == "duplicate_file"; }))
    out += "duplicate_files: error  # no two files are the same\n";
  out += "tables:\n";
  for (auto& table : ingested.tables) {
    const auto& first =
        ingested.data
            .files[static_cast<std::size_t>(std::lower_bound(ingested.data.files.begin(), ingested.data.files.end(), ingested.read_names[table.files[0]],
                                                             [](const DataFile& file, const std::string& name) { return file.name < name; }) -
                                            ingested.data.files.begin())];
    if (!is_table(first.kind)) continue;  // contracts are about tables
    const auto files = table.files.size();
    out += line(2, live, "- files: " + globs(ingested, table), files == 1 ? "one file" : fmt::format("{} files with the same columns", files));
    out += line(4, left_out, fmt::format("rows: {{minimum: {}, maximum: {}}}", table.fewest_rows, table.most_rows), "of the shortest and the longest file");
    if (table.ragged_rows > 0)
      out += line(4, live, "ragged_rows: warning", fmt::format("{} have more or fewer cells than there are columns", table.ragged_rows));
    for (const auto& column : table.columns) out += time_lines(column);
    out += key_lines(table.columns) + "    columns:\n";
    for (auto& column : table.columns) out += column_lines(column);
  }
  return out.ends_with("tables:\n") ? out.substr(0, out.size() - 8) + "tables: []\n" : out;
}

}  // namespace iai
