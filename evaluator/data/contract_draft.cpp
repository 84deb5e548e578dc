#include <algorithm>

#include <fmt/format.h>

#include "evaluator/data/ingest.hpp"

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

std::string column_lines(ColumnProfile& column) {
  std::string out = fmt::format("      - name: {}\n", yaml_text(column.name));
  const auto type = column.type();
  const bool typed = type != ColumnType::empty && !column.mixed();
  if (typed && column.odd() == 0) out += "        type: " + column_type_name(type) + "\n";
  else if (typed) out += fmt::format("        # type: {}  # {} cells are none\n", column_type_name(type), column.odd());
  if (typed && column.error_words() > 0 && column.odd() == 0) out += fmt::format("        error_words: warning  # {} observed\n", column.error_words());
  if (!column.unit.empty()) out += "        unit: " + yaml_text(column.unit) + "\n";
  if (column.missing() == 0) out += "        missing: 0\n";
  else out += fmt::format("        # missing: {{most_share: {:.3g}}}  # {} of {} cells hold no value\n",
                          static_cast<double>(column.missing()) / static_cast<double>(column.missing() + column.present()), column.missing(),
                          column.missing() + column.present());
  if (column.is_number() && column.minimum()) {
    const bool codes = column.type() == ColumnType::integer && column.distinct() == 2;
    if (codes) out += fmt::format("        # allowed: [{}, {}]  # observed\n", *column.minimum(), *column.maximum());
    else out += fmt::format("        # range: {{minimum: {}, maximum: {}}}  # observed\n", *column.minimum(), *column.maximum());
    if (column.longest_run() > 1 && column.distinct() > 64)
      out += fmt::format("        # stuck: {}  # rows; longest run of one value observed\n", column.longest_run() + 1);
  }
  if (const auto codes = column.codes()) {
    std::string list;
    for (const auto& [text, count] : *codes) list += (list.empty() ? "" : ", ") + yaml_text(text);
    out += "        # allowed: [" + list + "]  # observed\n";
  }
  return out;
}

std::string time_lines(const ColumnProfile& column) {
  if (column.type() != ColumnType::timestamp) return {};
  std::string out;
  const auto usual = column.period();
  const bool faulty = column.repeated_times() + column.backward_times() + column.gaps() > 0;
  const std::string mark = faulty ? "    # " : "    ";
  if (faulty)
    out += fmt::format("    # Observed: {} times repeated, {} running back, {} gaps.\n", column.repeated_times(), column.backward_times(), column.gaps());
  if (usual)
    out += fmt::format("{}sampling: {{column: {}, period: {:.9g} ms, tolerance: {:.3g} ms}}\n", mark, yaml_text(column.name),
                       static_cast<double>(*usual) / 1e6, static_cast<double>(*usual) / 1e6 / 10);
  else if (column.backward_times() == 0 && column.present() > 1)
    out += fmt::format("    order: {{columns: [{}], strictly: {}}}\n", yaml_text(column.name), column.repeated_times() == 0);
  return out;
}

}  // namespace

std::string draft_contract(IngestedData& ingested) {
  std::string out =
      "# A draft: the data that were ingested meet what is not commented out. Read it, take the marks off the lines you\n"
      "# mean, widen or narrow what was observed, then: iai validate DATASET --contract contract.yaml\n"
      "# All keys: man iai-contract\n"
      "contract: draft\n";
  if (std::none_of(ingested.findings.begin(), ingested.findings.end(), [](const Finding& finding) { return finding.kind == "duplicate_file"; }))
    out += "duplicate_files: error\n";
  out += "tables:\n";
  for (auto& table : ingested.tables) {
    const auto& first = ingested.data.files[static_cast<std::size_t>(
        std::lower_bound(ingested.data.files.begin(), ingested.data.files.end(), ingested.read_names[table.files[0]],
                         [](const DataFile& file, const std::string& name) { return file.name < name; }) -
        ingested.data.files.begin())];
    if (!is_table(first.kind)) continue;  // contracts are about tables
    out += fmt::format("  - files: {}\n", globs(ingested, table));
    out += fmt::format("    # rows: {{minimum: {}, maximum: {}}}  # of each file, observed\n", table.fewest_rows, table.most_rows);
    if (table.ragged_rows > 0) out += fmt::format("    ragged_rows: warning  # {} observed\n", table.ragged_rows);
    for (const auto& column : table.columns) out += time_lines(column);
    out += "    columns:\n";
    for (auto& column : table.columns) out += column_lines(column);
  }
  return out.ends_with("tables:\n") ? out.substr(0, out.size() - 8) + "tables: []\n" : out;
}

}  // namespace iai
